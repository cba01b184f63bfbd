import { describe, expect, it } from 'vitest';
import { toColumns } from '../../../src/renderer/charts/latency-strip.js';
import {
  formatBytes,
  formatFigure,
  formatMs,
  formatRate,
} from '../../../src/renderer/views/performance/format-figures.js';
import { nameRuns } from '../../../src/renderer/views/performance/named-runs.js';
import {
  compareFigure,
  layerRows,
  runFigures,
  stageTimes,
} from '../../../src/renderer/views/performance/run-figures.js';
import type { LayerTiming } from '../../../src/shared/timing.js';
import { RUN } from '../shared/made-run.js';
import { job } from './events.js';

describe('layerRows', () => {
  it('gives the mean of a pass, the encoder first, operations in their order', () => {
    const layers: LayerTiming[] = [
      { part: 'decoder', layer: 1, operation: 'feed-forward', totalMs: 8, count: 4 },
      { part: 'decoder', layer: 0, operation: 'vocabulary', totalMs: 6, count: 3 },
      { part: 'decoder', layer: 0, operation: 'self-attention', totalMs: 4, count: 4 },
      { part: 'encoder', layer: 0, operation: 'mel', totalMs: 5, count: 1 },
    ];
    const rows = layerRows({ layers });

    expect(
      rows.map(({ part, layer, totalMsPerPass, passes }) => [part, layer, totalMsPerPass, passes]),
    ).toEqual([
      ['encoder', 0, 5, 1],
      ['decoder', 0, 3, 4],
      ['decoder', 1, 2, 4],
    ]);
    expect([...(rows[1]?.msPerPass ?? [])]).toEqual([
      ['self-attention', 1],
      ['vocabulary', 2],
    ]);
  });

  it('has no rows where layers cannot be seen', () => {
    expect(layerRows({ layers: null })).toEqual([]);
  });
});

it('stageTimes adds up to the wall time', () => {
  const total = Object.values(stageTimes(RUN)).reduce((sum, ms) => sum + ms, 0);

  expect(total).toBe(RUN.elapsedMs);
});

describe('runFigures and compareFigure', () => {
  it('tells percentiles only where there are steps', () => {
    expect(runFigures({ timings: RUN, stepsMs: [] })).toMatchObject({ p50Ms: null, realTimeFactor: 5 });
    expect(runFigures({ timings: RUN, stepsMs: [1, 3] })).toMatchObject({ p50Ms: 1, p99Ms: 3 });
  });

  it('is above 1 when the second run is the better one, whichever way better is', () => {
    expect(compareFigure('realTimeFactor', 10, 20)).toBe(2);
    expect(compareFigure('elapsedMs', 10, 20)).toBe(0.5);
    expect(compareFigure('coresUsed', 1, 2)).toBeNull();
    expect(compareFigure('p50Ms', null, 2)).toBeNull();
  });
});

describe('formats', () => {
  it('gives three digits and the unit that fits', () => {
    expect([0.0234, 0.5, 12.34, 1234, 754_000].map(formatMs)).toEqual([
      '0.023 ms',
      '0.500 ms',
      '12.3 ms',
      '1.23 s',
      '12.6 min',
    ]);
    expect(formatBytes(12_582_912)).toBe('12.6 MB');
    expect(formatRate(70.4e9, 'B')).toBe('70.4 GB/s');
    expect(formatRate(1.07e12, 'MAC')).toBe('1.07 TMAC/s');
    expect(formatFigure('tokensPerSecond', null)).toBe('–');
  });
});

describe('toColumns', () => {
  it('loses no outlier, however many values share a column', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i === 617 ? 99 : i % 2));
    const columns = toColumns(values, 10);

    expect(columns).toHaveLength(10);
    expect(columns.map(({ most }) => most)).toEqual([1, 1, 1, 1, 1, 1, 99, 1, 1, 1]);
    expect(columns.every(({ least }) => least === 0)).toBe(true);
  });

  it('has one column a value where there are few, and none of nothing', () => {
    expect(toColumns([4, 2], 10)).toEqual([
      { least: 4, most: 4 },
      { least: 2, most: 2 },
    ]);
    expect(toColumns([], 10)).toEqual([]);
  });
});

describe('the runs that are offered', () => {
  const record = { timings: RUN, stepsMs: [] };

  it('are those with figures, the newest first, told apart where they are of one file', () => {
    const jobs = ['a', 'b', 'c', 'd'].map((id, index) => ({
      ...job(id, 'done'),
      fileName: index < 2 ? 'talk.wav' : `${id}.wav`,
      createdAtMs: new Date(2026, 1, 3, 14, 5, index).getTime(),
    }));
    const runs = nameRuns(jobs, { a: record, b: record, c: record });

    expect(runs.map(({ id, name }) => [id, name])).toEqual([
      ['c', 'c.wav'],
      ['b', 'talk.wav, 14:05:01'],
      ['a', 'talk.wav, 14:05:00'],
    ]);
  });

  it('say how they searched', () => {
    const fast = job('a', 'done');
    const thorough = { ...fast, id: 'b', options: { ...fast.options, beamSize: 5 } };

    expect(nameRuns([fast, thorough], { a: record, b: record }).map(({ how }) => how)).toEqual([
      `${RUN.backend}, beam 5`,
      RUN.backend,
    ]);
  });
});
