/** One stretch of a recording, with the times of the file. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { toSamples } from '../../src/shared/time.js';
import { KENNEDY, plainWords } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

let engine: Engine;
beforeAll(() => {
  engine = openTestEngine();
});
afterAll(async () => {
  await engine.close();
});

it.each([1, 4])('holds its own words alone, where they are (batch size %i)', async (batchSize) => {
  const range = { start: toSamples(8 * 16_000), end: toSamples(11 * 16_000) };
  const { text, segments, last } = await runJob(engine, KENNEDY, { range, batchSize, language: 'en' });

  expect(plainWords(text)).toMatch(/ask what you can do for your country$/);
  expect(plainWords(text)).not.toContain('fellow');
  expect(segments[0]!.start).toBeGreaterThanOrEqual(range.start);
  expect(segments.at(-1)!.end).toBeLessThanOrEqual(range.end);
  expect(last).toMatchObject({ kind: 'done', stats: { audio: range.end - range.start } });
});
