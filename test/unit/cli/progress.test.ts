import { describe, expect, it } from 'vitest';
import {
  formatEndLine,
  formatJobName,
  formatProgressLine,
  formatSegmentLine,
  formatStartLine,
  toPrintableName,
} from '../../../src/cli/progress.js';
import { createJob } from '../../../src/shared/job.js';
import type { Job } from '../../../src/shared/job.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { toSamples } from '../../../src/shared/time.js';
import { makeSegment } from '../export/awkward-transcript.js';

const SECOND = 16_000;

function jobWith(changes: Partial<Job>): Job {
  return { ...createJob('1', 'a.wav', DEFAULT_OPTIONS), state: 'running', ...changes };
}

describe('formatSegmentLine', () => {
  it.each([
    [0, 64_000, ' And so', '[00:00.000 --> 00:04.000]  And so'],
    [3599 * SECOND, 3601 * SECOND, 'no space', '[59:59.000 --> 01:00:01.000]  no space'],
    [0, 8, ' a\nb\tc', '[00:00.000 --> 00:00.001]  a b c'],
  ])('%i to %i of %j', (start, end, text, line) => {
    expect(formatSegmentLine(makeSegment(0, start, end, text))).toBe(line);
  });

  it('is nothing for a segment without text', () => {
    expect(formatSegmentLine(makeSegment(0, 0, 1, ' \n '))).toBeNull();
  });
});

describe('formatProgressLine', () => {
  it('shows only what is known', () => {
    expect(formatProgressLine(jobWith({}))).toBe('0:00 done');
    expect(formatProgressLine(jobWith({ duration: toSamples(60 * SECOND) }))).toBe('  0 %');
  });

  it('shows percent, speed and time left of this job', () => {
    const job = jobWith({
      duration: toSamples(60 * SECOND),
      processed: toSamples(15 * SECOND),
      elapsedMs: 5000,
    });

    expect(formatProgressLine(job)).toBe(' 25 %  3.0x real time  0:15 left');
    expect(formatProgressLine({ ...job, state: 'cancelling' })).toBe(
      ' 25 %  3.0x real time  0:15 left  stopping',
    );
  });

  it('shows what is done of a recording of unknown length', () => {
    expect(formatProgressLine(jobWith({ processed: toSamples(90 * SECOND), elapsedMs: 45_000 }))).toBe(
      '1:30 done  2.0x real time',
    );
  });
});

describe('lines about a file', () => {
  it('number the files when there are several', () => {
    expect(formatJobName('a.wav', 1, 1)).toBe('a.wav');
    expect(formatJobName('a.wav', 2, 3)).toBe('2/3 a.wav');
  });

  it('say what is not known', () => {
    expect(formatStartLine('a.wav', jobWith({ format: 'WAV', backend: 'CPU' }))).toBe(
      'a.wav: WAV, length unknown; CPU',
    );
  });

  it('tell a cancelled job by what was done', () => {
    const job = jobWith({
      state: 'cancelled',
      processed: toSamples(30 * SECOND),
      elapsedMs: 15_000,
      language: 'de',
    });

    expect(formatEndLine('a.wav', job)).toBe('a.wav: cancelled, 0:30 of German in 0:15 (2.0x real time)');
  });
});

it('toPrintableName shows control characters as escapes', () => {
  expect(toPrintableName('a\nb\u001b[2J\u202e語.wav')).toBe('a\\x0ab\\x1b[2J\\u202e語.wav');
});
