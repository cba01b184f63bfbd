import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { EngineEventSchema } from '../../src/shared/events.js';
import type { EngineEvent } from '../../src/shared/events.js';
import { CORPUS, KENNEDY, KENNEDY_WORDS, plainWords, readManifest } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

/**
 * Versions of the LibriSpeech sentence that lost sound (telephone band, 40 dB quieter, lossy): there the
 * int8 model hears "which is then" for "better than", whatever reads the file; transformers.js on the same
 * weights does too (npm run compare).
 */
const MISHEARD = 'i really liked that account of himself which is then anything else he said';
const DEGRADED: ReadonlyMap<string, string> = new Map([
  ['librispeech_8k.wav', MISHEARD],
  ['librispeech_8k_mulaw.wav', MISHEARD.replace('liked', 'like')],
  ['librispeech_quiet.wav', MISHEARD],
  ['librispeech.wma', MISHEARD],
]);

let engine: Engine;
beforeAll(() => {
  engine = openTestEngine();
});
afterAll(async () => {
  await engine.close();
});

function eventsOf<K extends EngineEvent['kind']>(
  events: readonly EngineEvent[],
  kind: K,
): Extract<EngineEvent, { kind: K }>[] {
  return events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
}

describe('the Kennedy sentence', () => {
  it('is transcribed exactly, in English, from its language to its last event', async () => {
    const { events, segments, text, last } = await runJob(engine, KENNEDY);

    expect(plainWords(text)).toBe(KENNEDY_WORDS);
    expect(eventsOf(events, 'language')[0]).toMatchObject({ language: 'en' });
    expect(eventsOf(events, 'language')[0]!.probability).toBeGreaterThan(0.9);
    // The first word is said after 0.3 s.
    expect(segments[0]!.start).toBeGreaterThan(0.2 * 16_000);
    expect(segments[0]!.start).toBeLessThan(0.5 * 16_000);
    expect(segments.at(-1)!.end).toBeGreaterThan(9 * 16_000);
    expect(segments.at(-1)!.end).toBeLessThanOrEqual(176_100);
    expect(last).toMatchObject({ kind: 'done', warning: null });
    for (const event of events) expect(v.is(EngineEventSchema, event)).toBe(true);
  });

  it('streams its tokens before it commits them, and they spell the same text', async () => {
    const { events, text } = await runJob(engine, KENNEDY);

    const tokens = eventsOf(events, 'token');
    const kinds = events.map((event) => event.kind).filter((kind) => kind !== 'span');
    expect(kinds.lastIndexOf('token')).toBeLessThan(kinds.indexOf('commit'));
    expect(kinds.slice(0, 4)).toEqual(['opened', 'language', 'attempt', 'token']);
    expect(tokens.map((token) => token.text).join('')).toBe(text);
    expect(tokens.length).toBeGreaterThan(20);
    for (const [i, token] of tokens.entries()) {
      expect(token.logProbability).toBeLessThanOrEqual(0);
      expect(token.elapsedMs).toBeGreaterThanOrEqual(tokens[i - 1]?.elapsedMs ?? 0);
    }
  });

  it('gives the same words again: nothing is left over from job to job', async () => {
    const first = await runJob(engine, KENNEDY);
    const second = await runJob(engine, KENNEDY);

    expect(second.segments).toEqual(first.segments);
  });

  it('comes in through a pipe as well', async () => {
    const { text } = await runJob(engine, {
      kind: 'stream',
      name: 'stdin',
      stream: createReadStream(KENNEDY),
    });

    expect(plainWords(text)).toBe(KENNEDY_WORDS);
  });

  it('is decoded in the language the user names, without detection', async () => {
    const { events } = await runJob(engine, KENNEDY, { language: 'en' });

    expect(eventsOf(events, 'language')).toEqual([
      { kind: 'language', jobId: 'job', language: 'en', probability: 1 },
    ]);
  });

  it('follows the spelling of the initial prompt', async () => {
    const { text } = await runJob(engine, KENNEDY, {
      initialPrompt: 'and so my fellow americans in lower case without any punctuation',
    });

    expect(plainWords(text)).toBe(KENNEDY_WORDS);
  });

  it('still comes out when sampling starts hot, and says at which temperature', async () => {
    const { segments, events } = await runJob(engine, KENNEDY, { temperature: 0.2 });

    expect(plainWords(segments.map((segment) => segment.text).join(' '))).toContain('ask what you can do');
    expect(segments[0]!.temperature).toBe(eventsOf(events, 'attempt').at(-1)!.temperature);
    expect(segments[0]!.temperature).toBeGreaterThanOrEqual(0.2);
  });
});

