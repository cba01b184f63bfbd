import { expect, it } from 'vitest';
import { cutOut, listCoverage } from '../../../src/shared/coverage.js';
import { createJob } from '../../../src/shared/job.js';
import type { Span } from '../../../src/shared/span.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { toSamples } from '../../../src/shared/time.js';

const span = (kind: Span['kind'], start: number, end: number): Span => ({
  kind,
  start: toSamples(start),
  end: toSamples(end),
});

it('shows what was skipped within speech as a stretch of its own', () => {
  const heard = [span('speech', 0, 100), span('noise', 100, 200), span('speech', 200, 300)];
  const skipped = [span('silence', 20, 30), span('noise', 290, 310), span('silence', 110, 120)];

  expect(cutOut(heard, skipped)).toEqual([
    span('speech', 0, 20),
    span('silence', 20, 30),
    span('speech', 30, 100),
    span('noise', 100, 200),
    span('speech', 200, 290),
    span('noise', 290, 300),
  ]);
});

it('shows it before the span of speech around it has ended', () => {
  const job = { ...createJob('1', 'a.wav', DEFAULT_OPTIONS, 0), processed: toSamples(100) };

  expect(listCoverage({ job, spans: [], skipped: [span('silence', 40, 50)] })).toEqual([
    span('speech', 0, 40),
    span('silence', 40, 50),
    span('speech', 50, 100),
  ]);
});
