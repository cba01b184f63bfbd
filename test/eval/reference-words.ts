/**
 * When each word of a known text is said, by pocketsphinx (Debian: pocketsphinx and pocketsphinx-en-us, acoustic
 * models of 2015 or before, nothing in common with Whisper): a grammar of that one sentence, pauses and other
 * pronunciations allowed, so that recognising is aligning. English, short recordings, words of its dictionary.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DICTIONARY = '/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict';
/** Its first pass keeps one utterance; longer ones lose their way. */
export const LONGEST_SECONDS = 35;

export interface TimedWord {
  readonly text: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export type Alignment =
  | { readonly kind: 'aligned'; readonly words: readonly TimedWord[] }
  | { readonly kind: 'left-out'; readonly reason: string };

/** Words as pocketsphinx spells them. */
export function spellWords(text: string): readonly string[] {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}']+/u)
    .map((word) => word.replace(/^'+|'+$/g, ''))
    .filter((word) => word !== '');
}

/** The words it can pronounce. Throws when pocketsphinx-en-us is not installed. */
export async function readDictionary(): Promise<ReadonlySet<string>> {
  const lines = (await readFile(DICTIONARY, 'utf8')).split('\n');
  return new Set(lines.map((line) => line.split(/[\s(]/, 1)[0]!));
}

/** @param path of the recording, in any format that ffmpeg reads. */
export async function alignReference(
  path: string,
  text: string,
  dictionary: ReadonlySet<string>,
): Promise<Alignment> {
  const words = spellWords(text);
  const unknown = words.find((word) => !dictionary.has(word));
  if (unknown !== undefined) return { kind: 'left-out', reason: `"${unknown}" is not in its dictionary` };
  const folder = await mkdtemp(join(tmpdir(), 'tilescribe-words-'));
  try {
    const sound = join(folder, 'sound.wav');
    const grammar = join(folder, 'text.gram');
    await writeFile(grammar, `#JSGF V1.0;\ngrammar text;\npublic <text> = ${words.join(' ')} ;\n`);
    await run('ffmpeg', ['-v', 'error', '-i', path, '-ar', '16000', '-ac', '1', sound]);
    const options = ['-time', 'yes', '-remove_silence', 'no', '-logfn', '/dev/null'];
    const { stdout } = await run('pocketsphinx_continuous', ['-infile', sound, '-jsgf', grammar, ...options]);
    return checkWords(parseWords(stdout), words);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Lines of "word(pronunciation) start end probability", seconds; pauses and noises are in angle brackets. */
export function parseWords(output: string): readonly TimedWord[] {
  return output.split('\n').flatMap((line) => {
    const match = /^([^\s<>[\]]+?)(?:\(\d+\))? (\d+\.\d+) (\d+\.\d+) \d+\.\d+$/.exec(line);
    if (match === null) return [];
    // The last frame of 10 ms is the word's own.
    return { text: match[1]!, startSeconds: Number(match[2]), endSeconds: Number(match[3]) + 0.01 };
  });
}

function checkWords(found: readonly TimedWord[], words: readonly string[]): Alignment {
  const isWhole = found.length === words.length && found.every(({ text }, i) => text === words[i]);
  return isWhole
    ? { kind: 'aligned', words: found }
    : { kind: 'left-out', reason: 'it does not find the text in the sound' };
}
