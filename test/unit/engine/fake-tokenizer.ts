import { MULTILINGUAL_TEXTS, Tokenizer } from '../../../src/engine/model/tokenizer.js';

/**
 * A tokenizer laid out as multilingual Whisper's, with a vocabulary of single bytes (each its own id), a few
 * merges and many empty tokens, so that rules and segments can be tested without the model's files.
 */
export function createFakeTokenizer(textCount = MULTILINGUAL_TEXTS): Tokenizer {
  const merged = ['he', 'll', 'hell', 'hello', ' hello', " '", ' -'].map((text) =>
    Buffer.from(text).toString('latin1'),
  );
  // The blank and the first byte of a music note, which Whisper's vocabulary has as one token too.
  merged.push('\u{20}\u{e2}');
  return new Tokenizer(
    Array.from({ length: textCount }, (_, id) =>
      id < 256 ? String.fromCharCode(id) : (merged[id - 256] ?? ''),
    ),
  );
}

export const VOCABULARY_SIZE = 51865;
export const END_OF_TEXT = 50257;
/** Timestamp of so many seconds. */
export function at(seconds: number): number {
  return 50364 + Math.round(seconds * 50);
}
