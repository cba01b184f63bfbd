import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packMatrices } from '../../../src/engine/weights/pack-matrix.js';
import type { PackedMatrix, QuantizedMatrix } from '../../../src/engine/weights/pack-matrix.js';

/** [outputs, inputs] row by row, value (n, k) from the function. */
function matrix(
  outputs: number,
  inputs: number,
  value: (output: number, input: number) => number,
  more: Partial<QuantizedMatrix> = {},
): QuantizedMatrix {
  return {
    integers: Uint8Array.from({ length: outputs * inputs }, (_, at) =>
      value(Math.floor(at / inputs), at % inputs),
    ),
    isSigned: false,
    outputs,
    outputStride: inputs,
    inputOffsets: Int32Array.from({ length: inputs }, (_, input) => input),
    scales: Float32Array.of(0.5),
    zeros: Int32Array.of(0),
    bias: null,
    ...more,
  };
}

/** q(n, k) as the format defines it. */
function at({ weight, zero }: PackedMatrix, output: number, input: number): number {
  const inputs = weight.length / zero.length;
  const block = Math.floor(output / 16) * (inputs / 4) + Math.floor(input / 4);
  return weight[block * 64 + (output % 16) * 4 + (input % 4)]!;
}

describe('packMatrices', () => {
  it('orders bytes as [outputs/16][inputs/4][16][4]', () => {
    const packed = packMatrices([matrix(32, 8, (output, input) => output * 8 + input)]);
    // Block (0, 0): inputs 0 to 3 of output 0, then of output 1.
    expect([...packed.weight.subarray(0, 8)]).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
    // Block (0, 1): inputs 4 to 7 of output 0.
    expect([...packed.weight.subarray(64, 68)]).toEqual([4, 5, 6, 7]);
    // Block (1, 0): inputs 0 to 3 of output 16.
    expect([...packed.weight.subarray(128, 132)]).toEqual([128, 129, 130, 131]);
  });

  it('keeps every integer, whatever the shape', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6 }), (outputs, fours) => {
        const value = (output: number, input: number) => (output * 37 + input * 11) % 256;
        const packed = packMatrices([matrix(outputs, fours * 4, value)]);
        for (let output = 0; output < outputs; output++) {
          for (let input = 0; input < fours * 4; input++) {
            expect(at(packed, output, input)).toBe(value(output, input));
          }
        }
      }),
    );
  });

  it('turns int8 into uint8 without changing a weight', () => {
    const values = [-128, -1, 0, 127];
    const packed = packMatrices([
      matrix(1, 4, (_, input) => values[input]! & 0xff, { isSigned: true, zeros: Int32Array.of(-3) }),
    ]);
    expect([...packed.weight.subarray(0, 4)]).toEqual([0, 127, 128, 255]);
    expect(packed.zero[0]).toBe(125);
  });

  it('pads outputs to sixteen with weights of value 0', () => {
    const packed = packMatrices([
      matrix(18, 4, () => 200, {
        zeros: Int32Array.of(120),
        bias: new Float32Array(18).fill(2),
      }),
    ]);
    expect(packed.weight).toHaveLength(32 * 4);
    for (const list of [packed.scale, packed.zero, packed.bias]) {
      expect(list).toHaveLength(32);
      expect(list.slice(18).every((value) => value === 0)).toBe(true);
      expect(list[17]).not.toBe(0);
    }
    expect(at(packed, 17, 3)).toBe(200);
    expect(at(packed, 18, 0)).toBe(0);
  });

  it('takes one scale and zero point for all outputs or one for each', () => {
    const scales = Float32Array.from({ length: 16 }, (_, output) => output + 1);
    const zeros = Int32Array.from({ length: 16 }, (_, output) => output);
    const packed = packMatrices([matrix(16, 4, () => 100, { scales, zeros }), matrix(16, 4, () => 7)]);
    expect([...packed.scale.subarray(14, 18)]).toEqual([15, 16, 0.5, 0.5]);
    expect([...packed.zero.subarray(14, 18)]).toEqual([14, 15, 0, 0]);
  });

  it('puts matrices of the same input one after another, without bias where there is none', () => {
    const bias = new Float32Array(16).fill(3);
    const parts = [matrix(16, 4, () => 1, { bias }), matrix(16, 4, () => 2), matrix(5, 4, () => 3)];
    const packed = packMatrices(parts);
    expect([at(packed, 15, 0), at(packed, 16, 0), at(packed, 32, 3), at(packed, 36, 3)]).toEqual([
      1, 2, 3, 3,
    ]);
    expect([packed.bias[15], packed.bias[16], packed.bias[36]]).toEqual([3, 0, 0]);
  });

  it('refuses matrices that do not fit together', () => {
    expect(() => packMatrices([matrix(16, 6, () => 0)])).toThrow(RangeError);
    expect(() => packMatrices([matrix(16, 4, () => 0), matrix(16, 8, () => 0)])).toThrow(RangeError);
    expect(() => packMatrices([matrix(5, 4, () => 0), matrix(16, 4, () => 0)])).toThrow(RangeError);
  });
});
