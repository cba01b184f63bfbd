/**
 * Python's `\b` knows letters of all scripts, JavaScript's only ASCII. The normalisers are written for
 * Python's, so that patterns are spelt with `\b` and compiled here.
 */

/** Python's `\w`: letters, numbers and the underscore. */
const WORD = String.raw`[\p{L}\p{N}_]`;
const BOUNDARY = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;

/** A global, Unicode-aware pattern from Python's spelling of it. */
export function compilePattern(source: string): RegExp {
  return new RegExp(source.replaceAll(String.raw`\b`, BOUNDARY), 'gu');
}
