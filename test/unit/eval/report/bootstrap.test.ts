import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estimateDifference,
  estimateRate,
  estimateRelative,
  quantile,
} from '../../../eval/report/bootstrap.js';
import type { Tally } from '../../../eval/report/bootstrap.js';

const tallies: readonly Tally[] = Array.from({ length: 100 }, (_, i) => ({
  errors: i < 20 ? 1 : 0,
  length: 1,
}));

describe('an error rate', () => {
  it('is errors over words, not the mean of the rates', () => {
    const estimate = estimateRate([
      { errors: 1, length: 1 },
      { errors: 0, length: 9 },
    ]);

    expect(estimate).toEqual({ rate: 0.1, low: 0, high: 1 });
  });

  it('lies where the normal approximation of a binomial has it: 0.2 give or take 1.96 * 0.04', () => {
    const estimate = estimateRate(tallies)!;

    expect(estimate.rate).toBe(0.2);
    expect(estimate.low).toBeCloseTo(0.2 - 0.0784, 1);
    expect(estimate.high).toBeCloseTo(0.2 + 0.0784, 1);
    expect(estimate.low).toBeLessThan(0.14);
    expect(estimate.high).toBeGreaterThan(0.26);
  });

  it('is the same each time', () => {
    expect(estimateRate(tallies)).toEqual(estimateRate(tallies));
  });

  it('is certain when all recordings are alike', () => {
    const alike = Array.from({ length: 7 }, () => ({ errors: 1, length: 4 }));

    expect(estimateRate(alike)).toEqual({ rate: 0.25, low: 0.25, high: 0.25 });
  });

  it('is unknown without recordings, and without words', () => {
    expect(estimateRate([])).toBeNull();
    expect(estimateRate([{ errors: 3, length: 0 }])).toBeNull();
  });

  it('lies in its interval, which lies between the best and the worst recording', () => {
    const tally = fc.record({ errors: fc.nat(20), length: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(fc.array(tally, { minLength: 1, maxLength: 20 }), (some) => {
        const rates = some.map(({ errors, length }) => errors / length);
        const estimate = estimateRate(some, 200)!;

        expect(estimate.low).toBeGreaterThanOrEqual(Math.min(...rates) - 1e-12);
        expect(estimate.high).toBeLessThanOrEqual(Math.max(...rates) + 1e-12);
        expect(estimate.low).toBeLessThanOrEqual(estimate.high);
      }),
    );
  });
});

describe('a difference', () => {
  it('is certain when one errs by the same share more everywhere, however much the recordings differ', () => {
    const pairs = tallies.map(({ errors }) => ({
      first: { errors: errors * 5 + 1, length: 10 },
      second: { errors: errors * 5, length: 10 },
    }));
    const estimate = estimateDifference(pairs)!;

    expect(estimate.rate).toBeCloseTo(0.1, 12);
    expect(estimate.low).toBeCloseTo(0.1, 12);
    expect(estimate.high).toBeCloseTo(0.1, 12);
  });

  it('changes its sign with the order, and nothing else', () => {
    const pairs = tallies.map((first, i) => ({ first, second: tallies[(i * 37) % 100]! }));
    const there = estimateDifference(pairs)!;
    const back = estimateDifference(pairs.map(({ first, second }) => ({ first: second, second: first })))!;

    expect(back.low).toBeCloseTo(-there.high, 12);
    expect(back.high).toBeCloseTo(-there.low, 12);
    expect(there.low).toBeLessThan(0);
    expect(there.high).toBeGreaterThan(0);
  });
});

describe('a relative difference', () => {
  it('is certain when one errs a fifth more everywhere', () => {
    const pairs = [2, 5, 9].map((tenths) => ({
      first: { errors: 6 * tenths, length: 50 },
      second: { errors: 5 * tenths, length: 50 },
    }));
    const estimate = estimateRelative(pairs)!;

    expect(estimate.rate).toBeCloseTo(0.2, 12);
    expect(estimate.low).toBeCloseTo(0.2, 12);
    expect(estimate.high).toBeCloseTo(0.2, 12);
  });

  it('is unknown when the second makes no errors', () => {
    expect(
      estimateRelative([{ first: { errors: 1, length: 2 }, second: { errors: 0, length: 2 } }]),
    ).toBeNull();
  });
});

it.each([
  [[1, 2, 3, 4, 5], 0.5, 3],
  [[1, 2, 3, 4], 0.5, 2.5],
  [[0, 10], 0.025, 0.25],
  [[7], 0.95, 7],
])('of %j the quantile %d is %d, as numpy.quantile has it', (sorted, share, value) => {
  expect(quantile(sorted, share)).toBeCloseTo(value, 12);
});
