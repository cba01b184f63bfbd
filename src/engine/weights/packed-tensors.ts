/** A matrix in the four tensors that a weights file has for it (docs/weights.md, "Layout of a matrix"). */
import { packMatrices } from './pack-matrix.js';
import type { QuantizedMatrix } from './pack-matrix.js';
import type { NamedBytes } from './weights-source.js';

/** @param parts their outputs one after another. */
export function* packed(name: string, parts: readonly QuantizedMatrix[]): Generator<NamedBytes> {
  const { weight, scale, zero, bias } = packMatrices(parts);
  yield { name: `${name}.weight`, bytes: weight };
  yield { name: `${name}.scale`, bytes: bytesOf(scale) };
  yield { name: `${name}.zero`, bytes: bytesOf(zero) };
  yield { name: `${name}.bias`, bytes: bytesOf(bias) };
}

export function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
