/** Which language is heard, in recordings put together from several. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import type { EngineEvent } from '../../src/shared/events.js';
import { makeSilence } from '../made-sound.js';
import { CORPUS, KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';
import { joinSounds, readSound, writeSound } from './joined-sound.js';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = openTestEngine();
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-language-'));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

function languagesOf(events: readonly EngineEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'language' ? [event.language] : []));
}

function readForeign(name: string): Promise<Float32Array> {
  return readSound(join(CORPUS ?? '', 'dev', 'other-languages', name));
}

describe('an allowed list', () => {
  it('is kept to, whatever is heard', async () => {
    const { events } = await runJob(engine, KENNEDY, { languages: ['de', 'fr'] });

    expect(languagesOf(events)).toHaveLength(1);
    expect(['de', 'fr']).toContain(languagesOf(events)[0]);
  });

  it('does not change what is heard when it is among it', async () => {
    const { events, text } = await runJob(engine, KENNEDY, { languages: ['de', 'en'] });

    expect(languagesOf(events)).toEqual(['en']);
    expect(plainWords(text)).toBe(KENNEDY_WORDS);
  });
});

describe.skipIf(CORPUS === null)('a greeting in another language', () => {
  it.each([1, 4])('does not decide for the talk after it (batch size %i)', async (batchSize) => {
    const greeting = await readForeign('common_voice_ja_24511055.flac');
    const talk = await readSound(KENNEDY);
    const gap = makeSilence(8);
    const path = await writeSound(
      join(folder, 'greeting.wav'),
      joinSounds([greeting, gap, talk, gap, talk, gap]),
    );

    const alone = await runJob(engine, await writeSound(join(folder, 'alone.wav'), greeting), { batchSize });
    const { events, text } = await runJob(engine, path, { batchSize });

    expect(languagesOf(alone.events)).toEqual(['ja']);
    expect(languagesOf(events)).toEqual(['en']);
    expect(plainWords(text)).toContain(`${KENNEDY_WORDS} ${KENNEDY_WORDS}`);
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'span');
    expect(kinds.slice(0, 3)).toEqual(['opened', 'language', 'attempt']);
  });
});

describe.skipIf(CORPUS === null)('a recording that changes its language', () => {
  it.each([1, 4])('is right in both halves with auto-multi (batch size %i)', async (batchSize) => {
    const english = await readSound(KENNEDY);
    const german = await readForeign('fleurs_de_000.flac');
    const whole = joinSounds([english, german, makeSilence(1), german, english]);
    const path = await writeSound(join(folder, 'both.wav'), whole);
    const alone = await runJob(engine, await writeSound(join(folder, 'german.wav'), german));

    const { segments, events, text } = await runJob(engine, path, { language: 'auto-multi', batchSize });

    expect([...new Set(languagesOf(events))]).toEqual(['en', 'de']);
    const inGerman = segments.filter(({ language }) => language === 'de');
    const inEnglish = segments.filter(({ language }) => language === undefined);
    expect(inGerman.length + inEnglish.length).toBe(segments.length);
    const englishText = plainWords(inEnglish.map((segment) => segment.text).join(''));
    expect(englishText.split('ask not what your country can do for you')).toHaveLength(3);
    const wanted = plainWords(alone.text).split(' ');
    const heard = new Set(plainWords(inGerman.map((segment) => segment.text).join('')).split(' '));
    const missed = wanted.filter((word) => !heard.has(word));
    expect(missed.length, `${missed.join(' ')} in ${text}`).toBeLessThanOrEqual(wanted.length / 10);
  });
});
