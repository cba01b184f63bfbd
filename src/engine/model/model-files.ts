/** What the model's own JSON files say, checked once at this edge: as Hugging Face transformers writes them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { fetchCommand } from '../../models/command.mjs';
import { AppError } from '../../shared/errors.js';
import type { AlignmentHead, ModelDimensions } from '../backend/backend.js';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const ConfigSchema = v.object({
  model_type: v.literal('whisper'),
  num_mel_bins: v.literal(80),
  max_source_positions: v.literal(1500),
  max_target_positions: count,
  d_model: count,
  encoder_attention_heads: count,
  encoder_layers: count,
  decoder_layers: count,
  vocab_size: count,
});

const GenerationConfigSchema = v.object({
  /** Pairs of decoder layer and head, both from 0. */
  alignment_heads: v.exactOptional(v.array(v.tuple([index, index]))),
});
export type GenerationConfig = v.InferOutput<typeof GenerationConfigSchema>;

/** The heads whose cross-attention follows the sound, for the times of words; or why there are none. */
export type AlignmentHeads =
  | { readonly kind: 'known'; readonly heads: readonly AlignmentHead[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Parses one JSON file of the model. Throws AppError `model-corrupt`. */
export async function readModelJson<S extends v.GenericSchema>(
  folder: string,
  name: string,
  schema: S,
): Promise<v.InferOutput<S>> {
  try {
    return v.parse(schema, JSON.parse(await readFile(join(folder, name), 'utf8')));
  } catch (cause) {
    throw new AppError(
      'model-corrupt',
      `The model's file ${name} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      `Press Repair in the app, or run "${fetchCommand('base')}".`,
      { cause },
    );
  }
}

export async function readDimensions(folder: string): Promise<ModelDimensions> {
  const config = await readModelJson(folder, 'config.json', ConfigSchema);
  return {
    melBins: config.num_mel_bins,
    audioContext: config.max_source_positions,
    textContext: config.max_target_positions,
    width: config.d_model,
    heads: config.encoder_attention_heads,
    encoderLayers: config.encoder_layers,
    decoderLayers: config.decoder_layers,
    vocabularySize: config.vocab_size,
  };
}

export async function readGenerationConfig(folder: string): Promise<GenerationConfig> {
  return await readModelJson(folder, 'generation_config.json', GenerationConfigSchema);
}

/** The model's own list in generation_config.json, held against the size of its decoder. */
export function findAlignmentHeads(
  { alignment_heads: pairs = [] }: Pick<GenerationConfig, 'alignment_heads'>,
  { decoderLayers, heads: headCount }: Pick<ModelDimensions, 'decoderLayers' | 'heads'>,
): AlignmentHeads {
  if (pairs.length === 0) {
    return {
      kind: 'unknown',
      reason: 'the model does not say which of its attention heads follow the sound',
    };
  }
  const heads = pairs.map(([layer, head]) => ({ layer, head }));
  if (heads.every(({ layer, head }) => layer < decoderLayers && head < headCount)) {
    return { kind: 'known', heads };
  }
  return { kind: 'unknown', reason: 'the model names attention heads that it does not have' };
}
