/**
 * Which tensors a weights file has, in file order: names, types, shapes, places. In: the model's
 * dimensions. Out: the plan that the importer fills and that every file is checked against.
 *
 * The surprising thing: there are no gaps. Every size is a multiple of 64 bytes by itself, because
 * outputs are padded to 16 and the width of every Whisper model is a multiple of 16; so each tensor is
 * aligned to a cache line and the file is still strict safetensors, which forbids holes.
 */
import type { ModelDimensions } from '../backend/backend.js';
import { BLOCK_INPUTS, BLOCK_OUTPUTS, padOutputs } from './pack-matrix.js';

export type TensorType = 'U8' | 'F32' | 'I32';

export interface TensorPlace {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Bytes from the beginning of the data section. */
  readonly offset: number;
  readonly bytes: number;
}

export interface TensorPlan {
  readonly tensors: readonly TensorPlace[];
  readonly dataBytes: number;
}

/** Taps of both convolutions. */
export const CONVOLUTION_TAPS = 3;
/** Inner width of a feed-forward block over the model's width (openai/whisper model.py: n_mlp = n_state * 4). */
export const FEED_FORWARD_FACTOR = 4;
/** Start of the data section and of every tensor in it: one cache line. */
export const ALIGNMENT_BYTES = 64;

/** What a model is made of: a matrix takes five tensors, a list of floats one. */
export type ModelPart =
  | { readonly kind: 'matrix'; readonly name: string; readonly outputs: number; readonly inputs: number }
  | { readonly kind: 'floats'; readonly name: string; readonly shape: readonly number[] };

type Specification = Pick<TensorPlace, 'name' | 'type' | 'shape'>;

export function planTensors(dimensions: ModelDimensions): TensorPlan {
  return place(listParts(dimensions).flatMap((part) => specify(part)));
}

/** In file order. */
export function listParts(dimensions: ModelDimensions): readonly ModelPart[] {
  const { width, audioContext, textContext, encoderLayers, decoderLayers } = dimensions;
  const parts: ModelPart[] = [
    linear('encoder.conv1', width, CONVOLUTION_TAPS * dimensions.melBins),
    linear('encoder.conv2', width, CONVOLUTION_TAPS * width),
    { kind: 'floats', name: 'encoder.positions', shape: [audioContext, width] },
  ];
  for (let layer = 0; layer < encoderLayers; layer++) {
    parts.push(...encoderLayer(`encoder.layers.${layer}`, width));
  }
  parts.push(
    ...norm('encoder.norm', width),
    { kind: 'floats', name: 'decoder.positions', shape: [textContext, width] },
    linear('decoder.tokens', dimensions.vocabularySize, width),
  );
  for (let layer = 0; layer < decoderLayers; layer++) {
    parts.push(...decoderLayer(`decoder.layers.${layer}`, width));
  }
  parts.push(...norm('decoder.norm', width));
  return parts;
}

function encoderLayer(name: string, width: number): readonly ModelPart[] {
  return [
    ...norm(`${name}.attention_norm`, width),
    linear(`${name}.qkv`, 3 * width, width),
    linear(`${name}.attention_out`, width, width),
    ...feedForward(name, width),
  ];
}

function decoderLayer(name: string, width: number): readonly ModelPart[] {
  return [
    ...norm(`${name}.self_norm`, width),
    linear(`${name}.self_qkv`, 3 * width, width),
    linear(`${name}.self_out`, width, width),
    ...norm(`${name}.cross_norm`, width),
    linear(`${name}.cross_query`, width, width),
    linear(`${name}.cross_key_value`, 2 * width, width),
    linear(`${name}.cross_out`, width, width),
    ...feedForward(name, width),
  ];
}

function feedForward(name: string, width: number): readonly ModelPart[] {
  return [
    ...norm(`${name}.feed_forward_norm`, width),
    linear(`${name}.feed_forward_up`, FEED_FORWARD_FACTOR * width, width),
    linear(`${name}.feed_forward_down`, width, FEED_FORWARD_FACTOR * width),
  ];
}

function norm(name: string, width: number): readonly ModelPart[] {
  return [
    { kind: 'floats', name: `${name}.weight`, shape: [width] },
    { kind: 'floats', name: `${name}.bias`, shape: [width] },
  ];
}

function linear(name: string, outputs: number, inputs: number): ModelPart {
  return { kind: 'matrix', name, outputs, inputs };
}

function specify(part: ModelPart): readonly Specification[] {
  const { name } = part;
  if (part.kind === 'floats') return [{ name, type: 'F32', shape: part.shape }];
  const padded = padOutputs(part.outputs);
  return [
    {
      name: `${name}.weight`,
      type: 'U8',
      shape: [padded / BLOCK_OUTPUTS, part.inputs / BLOCK_INPUTS, BLOCK_OUTPUTS, BLOCK_INPUTS],
    },
    { name: `${name}.scale`, type: 'F32', shape: [padded] },
    { name: `${name}.zero`, type: 'I32', shape: [padded] },
    { name: `${name}.bias`, type: 'F32', shape: [padded] },
  ];
}

function place(specifications: readonly Specification[]): TensorPlan {
  let offset = 0;
  const tensors = specifications.map((specification) => {
    const elements = specification.shape.reduce((product, size) => product * size, 1);
    const bytes = elements * (specification.type === 'U8' ? 1 : 4);
    const placed = { ...specification, offset, bytes };
    offset += bytes;
    return placed;
  });
  return { tensors, dataBytes: offset };
}
