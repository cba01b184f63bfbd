/**
 * Matrices in the order the kernels read them. In: one or more int8 matrices that share their input, as
 * ONNX has them. Out: one matrix with the outputs of all of them, as bytes [N/16][K/4][16][4] (layout
 * "n16k4"): 64 bytes, one cache line and one AVX-512 register, hold four consecutive inputs of sixteen
 * consecutive outputs, which is what one VNNI instruction multiplies. Beside it, per output: scale, zero
 * point, bias.
 *
 * The surprising thing: integers are kept, not rounded again. A signed q becomes the unsigned q + 128
 * with a zero point 128 higher: the same weight, and one unsigned format for all.
 */

/** Outputs in one block, and the multiple that they are padded to. */
export const BLOCK_OUTPUTS = 16;
/** Consecutive inputs of one output in a block. */
export const BLOCK_INPUTS = 4;

/** w(n, k) = scale(n) · (q(n, k) - zero(n)); q(n, k) = integers[n · outputStride + inputOffsets[k]]. */
export interface QuantizedMatrix {
  readonly integers: Uint8Array;
  /** The bytes are two's complement int8, else uint8. */
  readonly isSigned: boolean;
  readonly outputs: number;
  readonly outputStride: number;
  /** One entry per input, so that a convolution is a matrix too. */
  readonly inputOffsets: Int32Array;
  /** One value for all outputs, or one per output. */
  readonly scales: Float32Array;
  /** Ditto, in the integers' own signedness. */
  readonly zeros: Int32Array;
  /** One per output; null: none. */
  readonly bias: Float32Array | null;
}

/** All but `weight` have one entry per output, zeros up to a multiple of 16. */
export interface PackedMatrix {
  readonly weight: Uint8Array;
  readonly scale: Float32Array;
  readonly zero: Int32Array;
  readonly bias: Float32Array;
}

/** The inputs of a matrix stored row by row, one row per output. */
export function rowOffsets(inputs: number): Int32Array {
  return Int32Array.from({ length: inputs }, (_, input) => input);
}

/** The inputs of a kernel stored as [outputs, channels, taps], read tap by tap: k = tap · channels + channel. */
export function convolutionOffsets(channels: number, taps: number): Int32Array {
  return Int32Array.from(
    { length: channels * taps },
    (_, input) => (input % channels) * taps + Math.floor(input / channels),
  );
}

export function padOutputs(outputs: number): number {
  return Math.ceil(outputs / BLOCK_OUTPUTS) * BLOCK_OUTPUTS;
}

/** The parts' outputs one after another. All but the last must fill whole blocks. */
export function packMatrices(parts: readonly QuantizedMatrix[]): PackedMatrix {
  const inputs = parts[0]?.inputOffsets.length ?? 0;
  const outputs = parts.reduce((total, part) => total + part.outputs, 0);
  if (inputs % BLOCK_INPUTS !== 0 || parts.some((part) => part.inputOffsets.length !== inputs)) {
    throw new RangeError('the inputs of matrices packed together must be the same multiple of four');
  }
  if (parts.slice(0, -1).some((part) => part.outputs % BLOCK_OUTPUTS !== 0)) {
    throw new RangeError('only the last of the matrices packed together may end within a block');
  }
  const padded = padOutputs(outputs);
  const packed: PackedMatrix = {
    weight: new Uint8Array(padded * inputs),
    scale: new Float32Array(padded),
    zero: new Int32Array(padded),
    bias: new Float32Array(padded),
  };
  let firstOutput = 0;
  for (const part of parts) {
    packOutputs(part, packed, firstOutput);
    packWeights(part, packed, firstOutput);
    firstOutput += part.outputs;
  }
  return packed;
}

function packOutputs(part: QuantizedMatrix, packed: PackedMatrix, firstOutput: number): void {
  const { outputs, scales, zeros, bias, isSigned } = part;
  for (let output = 0; output < outputs; output++) {
    packed.scale[firstOutput + output] = scales[scales.length === 1 ? 0 : output]!;
    packed.zero[firstOutput + output] = zeros[zeros.length === 1 ? 0 : output]! + (isSigned ? 128 : 0);
  }
  if (bias !== null) packed.bias.set(bias, firstOutput);
}

/** The hot loop, once over every weight of the model: plain locals, block after block of the result. */
function packWeights(part: QuantizedMatrix, packed: PackedMatrix, firstOutput: number): void {
  const { integers, outputs, outputStride, inputOffsets } = part;
  const { weight } = packed;
  // Flipping the top bit turns two's complement int8 into q + 128.
  const flip = part.isSigned ? 0x80 : 0;
  const inputs = inputOffsets.length;
  for (let block = 0; block < outputs; block += BLOCK_OUTPUTS) {
    const used = Math.min(BLOCK_OUTPUTS, outputs - block);
    let place = (firstOutput + block) * inputs;
    for (let input = 0; input < inputs; input += BLOCK_INPUTS) {
      for (let index = 0; index < used; index++) {
        const row = (block + index) * outputStride;
        const place4 = place + index * BLOCK_INPUTS;
        weight[place4] = integers[row + inputOffsets[input]!]! ^ flip;
        weight[place4 + 1] = integers[row + inputOffsets[input + 1]!]! ^ flip;
        weight[place4 + 2] = integers[row + inputOffsets[input + 2]!]! ^ flip;
        weight[place4 + 3] = integers[row + inputOffsets[input + 3]!]! ^ flip;
      }
      place += BLOCK_OUTPUTS * BLOCK_INPUTS;
    }
  }
}