describe('cancelling', () => {
  it('ends the job at the next token', async () => {
    let tokensAfterAbort = 0;
    let isAborted = false;
    const { last, segments } = await runJob(engine, KENNEDY, {}, (event, abort) => {
      if (event.kind !== 'token') return;
      if (isAborted) tokensAfterAbort++;
      isAborted = true;
      abort();
    });

    expect(last.kind).toBe('cancelled');
    expect(tokensAfterAbort).toBe(0);
    expect(segments).toEqual([]);
  });

  it('does not disturb the next job', async () => {
    await runJob(engine, KENNEDY, {}, (event, abort) => {
      if (event.kind === 'opened') abort();
    });

    expect(plainWords((await runJob(engine, KENNEDY)).text)).toBe(KENNEDY_WORDS);
  });
});

describe.skipIf(CORPUS === null)('the speech corpus', () => {
  const corpus = CORPUS ?? '';

  it('has the same words in every format as in its original', async () => {
    const lines = readManifest(corpus, 'formats');
    const wrong: string[] = [];

    for (const { file, text } of lines) {
      const outcome = await runJob(engine, join(corpus, 'formats', file));
      const heard = plainWords(outcome.text);
      const isSame = heard === plainWords(text) || heard === DEGRADED.get(file);
      if (!isSame) wrong.push(`${file}: ${outcome.text}`);
    }

    expect(wrong).toEqual([]);
    expect(lines.length).toBe(20);
  });

  it.each([
    'silence_30s.flac',
    'silence_30s.wav',
    'noise_10s.wav',
    'noise_0.05s.wav',
    'tone_440Hz_8s.flac',
    'one_sample.wav',
  ])('has no words in %s', async (file) => {
    const { text, last } = await runJob(engine, join(corpus, 'broken', file));

    expect(text).toBe('');
    expect(last.kind).toBe('done');
  });

  it('has text in order, without gaps at window edges, in a recording of several windows', async () => {
    const { segments, events, text } = await runJob(engine, join(corpus, 'dev', 'long', 'long_sonnet_1.mp3'));

    expect(eventsOf(events, 'commit').length).toBeGreaterThanOrEqual(2);
    for (const [i, segment] of segments.entries()) {
      expect(segment.index).toBe(i);
      expect(segment.end).toBeGreaterThan(segment.start);
      expect(segment.start).toBeGreaterThanOrEqual(segments[i - 1]?.end ?? 0);
    }
    expect(plainWords(text)).toContain('from fairest creatures we desire increase');
    expect(plainWords(text)).toContain('by the grave and the');
  });

  it('is heard in its own language, and in English when asked to translate', async () => {
    const file = join(corpus, 'dev', 'other-languages', 'fleurs_de_000.flac');

    const german = await runJob(engine, file);
    const english = await runJob(engine, file, { task: 'translate' });

    expect(eventsOf(german.events, 'language')[0]).toMatchObject({ language: 'de' });
    expect(` ${plainWords(german.text)} `).toMatch(/ (der|die|das|und) /);
    expect(` ${plainWords(english.text)} `).toMatch(/ (the|and) /);
    expect(` ${plainWords(english.text)} `).not.toMatch(/ (der|die|das|und) /);
  });
});
