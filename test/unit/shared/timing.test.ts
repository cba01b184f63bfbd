import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSamples } from '../../../src/shared/time.js';
import {
  percentile,
  rateRun,
  restMs,
  subtractLayers,
  summarizeLatencies,
} from '../../../src/shared/timing.js';
import type { LayerTiming } from '../../../src/shared/timing.js';
import { RUN } from './made-run.js';

function layer(totalMs: number, count: number, operation: LayerTiming['operation'] = 'mel'): LayerTiming {
  return { part: 'encoder', layer: 0, operation, totalMs, count };
}

describe('subtractLayers', () => {
  it('leaves out what did not run since', () => {
    const before = [layer(5, 1), layer(7, 2, 'convolution')];
    const now = [layer(9, 3), layer(7, 2, 'convolution'), layer(4, 1, 'self-attention')];

    expect(subtractLayers(now, before)).toEqual([layer(4, 2), layer(4, 1, 'self-attention')]);
  });

  it('gives all where there was nothing before', () => {
    expect(subtractLayers([layer(9, 3)], [])).toEqual([layer(9, 3)]);
  });
});

describe('percentile', () => {
  it('is the nearest rank', () => {
    const sorted = [15, 20, 35, 40, 50];

    expect([0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(sorted, share))).toEqual([15, 20, 20, 35, 50]);
    expect(percentile([], 0.5)).toBeNull();
  });

  it('has at least its share of the values at or below it, and no smaller value has', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const sorted = values.toSorted((a, b) => a - b);
          const found = percentile(sorted, share)!;
          const atOrBelow = sorted.filter((value) => value <= found).length;
          const below = sorted.filter((value) => value < found).length;
          return atOrBelow >= share * sorted.length && (below === 0 || below < share * sorted.length);
        },
      ),
    );
  });
});

describe('summarizeLatencies', () => {
  it('does not need its values in order, and leaves them as they are', () => {
    const steps = [3, 1, 2];

    expect(summarizeLatencies(steps)).toEqual({ n: 3, p50Ms: 2, p95Ms: 3, p99Ms: 3, longestMs: 3 });
    expect(steps).toEqual([3, 1, 2]);
  });

  it('says nothing of nothing', () => {
    expect(summarizeLatencies([])).toBeNull();
  });
});

describe('rateRun', () => {
  it('counts sound over wall time, tokens over decoding, and processors over wall time', () => {
    expect(rateRun(RUN, 16_000)).toEqual({ realTimeFactor: 5, tokensPerSecond: 250, coresUsed: 1.5 });
  });

  it('claims nothing before anything is done', () => {
    const fresh = { ...RUN, processed: toSamples(0), tokens: 0, elapsedMs: 0 };

    expect(rateRun(fresh, 16_000)).toEqual({ realTimeFactor: null, tokensPerSecond: null, coresUsed: null });
  });
});

it('restMs is what no stage accounts for, and never less than nothing', () => {
  expect(restMs(RUN)).toBe(440);
  expect(restMs({ ...RUN, elapsedMs: 10 })).toBe(0);
});
