import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantizeRow } from '../../../src/engine/weights/quantize-row.js';

const Weights = fc
  .array(fc.float({ noNaN: true, min: -8, max: 8, noDefaultInfinity: true }), { minLength: 1, maxLength: 64 })
  .filter((values) => values.every((value) => value === 0 || Math.abs(value) > 2 ** -100));

test('every weight is within half a step, the largest is 127, and none is -128', () => {
  fc.assert(
    fc.property(Weights, (values) => {
      const integers = new Int8Array(values.length);
      const scale = quantizeRow(Float32Array.from(values), integers);
      expect(scale).toBeGreaterThan(0);
      for (const [i, value] of values.entries()) {
        // Half a step, and what float32 itself rounds off.
        expect(Math.abs(scale * integers[i]! - value)).toBeLessThanOrEqual(scale * 0.50001);
        expect(integers[i]!).toBeGreaterThanOrEqual(-127);
      }
      const largest = Math.max(...integers.map(Math.abs));
      expect(largest).toBe(values.some((value) => value !== 0) ? 127 : 0);
    }),
  );
});

test('a row of zeros is zeros, over what was there before', () => {
  const integers = Int8Array.of(5, 6);

  expect(quantizeRow(Float32Array.of(0, -0), integers)).toBe(1);
  expect([...integers]).toEqual([0, 0]);
});

test.each([[NaN], [Infinity], [-Infinity]])('a row with %d has no scale, wherever it is', (value) => {
  for (const place of [0, 1, 2]) {
    const weights = Float32Array.of(1, 2, 3);
    weights[place] = value;
    expect(quantizeRow(weights, new Int8Array(3))).toBeNaN();
  }
});
