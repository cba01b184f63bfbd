/** Times of words on the real engine: the Kennedy sentence, whose words a forced aligner has placed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { SAMPLE_RATE_HZ } from '../../src/shared/time.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

let engine: Engine;
beforeAll(() => {
  engine = openTestEngine();
});
afterAll(async () => {
  await engine.close();
});

const openedBy = (events: Awaited<ReturnType<typeof runJob>>['events']): string =>
  events.flatMap((event) => (event.kind === 'opened' ? [event.backend] : [])).join();

describe('words with the native engine', () => {
  it('spell the text, in order, each inside its segment', async () => {
    const { segments, last } = await runJob(engine, KENNEDY, { device: 'cpu', language: 'en' });

    const words = segments.flatMap((segment) => segment.words ?? []);
    expect(words.map(({ text }) => plainWords(text)).join(' ')).toBe(KENNEDY_WORDS);
    expect(last.kind === 'done' && last.stats.audio >= words.at(-1)!.end).toBe(true);
    for (const segment of segments) {
      expect(segment.confidence).toBeGreaterThan(0.5);
      let now: number = segment.start;
      for (const { start, end, probability } of segment.words!) {
        expect(Number.isInteger(start) && Number.isInteger(end)).toBe(true);
        expect(start).toBeGreaterThanOrEqual(now);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(segment.end);
        expect(probability).toBeGreaterThan(0.2);
        now = start;
      }
    }
  });

  it('are where they are said', async () => {
    const { segments } = await runJob(engine, KENNEDY, { device: 'cpu', language: 'en' });

    // pocketsphinx (test/eval/reference-words.ts), seconds; the first and both "ask" follow a pause.
    const said: readonly (readonly [string, number])[] = [
      ['so', 0.57],
      ['fellow', 1.25],
      ['americans', 1.63],
      ['ask', 3.25],
      ['not', 3.99],
      ['your', 5.6],
      ['do', 6.66],
    ];
    const words = segments.flatMap((segment) => segment.words ?? []);
    for (const [text, seconds] of said) {
      const word = words.find((candidate) => plainWords(candidate.text) === text);
      expect(Math.abs(word!.start / SAMPLE_RATE_HZ - seconds), text).toBeLessThan(0.3);
    }
  });

  it('change nothing of the text, and are not there when they are not wanted', async () => {
    const options = { device: 'cpu', language: 'en' } as const;
    const timed = await runJob(engine, KENNEDY, options);
    const { events, segments, text } = await runJob(engine, KENNEDY, { ...options, wordTimestamps: false });

    expect(text).toBe(timed.text);
    expect(segments.map(({ tokens }) => tokens)).toEqual(timed.segments.map(({ tokens }) => tokens));
    expect(segments.every((segment) => segment.words === undefined)).toBe(true);
    expect(openedBy(events)).not.toContain('words');
  });
});

describe('words with ONNX Runtime', () => {
  it('have no times, and the job says why', async () => {
    const { events, segments } = await runJob(engine, KENNEDY, { device: 'onnx', language: 'en' });

    expect(segments.every((segment) => segment.words === undefined)).toBe(true);
    expect(openedBy(events)).toContain('words have no times (they need the native engine');
  });
});
