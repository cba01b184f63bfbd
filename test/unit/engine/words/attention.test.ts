import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterMedian, scorePositions } from '../../../../src/engine/words/attention.js';
import type { AlignmentAttention } from '../../../../src/engine/words/attention.js';

function filter(values: readonly number[]): number[] {
  const out = new Float32Array(values.length);
  filterMedian(Float32Array.from(values), out);
  return Array.from(out);
}

describe('the median of seven', () => {
  it('mirrors the ends without repeating them, and leaves what is too short', () => {
    // Around the first: 4 3 2 [1] 2 3 4; around the last: 5 6 7 [8] 7 6 5.
    expect(filter([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([3, 3, 3, 4, 5, 6, 6, 6]);
    expect(filter([0, 0, 0, 9, 0, 0, 0, 0])).toEqual(new Array(8).fill(0));
    expect(filter([9, 1, 5])).toEqual([9, 1, 5]);
  });

  it('is that of the sorted neighbours', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 40 }), (values) => {
        const mirrored = [...values.slice(1, 4).reverse(), ...values, ...values.slice(-4, -1).reverse()];
        const medians = values.map((_, i) => mirrored.slice(i, i + 7).sort((a, b) => a - b)[3]);
        expect(filter(values)).toEqual(medians);
      }),
    );
  });
});

/** openai/whisper's find_alignment up to the matrix, written plainly over nested arrays. */
function scorePlainly({ heads, tokens, positions, weights }: AlignmentAttention, sound: number): number[][] {
  const at = (h: number, t: number, p: number): number => weights[(h * tokens + t) * positions + p]!;
  const matrices = Array.from({ length: heads }, (_, h) => {
    const rows = Array.from({ length: tokens }, (__, t) => {
      const row = Array.from({ length: sound }, (___, p) => at(h, t, p));
      const sum = row.reduce((total, value) => total + value, 0);
      return row.map((value) => value / sum);
    });
    const columns = Array.from({ length: sound }, (__, p) => rows.map((row) => row[p]!));
    const scaled = columns.map((column) => {
      const mean = column.reduce((total, value) => total + value, 0) / tokens;
      const deviation = Math.sqrt(column.reduce((total, value) => total + (value - mean) ** 2, 0) / tokens);
      return column.map((value) => (value - mean) / deviation);
    });
    return rows.map((_row, t) => filter(scaled.map((column) => column[t]!)));
  });
  return Array.from({ length: tokens }, (_, t) =>
    Array.from(
      { length: sound },
      (__, p) => matrices.reduce((sum, matrix) => sum + matrix[t]![p]!, 0) / heads,
    ),
  );
}

describe('scores', () => {
  it('are those of the plain definition', () => {
    const shape = fc.record({
      heads: fc.integer({ min: 1, max: 3 }),
      tokens: fc.integer({ min: 2, max: 6 }),
      positions: fc.integer({ min: 1, max: 20 }),
      seed: fc.nat(),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(shape, ({ heads, tokens, positions, seed, cut }) => {
        let state = seed;
        const weights = Float32Array.from({ length: heads * tokens * positions }, () => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return 0.01 + state / 2 ** 32;
        });
        const attention = { heads, tokens, positions, weights };
        const sound = Math.max(1, Math.ceil(positions * cut));
        const plain = scorePlainly(attention, sound).flat();
        const scores = scorePositions(attention, sound);
        for (const [i, score] of scores.entries()) {
          // Two tokens make every score 1 or -1, whichever is larger by one rounding.
          if (tokens > 2 && Number.isFinite(plain[i])) expect(score).toBeCloseTo(plain[i]!, 2);
        }
        expect(scores).toHaveLength(tokens * sound);
      }),
    );
  });

  it('are zero where all tokens look alike, not NaN', () => {
    const weights = new Float32Array(3 * 8).fill(1 / 8);

    expect(Array.from(scorePositions({ heads: 1, tokens: 3, positions: 8, weights }, 8))).toEqual(
      new Array(24).fill(0),
    );
  });

  it('of a row without a sum are zero before they are scaled, not NaN', () => {
    const weights = Float32Array.from([NaN, 1, 0, 0, 1, 3]);
    const scores = scorePositions({ heads: 1, tokens: 3, positions: 2, weights }, 2);

    expect(scores.every(Number.isFinite)).toBe(true);
  });

  it('of another shape than was said are refused', () => {
    expect(() =>
      scorePositions({ heads: 1, tokens: 2, positions: 2, weights: new Float32Array(3) }, 2),
    ).toThrow(RangeError);
  });
});
