/**
 * How much work Whisper is, from its dimensions: multiply-accumulates of the encoder, bytes the decoder
 * must read for a token. Pure. docs/performance.md walks through the arithmetic.
 */
import type { ModelDimensions } from '../../src/engine/backend/backend.js';

/** Taps of both convolutions; the second halves the number of frames. */
const CONVOLUTION_TAPS = 3;

/** One window of `positions` encoder positions, without cross-attention keys and values. */
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

export interface StepBytes {
  /** Read once for all rows. */
  readonly weights: number;
  /** For each row: keys and values of its window. */
  readonly crossAttention: number;
  /** For each row: keys and values of its text so far. */
  readonly selfAttention: number;
  /** Of one step. */
  readonly total: number;
}

/**
 * Everything in int8, one byte a value; scales, biases and norms are left out (about 3 %).
 * @param rows sequences, each over a window of its own
 * @param textLength tokens that a row attends to
 */
export function stepBytes(dimensions: ModelDimensions, rows: number, textLength: number): StepBytes {
  const { width, decoderLayers, vocabularySize, audioContext } = dimensions;
  // Self-attention 4 (queries, keys, values, output), cross-attention 2 (query, output), feed-forward 8.
  const weights = decoderLayers * 14 * width * width + vocabularySize * width;
  const crossAttention = decoderLayers * 2 * audioContext * width;
  const selfAttention = decoderLayers * 2 * textLength * width;
  return { weights, crossAttention, selfAttention, total: weights + rows * (crossAttention + selfAttention) };
}
