import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { warpTime } from '../../../../src/engine/words/time-warp.js';

const warp = (rows: readonly (readonly number[])[]): number[] =>
  Array.from(warpTime(Float32Array.from(rows.flat()), rows.length, rows[0]!.length));

/** The cost of the cheapest path, by trying all of them. */
function cheapest(costs: readonly (readonly number[])[], row: number, column: number): number {
  const here = costs[row]![column]!;
  if (row === 0 && column === 0) return here;
  const from: number[] = [];
  if (row > 0 && column > 0) from.push(cheapest(costs, row - 1, column - 1));
  if (row > 0) from.push(cheapest(costs, row - 1, column));
  if (column > 0) from.push(cheapest(costs, row, column - 1));
  return here + Math.min(...from);
}

/** The least that a path costs which is first in each row at `firsts`. */
function costOf(costs: readonly (readonly number[])[], firsts: readonly number[]): number {
  const last = costs[0]!.length - 1;
  return costs.reduce((sum, row, i) => {
    const from = firsts[i]!;
    const next = firsts[i + 1] ?? last;
    const leaveAt = (end: number): number =>
      row.slice(from, end + 1).reduce((total, cost) => total + cost, 0);
    // The next row begins below the last column of this one, or right of it.
    const ways =
      i + 1 === costs.length ? [leaveAt(last)] : [leaveAt(next), ...(next > from ? [leaveAt(next - 1)] : [])];
    return sum + Math.min(...ways);
  }, 0);
}

describe('time warping', () => {
  it.each([
    [
      'along the diagonal',
      [
        [0, 9, 9],
        [9, 0, 9],
        [9, 9, 0],
      ],
      [0, 1, 2],
    ],
    [
      'a long first token',
      [
        [0, 0, 0, 9],
        [9, 9, 9, 0],
      ],
      [0, 3],
    ],
    [
      'a long last token',
      [
        [0, 9, 9, 9],
        [9, 0, 0, 0],
      ],
      [0, 1],
    ],
    ['more tokens than sound', [[0], [0], [0]], [0, 0, 0]],
    ['one token', [[5, 5, 5]], [0]],
  ])('%s', (_, costs, firsts) => {
    expect(warp(costs)).toEqual(firsts);
  });

  it('goes right when sums are equal, as openai/whisper', () => {
    // numpy: dtw_cpu(np.zeros((2, 3))) has text_indices [0, 1, 1, 1] and time_indices [0, 0, 1, 2].
    expect(
      warp([
        [0, 0, 0],
        [0, 0, 0],
      ]),
    ).toEqual([0, 0]);
  });

  it('takes the cheapest of all paths', () => {
    const matrix = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
      .chain(([rows, columns]) =>
        fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: columns, maxLength: columns }), {
          minLength: rows,
          maxLength: rows,
        }),
      );
    fc.assert(
      fc.property(matrix, (costs) => {
        const firsts = warp(costs);
        expect(costOf(costs, firsts)).toBe(cheapest(costs, costs.length - 1, costs[0]!.length - 1));
        expect(firsts[0]).toBe(0);
        for (let i = 1; i < firsts.length; i++) expect(firsts[i]).toBeGreaterThanOrEqual(firsts[i - 1]!);
      }),
      { numRuns: 500 },
    );
  });

  it('ends for any numbers, also those that are none', () => {
    const costs = new Float32Array(6).fill(NaN);

    expect(warpTime(costs, 2, 3)).toHaveLength(2);
    expect(warpTime(new Float32Array(0), 3, 0)).toEqual(new Int32Array(3));
    expect(() => warpTime(costs, 2, 2)).toThrow(RangeError);
  });
});
