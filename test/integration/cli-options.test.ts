/** What the options of decoding and of subtitles do to a transcript, through the command line as a user gives them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineEventSchema } from '../../src/shared/events.js';
import { CORPUS, KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { buildCommandLine, runCommand } from './command-line.js';
import { joinSounds, readSound, writeSound } from './joined-sound.js';

const SECOND = 16_000;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-options-'));
  await buildCommandLine();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const JsonSchema = v.object({
  text: v.string(),
  language: v.string(),
  segments: v.array(v.object({ start: v.number(), end: v.number(), text: v.string() })),
});

/** The json that the command writes. */
async function hear(path: string, ...options: readonly string[]) {
  const { exitCode, stderr } = await runCommand([path, '-f', 'json', '-o', folder, ...options]);
  expect(exitCode, stderr).toBe(0);
  const name = `${basename(path, extname(path))}.json`;
  const json = v.parse(JsonSchema, JSON.parse(readFileSync(join(folder, name), 'utf8')));
  return { ...json, words: plainWords(json.text) };
}

describe('what is heard', () => {
  it('--vad leaves a pause out, but for off, and the words are the same', async () => {
    const kennedy = await readSound(KENNEDY);
    const sound = joinSounds([kennedy, new Float32Array(10 * SECOND), kennedy]);
    const path = await writeSound(join(folder, 'pause.wav'), sound);
    const spansWith = async (mode: string) => {
      const { exitCode, stdout } = await runCommand([path, '--vad', mode, '--json-events']);
      expect(exitCode).toBe(0);
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line) => v.parse(EngineEventSchema, JSON.parse(line)));
      const text = events.flatMap((event) => (event.kind === 'commit' ? event.segments : []));
      expect(plainWords(text.map((segment) => segment.text).join(''))).toBe(
        `${KENNEDY_WORDS} ${KENNEDY_WORDS}`,
      );
      return events.flatMap((event) => (event.kind === 'span' ? [event.span] : []));
    };

    expect(await spansWith('off')).toEqual([]);
    const cautious = (await spansWith('auto')).filter(({ kind }) => kind !== 'speech');
    expect(cautious).toHaveLength(1);
    expect(cautious[0]!.start).toBeGreaterThan(kennedy.length - SECOND);
    expect(cautious[0]!.end).toBeLessThan(kennedy.length + 10.5 * SECOND);
    // With a fifth of a second around speech where auto has half a second.
    const strict = (await spansWith('strict')).filter(({ kind }) => kind !== 'speech');
    expect(strict[0]!.start).toBeLessThan(cautious[0]!.start);
    expect(strict[0]!.end).toBeGreaterThan(cautious[0]!.end);
  });

  it('--clip-timestamps hears one stretch, with the times of the file', async () => {
    const { words, segments } = await hear(KENNEDY, '--clip-timestamps', '7.8,11');

    expect(words).toBe('ask what you can do for your country');
    expect(segments[0]!.start).toBeGreaterThanOrEqual(7.8);
    expect(segments.at(-1)!.end).toBeLessThanOrEqual(11);
  });

  it('--languages keeps the language to those named', async () => {
    expect(await hear(KENNEDY, '--languages', 'German,en')).toMatchObject({
      language: 'en',
      words: KENNEDY_WORDS,
    });
    expect(['de', 'fr']).toContain((await hear(KENNEDY, '--languages', 'de,fr')).language);
  });

  it.skipIf(CORPUS === null)('--language auto-multi is right in both halves', async () => {
    const german = join(CORPUS ?? '', 'dev', 'other-languages', 'fleurs_de_000.flac');
    const sound = joinSounds([await readSound(KENNEDY), await readSound(german)]);
    const path = await writeSound(join(folder, 'both.wav'), sound);

    const { words } = await hear(path, '--language', 'auto-multi');

    expect(words).toContain(KENNEDY_WORDS);
    expect(words).toContain('für die besten aussichten');
  });

  it('--beam-size and --best-of find the sentence, too', async () => {
    expect((await hear(KENNEDY, '--beam-size', '5', '--patience', '2')).words).toBe(KENNEDY_WORDS);
    expect((await hear(KENNEDY, '--temperature', '0.2', '--best-of', '3')).words).toBe(KENNEDY_WORDS);
  });
});

describe('words', () => {
  it('--replace writes others', async () => {
    const { text } = await hear(
      KENNEDY,
      '--replace',
      'fellow Americans=dear friends',
      '--replace',
      'ask=Ask',
    );

    expect(plainWords(text)).toContain('and so my dear friends ask not');
    expect(text).not.toMatch(/\bask\b/);
  });

  it.skipIf(CORPUS === null)('--vocabulary spells a name, from a list or from a file', async () => {
    const path = join(CORPUS ?? '', 'dev', 'en', 'librispeech_3005-163389-0003.flac');
    const list = join(folder, 'names.txt');
    writeFileSync(list, 'Colonel Sherburn\nSherburn\n');

    expect((await hear(path)).words).not.toContain('sherburn');
    expect((await hear(path, '--vocabulary', 'Colonel Sherburn,Sherburn')).words).toContain(
      'sherburn run his',
    );
    expect((await hear(path, '--vocabulary', list)).words).toContain('sherburn run his');
  });
});

it('the limits of subtitles cut them, and no word is lost', async () => {
  const limits = ['--max-line-width', '20', '--max-line-count', '1', '--max-characters-per-second', '15'];
  const { exitCode } = await runCommand([KENNEDY, '-f', 'srt', '-o', folder, ...limits]);

  expect(exitCode).toBe(0);
  const file = readFileSync(join(folder, `${basename(KENNEDY, extname(KENNEDY))}.srt`), 'utf8');
  const cues = file
    .trimEnd()
    .split('\n\n')
    .map((cue) => cue.split('\n').slice(2));
  expect(cues.length).toBeGreaterThan(4);
  for (const lines of cues) {
    expect(lines).toHaveLength(1);
    expect(lines[0]!.length).toBeLessThanOrEqual(20);
  }
  expect(plainWords(cues.flat().join(' '))).toBe(KENNEDY_WORDS);
});
