/**
 * Where the first word of each recording begins, by a forced aligner (reference-words.ts), which knows the text and has
 * nothing in common with our engine. Kept in a file, because aligning takes half a second a recording.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { alignReference, LONGEST_SECONDS, readDictionary } from '../reference-words.js';
import type { Item } from './sounds.js';

/** Seconds by the key of the recording; null where the aligner cannot say. */
const KeptSchema = v.record(v.string(), v.nullable(v.number()));

/** @returns seconds by the key of the item; without those that cannot be aligned, empty where pocketsphinx is not installed. */
export async function findFirstWords(
  items: readonly Item[],
  path: string,
): Promise<ReadonlyMap<string, number>> {
  const dictionary = await readDictionary().catch(() => null);
  if (dictionary === null) return new Map();
  const read = v.safeParse(
    v.pipe(v.string(), v.parseJson(), KeptSchema),
    await readFile(path, 'utf8').catch(() => '{}'),
  );
  const kept = new Map(Object.entries(read.success ? read.output : {}));
  for (const { key, recording } of items) {
    if (kept.has(key) || recording.seconds > LONGEST_SECONDS) continue;
    const alignment = await alignReference(recording.path, recording.text, dictionary);
    kept.set(key, alignment.kind === 'aligned' ? (alignment.words[0]?.startSeconds ?? null) : null);
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(Object.fromEntries(kept)));
  return new Map(
    items.flatMap(({ key }) => {
      const seconds = kept.get(key) ?? null;
      return seconds === null ? [] : [[key, seconds] as const];
    }),
  );
}
