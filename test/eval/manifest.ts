/**
 * The list of recordings to measure: one JSON object a line with `file` (relative to the list), `text`
 * (what is said), `seconds` and `language`; other fields are ignored.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { LANGUAGE_CODES } from '../../src/shared/languages.js';

const EntrySchema = v.object({
  file: v.pipe(v.string(), v.minLength(1)),
  text: v.string(),
  seconds: v.number(),
  language: v.picklist(LANGUAGE_CODES),
});

export interface Recording extends v.InferOutput<typeof EntrySchema> {
  /** Where it is on this machine. */
  readonly path: string;
}

export function parseManifest(content: string, folder: string): readonly Recording[] {
  return content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const result = v.safeParse(v.pipe(v.string(), v.parseJson(), EntrySchema), line);
    if (!result.success) {
      throw new Error(`line ${index + 1} is not an entry: ${result.issues[0].message}`);
    }
    return [{ ...result.output, path: join(folder, result.output.file) }];
  });
}

export async function readManifest(path: string): Promise<readonly Recording[]> {
  return parseManifest(await readFile(path, 'utf8'), dirname(path));
}
