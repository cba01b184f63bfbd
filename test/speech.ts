/**
 * Where real speech for tests is: the corpus beside the repository (or $TILESCRIBE_SPEECH), else the one
 * recording that set-up fetches. With TILESCRIBE_REQUIRE_SPEECH=1 a missing corpus is a failure.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

const repository = join(import.meta.dirname, '..');

function findCorpus(): string | null {
  const folder = process.env['TILESCRIBE_SPEECH'] ?? join(repository, '..', 'shared', 'speech');
  if (existsSync(join(folder, 'dev', 'manifest.jsonl'))) return folder;
  if (process.env['TILESCRIBE_REQUIRE_SPEECH'] === '1') {
    throw new Error(`no speech corpus at ${folder}, though TILESCRIBE_REQUIRE_SPEECH is set`);
  }
  return null;
}

/** Folder with dev/, formats/ and broken/, or null. */
export const CORPUS = findCorpus();

/** The 1961 Kennedy sentence, 11 s, in 16 kHz, the very file everywhere: for figures that hold for its samples alone. */
export const KENNEDY_WAV = join(repository, '.cache', 'speech', 'jfk.wav');

/** The 1961 Kennedy sentence, 11 s, as a WAV file or in a container. */
export const KENNEDY = CORPUS === null ? KENNEDY_WAV : join(CORPUS, 'formats', 'jfk_48k.flac');

export const KENNEDY_WORDS =
  'and so my fellow americans ask not what your country can do for you ask what you can do for your country';

const LineSchema = v.looseObject({
  file: v.string(),
  text: v.optional(v.string(), ''),
  seconds: v.optional(v.number(), 0),
  language: v.optional(v.string(), ''),
});
export type ManifestLine = v.InferOutput<typeof LineSchema>;

/** The lines of a manifest.jsonl of the corpus. */
export function readManifest(corpus: string, set: 'dev' | 'formats' | 'broken'): ManifestLine[] {
  return readFileSync(join(corpus, set, 'manifest.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => v.parse(LineSchema, JSON.parse(line)));
}

/** Lower case, without punctuation: for texts that must agree word by word. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
