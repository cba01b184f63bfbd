import fc from 'fast-check';
import { expect, test } from 'vitest';
import { halfToNumber } from '../../../src/engine/weights/half-float.js';
import { numberToHalf } from '../../bench/half-float.js';
import { BLOCK_BYTES, BLOCK_VALUES, quantizeBlocks, quantizeGgml } from '../../bench/quantize-ggml.js';

test.each([
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x0001, 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x7c00, Infinity],
])('the half %i is %d', (bits, value) => {
  expect(halfToNumber(bits)).toBe(value);
});

test('every half comes back from its number', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfToNumber(bits);
    if (!Number.isNaN(value)) expect(numberToHalf(value)).toBe(bits);
  }
});

test.each([
  ['a tie goes to the even half below', 1 + 2 ** -11, 0x3c00],
  ['a tie goes to the even half above', 1 + 3 * 2 ** -11, 0x3c02],
  ['just below a power of two rounds up to it', 2 - 2 ** -13, 0x4000],
  ['half of the smallest subnormal is zero', 2 ** -25, 0x0000],
  ['the largest subnormal rounds up to the smallest normal', 2 ** -14 - 2 ** -26, 0x0400],
  ['what is too large is infinity', 65520, 0x7c00],
  ['what is nearest to the largest is the largest', 65519, 0x7bff],
])('%s', (_claim, value, bits) => {
  expect(numberToHalf(value)).toBe(bits);
});

test('the nearest of all halves is found', () => {
  fc.assert(
    fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), (value) => {
      const bits = numberToHalf(value);
      const size = bits & 0x7fff;
      const error = Math.abs(halfToNumber(size) - Math.abs(value));
      if (size === 0x7c00) return Math.abs(value) >= 65520;
      const below = size === 0 ? Infinity : Math.abs(halfToNumber(size - 1) - Math.abs(value));
      const above = size === 0x7bff ? Infinity : Math.abs(halfToNumber(size + 1) - Math.abs(value));
      return error <= below && error <= above;
    }),
  );
});

/** One block as ggml's C does it, in as few words as can be; values are float32 already. */
function defineBlock(values: readonly number[]): {
  readonly scale: number;
  readonly integers: readonly number[];
} {
  const largest = Math.max(...values.map(Math.abs));
  const scale = Math.fround(largest / 127);
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
  const integers = values.map((value) => {
    const scaled = Math.fround(value * inverse);
    return scaled < 0 ? -Math.floor(-scaled + 0.5) : Math.floor(scaled + 0.5);
  });
  return { scale, integers };
}

const BlockValues = fc.array(fc.float({ noNaN: true, min: -8, max: 8 }), {
  minLength: BLOCK_VALUES,
  maxLength: BLOCK_VALUES,
});

test('a block holds the scale as a half and 32 integers, as ggml defines them', () => {
  fc.assert(
    fc.property(BlockValues, (values) => {
      const block = quantizeBlocks(Float32Array.from(values));
      const { scale, integers } = defineBlock(values);

      expect(block.length).toBe(BLOCK_BYTES);
      expect(block.readUInt16LE(0)).toBe(numberToHalf(scale));
      expect(Array.from(new Int8Array(block.subarray(2))).map((q) => q + 0)).toEqual(
        integers.map((q) => q + 0),
      );
    }),
  );
});

test('no value is further off than half a step and the rounding of the scale', () => {
  fc.assert(
    fc.property(BlockValues, (values) => {
      const block = quantizeBlocks(Float32Array.from(values));
      const scale = halfToNumber(block.readUInt16LE(0));
      const largest = Math.max(...values.map(Math.abs));
      for (const [i, value] of values.entries()) {
        const error = Math.abs(block.readInt8(2 + i) * scale - value);
        expect(error).toBeLessThanOrEqual(largest / 254 + largest / 1024 + 2 ** -17);
      }
    }),
  );
});

