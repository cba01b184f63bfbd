/**
 * How much work Whisper is, from its dimensions: multiply-accumulates of the encoder, bytes the decoder
 * must read for a token. Pure. docs/performance.md walks through the arithmetic.
 */
import type { ModelDimensions } from '../../src/engine/backend/backend.js';
import type { Batch } from './protocol.js';

/** Taps of both convolutions; the second halves the number of frames. */
const CONVOLUTION_TAPS = 3;

/** One window of `positions` encoder positions, without the decoder's keys and values of it. */
export function encoderMacs(dimensions: ModelDimensions, positions: number): number {
  const { width, melBins, encoderLayers } = dimensions;
  const convolutions =
    2 * positions * CONVOLUTION_TAPS * melBins * width + positions * CONVOLUTION_TAPS * width * width;
  // Queries, keys, values and output; scores and their sum over the values; up and down by four.
  const projections = 4 * positions * width * width;
  const attention = 2 * positions * positions * width;
  const feedForward = 8 * positions * width * width;
  return convolutions + encoderLayers * (projections + attention + feedForward);
}

/** The keys and values of a window in all layers of the decoder, made once with the window. */
export function crossMacs(dimensions: ModelDimensions, positions: number): number {
  const { width, decoderLayers } = dimensions;
  return decoderLayers * 2 * positions * width * width;
}

export interface StepBytes {
  /** Read once for all rows. */
  readonly weights: number;
  /** For each window: its keys and values. */
  readonly crossAttention: number;
  /** For each row: keys and values of its text so far. */
  readonly selfAttention: number;
  /** Of one step. */
  readonly total: number;
}

/**
 * Everything in int8, one byte a value; scales, biases and norms are left out (about 3 %).
 * @param batch sequences, and the windows that they share evenly
 * @param textLength tokens that a row attends to
 */
export function stepBytes(dimensions: ModelDimensions, batch: Batch, textLength: number): StepBytes {
  const { rows, windows } = batch;
  const { width, decoderLayers, vocabularySize, audioContext } = dimensions;
  // Self-attention 4 (queries, keys, values, output), cross-attention 2 (query, output), feed-forward 8.
  const weights = decoderLayers * 14 * width * width + vocabularySize * width;
  const crossAttention = decoderLayers * 2 * audioContext * width;
  const selfAttention = decoderLayers * 2 * textLength * width;
  const total = weights + windows * crossAttention + rows * selfAttention;
  return { weights, crossAttention, selfAttention, total };
}
