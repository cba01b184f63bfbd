/**
 * `--vocabulary`: names and terms separated by commas, or a file with one on each line (empty lines and
 * lines that begin with # are passed over).
 */
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { AppError } from '../shared/errors.js';
import { TranscribeOptionsSchema } from '../shared/options.js';
import { wrongUsage } from './wrong-usage.js';

/** A thousand terms of a hundred characters fit; what is larger is no list of words. */
const LONGEST_FILE_BYTES = 500_000;
/** Names of files have these, terms hardly ever. */
const LOOKS_LIKE_FILE = /\/|\.[a-z]{1,4}$/i;

/** Throws AppError 'wrong-usage' or, for a file, 'file-not-found' or 'file-not-readable'. */
export async function readVocabulary(given: string): Promise<string[]> {
  const terms = given.includes(',') ? given.split(',') : await readTerms(given);
  const spoken = terms.map((term) => term.trim()).filter((term) => term !== '');
  const parsed = v.safeParse(TranscribeOptionsSchema.entries.vocabulary, spoken);
  if (parsed.success) return parsed.output;
  throw wrongUsage('--vocabulary must be at most 1000 terms of at most 100 characters.');
}

async function readTerms(path: string): Promise<string[]> {
  try {
    const content = await text(createReadStream(path, { end: LONGEST_FILE_BYTES }));
    if (content.length > LONGEST_FILE_BYTES) throw wrongUsage(`--vocabulary: ${path} is too large a list.`);
    return content.split(/\r?\n/).filter((line) => !line.startsWith('#'));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (!LOOKS_LIKE_FILE.test(path)) return [path];
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new AppError(
      isMissing ? 'file-not-found' : 'file-not-readable',
      `The vocabulary ${path} ${isMissing ? 'does not exist' : 'cannot be read'}.`,
      'Give a text file with one name a line, or the names with commas between.',
      { cause },
    );
  }
}
