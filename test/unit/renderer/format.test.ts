/** Numbers as people read them. */
import { describe, expect, it } from 'vitest';
import {
  baseName,
  formatElapsed,
  formatFolder,
  formatPercent,
  formatRemaining,
  formatSpeed,
  formatTemperature,
} from '../../../src/renderer/format.js';
import { describeFacts, describeStats } from '../../../src/renderer/views/transcript/job-facts.js';
import { job, seconds } from './events.js';

const MINUTE_MS = 60_000;

describe('time left', () => {
  it('says nothing before there is an estimate', () => {
    expect(formatRemaining(null)).toBeNull();
  });

  it.each([
    [0, 'a few seconds left'],
    [9_999, 'a few seconds left'],
    [12_000, 'about 20 s left'],
    [50_000, 'about 50 s left'],
    [50_001, 'about 1 min left'],
    [89_000, 'about 1 min left'],
    [2.4 * MINUTE_MS, 'about 2 min left'],
    [56 * MINUTE_MS, 'about 56 min left'],
    [58 * MINUTE_MS, 'about 1 h left'],
    [61 * MINUTE_MS, 'about 1 h left'],
    [83 * MINUTE_MS, 'about 1 h 25 min left'],
    [600 * MINUTE_MS, 'about 10 h left'],
  ])('of %d ms is "%s"', (remainingMs, text) => {
    expect(formatRemaining(remainingMs)).toBe(text);
  });
});

describe('measured time', () => {
  it.each([
    [0, '0.0 s'],
    [832, '0.8 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_499, '59 s'],
    [59_600, '1 min 0 s'],
    [372_000, '6 min 12 s'],
    [3_599_600, '1 h 0 min'],
    [3_840_000, '1 h 4 min'],
  ])('of %d ms is "%s"', (elapsedMs, text) => {
    expect(formatElapsed(elapsedMs)).toBe(text);
  });
});

describe('speed', () => {
  it('is sound over wall time', () => {
    expect(formatSpeed(seconds(52), 10_000)).toBe('5.2×');
    expect(formatSpeed(seconds(99.4), 10_000)).toBe('9.9×');
    expect(formatSpeed(seconds(120), 10_000)).toBe('12×');
    expect(formatSpeed(seconds(4), 10_000)).toBe('0.4×');
  });

  it('is not said before there is something to measure', () => {
    expect(formatSpeed(0, 10_000)).toBeNull();
    expect(formatSpeed(seconds(4), 0)).toBeNull();
  });
});

describe('folders', () => {
  it('below the home begin with ~, others stay', () => {
    expect(formatFolder('/home/ada/Documents/Tilescribe', '/home/ada')).toBe('~/Documents/Tilescribe');
    expect(formatFolder('/home/ada', '/home/ada')).toBe('~');
    expect(formatFolder('/home/adam/x', '/home/ada')).toBe('/home/adam/x');
    expect(formatFolder('/data', '')).toBe('/data');
  });
});

describe('shares', () => {
  it('are rounded down, so that 100% means all', () => {
    expect(formatPercent(0.998)).toBe('99%');
    expect(formatPercent(1)).toBe('100%');
    expect(formatPercent(0.29)).toBe('29%');
    expect(formatPercent(-0.1)).toBe('0%');
  });

  it('shows temperatures with one decimal', () => {
    expect(formatTemperature(0.2 * 3)).toBe('0.6');
    expect(formatTemperature(1)).toBe('1.0');
  });
});

describe('names', () => {
  it('are the last part of a path', () => {
    expect(baseName('/home/ada/talk.srt')).toBe('talk.srt');
    expect(baseName('talk.srt')).toBe('talk.srt');
  });
});

describe('facts of a job', () => {
  const facts = { format: 'mp3', backend: 'ONNX Runtime on the CPU', language: 'nl' } as const;

  it('tell how sure a detected language is, and not of a chosen one', () => {
    const detected = job('a', 'running', { ...facts, languageProbability: 0.987 });
    const chosen = {
      ...detected,
      languageProbability: 1,
      options: { ...detected.options, language: 'nl' },
    } as const;

    expect(describeFacts(detected)).toBe('Dutch, 98% sure · mp3 · ONNX Runtime on the CPU');
    expect(describeFacts(chosen)).toBe('Dutch · mp3 · ONNX Runtime on the CPU');
  });

  it('say when the text is a translation', () => {
    const plain = job('a', 'running', { language: 'nl', languageProbability: 0.9 });

    expect(describeFacts({ ...plain, options: { ...plain.options, task: 'translate' } })).toBe(
      'Dutch, 90% sure, translated to English',
    );
  });

  it('name the search where it is not the usual one', () => {
    const plain = job('a', 'running', facts);

    expect(describeFacts({ ...plain, options: { ...plain.options, language: 'nl', beamSize: 5 } })).toBe(
      'Dutch · mp3 · ONNX Runtime on the CPU · beam 5',
    );
  });

  it('are silent until known', () => {
    expect(describeFacts(job('a', 'queued'))).toBe('');
    expect(describeStats(job('a', 'running'))).toBe('');
  });

  it('end with what was measured', () => {
    const stats = {
      loadMs: 0,
      audioMs: 0,
      melMs: 0,
      encodeMs: 0,
      decodeMs: 0,
      windows: 1,
      tokens: 30,
      retries: 0,
    };
    const measured = { ...stats, audio: seconds(247), totalMs: 31_000, firstTokenMs: 1240 };

    expect(describeStats(job('a', 'done', { stats: measured }))).toBe(
      '4:07 of audio in 31 s · 8.0× real time · first token after 1.2 s',
    );
    expect(describeStats(job('a', 'done', { stats: { ...measured, firstTokenMs: null } }))).toBe(
      '4:07 of audio in 31 s · 8.0× real time',
    );
  });
});