test('a block of zeros is zeros', () => {
  expect(quantizeBlocks(new Float32Array(BLOCK_VALUES))).toEqual(Buffer.alloc(BLOCK_BYTES));
});

test('a part of a block is refused', () => {
  expect(() => quantizeBlocks(new Float32Array(33))).toThrow('33 values are not whole blocks of 32');
});

interface Small {
  readonly name: string;
  readonly type: 0 | 1;
  readonly shape: readonly number[];
}

function createTensor({ name, type, shape }: Small): Buffer {
  const elements = shape.reduce((product, size) => product * size, 1);
  const head = Int32Array.from([shape.length, name.length, type, ...shape]);
  const data = Buffer.alloc(elements * (type === 0 ? 4 : 2));
  for (let i = 0; i < elements; i++) {
    if (type === 0) data.writeFloatLE(i - 3, 4 * i);
    else data.writeUInt16LE(numberToHalf(i - 3), 2 * i);
  }
  return Buffer.concat([Buffer.from(head.buffer), Buffer.from(name), data]);
}

function createFile(tensors: readonly Small[]): Buffer {
  const magic = Buffer.from('lmgg');
  const header = Buffer.from(Int32Array.from([3, 4, 8, 2, 1, 8, 8, 2, 1, 1, 1]).buffer);
  const filters = Buffer.concat([Buffer.from(Int32Array.from([1, 2]).buffer), Buffer.alloc(8, 1)]);
  const words = ['a', 'bc', ''].flatMap((word) => [
    Buffer.from(Int32Array.from([word.length]).buffer),
    Buffer.from(word),
  ]);
  const vocabulary = Buffer.concat([Buffer.from(Int32Array.from([3]).buffer), ...words]);
  return Buffer.concat([magic, header, filters, vocabulary, ...tensors.map(createTensor)]);
}

const MATRIX = { name: 'decoder.token_embedding.weight', type: 1, shape: [32, 2] } as const;
const CONVOLUTION = { name: 'encoder.conv1.weight', type: 1, shape: [3, 2, 2] } as const;
const POSITIONS = { name: 'encoder.positional_embedding', type: 0, shape: [32, 1] } as const;
const BIAS = { name: 'encoder.blocks.0.mlp.0.bias', type: 0, shape: [8] } as const;

test('matrices become q8_0, and everything else stays as it is', () => {
  const quantized = quantizeGgml(createFile([CONVOLUTION, POSITIONS, MATRIX, BIAS]));

  const rest = createFile([CONVOLUTION, POSITIONS]);
  const values = Float32Array.from({ length: 64 }, (_value, i) => i - 3);
  const matrixHead = Buffer.concat([
    Buffer.from(Int32Array.from([2, MATRIX.name.length, 8, 32, 2]).buffer),
    Buffer.from(MATRIX.name),
  ]);
  const expected = Buffer.concat([rest, matrixHead, quantizeBlocks(values), createTensor(BIAS)]);
  expected.writeInt32LE(2007, 4 + 10 * 4);
  expect(quantized.equals(expected)).toBe(true);
});

test('matrices in float32 are quantised alike', () => {
  const fromHalf = quantizeGgml(createFile([MATRIX]));
  const fromSingle = quantizeGgml(createFile([{ ...MATRIX, type: 0 }]));

  expect(fromSingle.equals(fromHalf)).toBe(true);
});

test.each([
  ['another kind of file', Buffer.from('RIFFxxxx'), 'not a ggml file'],
  ['a file that is cut short', createFile([MATRIX]).subarray(0, -1), `${MATRIX.name} is cut short`],
  ['rows that are not whole blocks', createFile([{ ...MATRIX, shape: [33, 2] }]), 'not whole blocks of 32'],
  [
    'a file that is quantised already',
    quantizeGgml(createFile([MATRIX])),
    `${MATRIX.name} has type 8, not float32 or float16`,
  ],
])('%s is refused', (_name, file, message) => {
  expect(() => quantizeGgml(file)).toThrow(message);
});
