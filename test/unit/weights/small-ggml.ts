/**
 * A Whisper of width 16 with one encoder and one decoder layer as a file of whisper.cpp, filled with
 * reproducible numbers. A test may change or remove anything on the way.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { importWeights } from '../../../src/engine/weights/import-weights.js';
import type { GgmlFile, GgmlSketch, GgmlTensorSketch } from './ggml-writer.js';
import { writeGgml } from './ggml-writer.js';

export const WIDTH = 16;
export const VOCABULARY = 19;
export const TEXT_CONTEXT = 4;
export const PATH = 'ggml-small.bin';
export const MAGIC = 0x67676d6c;

/** @param weightType of the matrices: 0 is float32, 1 is float16. */
export function sketchGgml(weightType = 1): GgmlSketch {
  return {
    magic: MAGIC,
    sizes: {
      vocabulary: VOCABULARY,
      audioContext: 1500,
      audioWidth: WIDTH,
      audioHeads: 2,
      audioLayers: 1,
      textContext: TEXT_CONTEXT,
      textWidth: WIDTH,
      textHeads: 2,
      textLayers: 1,
      melBins: 80,
      fileType: weightType,
    },
    filters: [80, 201],
    words: ['a', 'bc', '', 'déf'].map((text) => Buffer.from(text)),
    tensors: listTensors(weightType),
  };
}

/** The order is that of the converter, which goes through PyTorch's dictionary: not ours. */
function listTensors(weightType: number): GgmlTensorSketch[] {
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return ((state >>> 16) - 32768) / 8192;
  };
  const tensors: GgmlTensorSketch[] = [];
  const add = (name: string, shape: readonly number[], type: number): void => {
    const count = shape.reduce((product, size) => product * size, 1);
    tensors.push({ name, type, shape, values: Array.from({ length: count }, next) });
  };
  const linear = (name: string, outputs: number, inputs: number, hasBias = true): void => {
    add(`${name}.weight`, [outputs, inputs], weightType);
    if (hasBias) add(`${name}.bias`, [outputs], 0);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, [WIDTH], 0);
    add(`${name}.bias`, [WIDTH], 0);
  };
  const attention = (name: string): void => {
    linear(`${name}.query`, WIDTH, WIDTH);
    linear(`${name}.key`, WIDTH, WIDTH, false);
    linear(`${name}.value`, WIDTH, WIDTH);
    linear(`${name}.out`, WIDTH, WIDTH);
    norm(`${name}_ln`);
  };
  const feedForward = (layer: string): void => {
    norm(`${layer}.mlp_ln`);
    linear(`${layer}.mlp.0`, 4 * WIDTH, WIDTH);
    linear(`${layer}.mlp.2`, WIDTH, 4 * WIDTH);
  };
  const convolution = (name: string, channels: number): void => {
    add(`${name}.weight`, [WIDTH, channels, 3], weightType);
    add(`${name}.bias`, [WIDTH, 1], 0);
  };
  add('decoder.positional_embedding', [TEXT_CONTEXT, WIDTH], 0);
  add('encoder.positional_embedding', [1500, WIDTH], 0);
  add('decoder.token_embedding.weight', [VOCABULARY, WIDTH], weightType);
  feedForward('decoder.blocks.0');
  attention('decoder.blocks.0.attn');
  attention('decoder.blocks.0.cross_attn');
  norm('decoder.ln');
  convolution('encoder.conv1', 80);
  convolution('encoder.conv2', WIDTH);
  feedForward('encoder.blocks.0');
  attention('encoder.blocks.0.attn');
  norm('encoder.ln_post');
  return tensors;
}

export type ChangeTensor = (tensor: GgmlTensorSketch) => GgmlTensorSketch | null;

/** With one tensor changed, or left out where the change gives null. */
export function withTensor(name: string, change: ChangeTensor): GgmlSketch {
  const sketch = sketchGgml();
  const tensors = sketch.tensors.flatMap((tensor) => {
    const changed = tensor.name === name ? change(tensor) : tensor;
    return changed === null ? [] : [changed];
  });
  return { ...sketch, tensors };
}

export interface InstalledGgml {
  readonly folder: string;
  readonly file: GgmlFile;
}

/** In a folder of its own that goes away with the test. */
export async function installGgml(sketch: GgmlSketch): Promise<InstalledGgml> {
  const folder = await mkdtemp(join(tmpdir(), 'tilescribe-ggml-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = writeGgml(sketch);
  await writeFile(join(folder, PATH), file.bytes);
  return { folder, file };
}

/** @returns the path of the weights file. */
export async function importGgml(
  folder: string,
  more: { readonly sourceHashes?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const target = join(folder, 'weights.safetensors');
  await importWeights({
    modelFolder: folder,
    modelId: 'small-test',
    files: { kind: 'ggml', path: PATH },
    target,
    signal: new AbortController().signal,
    ...more,
  });
  return target;
}
