/** Several files in one engine, side by side, on the native engine: real recordings, real weights. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import type { EngineEvent } from '../../src/shared/events.js';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import { CORPUS, KENNEDY, KENNEDY_WORDS, plainWords, readManifest } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';
import type { JobOutcome } from './engine-jobs.js';

const ADDON = join(import.meta.dirname, '..', '..', 'out', 'native', 'tilescribe_native.node');
const dev = join(CORPUS ?? '', 'dev');

/** Of different lengths and languages: one of several windows, one of silence, one that cannot be opened. */
function listRecordings(): string[] {
  const english = readManifest(CORPUS ?? '', 'dev').filter(({ file }) => file.startsWith('en/'));
  return [
    join(dev, 'long', 'long_sonnet_1.mp3'),
    ...english.slice(0, 5).map(({ file }) => join(dev, file)),
    join(CORPUS ?? '', 'broken', 'silence_30s.wav'),
    join(dev, 'other-languages', 'fleurs_de_000.flac'),
    join(dev, 'en', 'no such file.wav'),
    KENNEDY,
  ];
}

/** How many jobs had been opened and had not ended, at most. */
function countAtOnce(kinds: readonly EngineEvent['kind'][]): number {
  let atOnce = 0;
  return kinds.reduce((most, kind) => {
    if (kind === 'opened') atOnce++;
    if (kind === 'done' || kind === 'cancelled') atOnce--;
    return Math.max(most, atOnce);
  }, 0);
}

describe.skipIf(CORPUS === null || !existsSync(ADDON))('a queue of files', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = openTestEngine();
  });
  afterAll(() => engine.close());

  const native = { device: 'cpu' } as const;

  it('gives each the very text and segments that it has by itself, whatever runs beside it', async () => {
    const paths = listRecordings();
    const alone: JobOutcome[] = [];
    for (const path of paths) alone.push(await runJob(engine, path, native));

    const kinds: EngineEvent['kind'][] = [];
    const together = await Promise.all(
      paths.map((path) => runJob(engine, path, native, ({ kind }) => kinds.push(kind))),
    );

    for (const [i, outcome] of together.entries()) {
      expect(outcome.segments, paths[i]).toEqual(alone[i]!.segments);
      expect(outcome.last.kind).toBe(alone[i]!.last.kind);
    }
    expect(together.map(({ last }) => last.kind).filter((kind) => kind === 'failed')).toHaveLength(1);
    expect(alone.filter(({ text }) => text !== '').length).toBeGreaterThan(6);
    expect(countAtOnce(kinds)).toBe(4);
  });

  it('says of each what was its own work, all of which is no more than the time that passed', async () => {
    const began = performance.now();
    const outcomes = await Promise.all(
      [KENNEDY, KENNEDY, KENNEDY].map((path) => runJob(engine, path, native)),
    );
    const passedMs = performance.now() - began;

    const stats = outcomes.flatMap(({ last }) => (last.kind === 'done' ? [last.stats] : []));
    expect(stats).toHaveLength(3);
    for (const { melMs, encodeMs, decodeMs } of stats) {
      for (const ms of [melMs, encodeMs, decodeMs]) expect(ms).toBeGreaterThan(0);
    }
    const spentMs = stats.reduce(
      (sum, { melMs, encodeMs, decodeMs }) => sum + melMs + encodeMs + decodeMs,
      0,
    );
    expect(spentMs).toBeLessThanOrEqual(passedMs);
  });

  it('lets the first have its first words before another is begun', async () => {
    const order: string[] = [];
    const note = (name: string) => (event: EngineEvent) => {
      if (event.kind === 'opened' || event.kind === 'commit') order.push(`${name} ${event.kind}`);
    };

    await Promise.all([
      runJob(engine, KENNEDY, native, note('first')),
      runJob(engine, KENNEDY, native, note('second')),
    ]);

    expect(order.slice(0, 3)).toEqual(['first opened', 'first commit', 'second opened']);
  });

  it('goes on when one of those side by side is cancelled, and when one that waits is', async () => {
    const long = join(dev, 'long', 'long_trump_address_ms13_2018.mp3');
    const stopAtCommit = (event: EngineEvent, abort: () => void): void => {
      if (event.kind === 'commit') abort();
    };

    const waiting = new AbortController();
    const waitingEvents: EngineEvent[] = [];
    const outcomes = Promise.all([
      runJob(engine, long, native, stopAtCommit),
      runJob(engine, KENNEDY, native),
      runJob(engine, long, native, stopAtCommit),
      runJob(engine, KENNEDY, { ...native, threads: 1 }),
    ]);
    const last = engine.transcribe(
      {
        jobId: 'waiting',
        source: { kind: 'file', path: KENNEDY },
        options: { ...DEFAULT_OPTIONS, ...native },
      },
      (event) => waitingEvents.push(event),
      waiting.signal,
    );
    waiting.abort();
    await last;

    expect(waitingEvents).toEqual([{ kind: 'cancelled', jobId: 'waiting' }]);
    const [first, second, third, other] = await outcomes;
    expect([first, second, third, other].map((outcome) => outcome.last.kind)).toEqual([
      'cancelled',
      'done',
      'cancelled',
      'done',
    ]);
    expect(plainWords(second.text)).toBe(KENNEDY_WORDS);
    expect(plainWords(other.text)).toBe(KENNEDY_WORDS);
  });
});
