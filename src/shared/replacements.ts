/**
 * Exact replacement of words after decoding: names that Whisper spells in its own way. Whole words, case as
 * typed, each place once and from the original text; of several that fit, the longest. Pure.
 */
import * as v from 'valibot';
import type { Word } from './transcript.js';

export const ReplacementSchema = v.strictObject({
  /** What is written, one or more words. */
  from: v.pipe(v.string(), v.maxLength(200), v.regex(/\S/)),
  /** What is to be written; nothing takes the words away. */
  to: v.pipe(v.string(), v.maxLength(200)),
});
export type Replacement = v.InferOutput<typeof ReplacementSchema>;

/** Letters of scripts that put spaces between words: next to them a word goes on. */
const WORD =
  '[[\\p{L}\\p{N}\\p{M}_]--[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]]';
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'v');
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'v');

export interface Replacer {
  readonly text: (text: string) => string;
  /** Words that one replacement spans become one word, with the time of all and the mean probability. */
  readonly words: (words: readonly Word[]) => readonly Word[];
}

export function createReplacer(replacements: readonly Replacement[]): Replacer {
  if (replacements.length === 0) return { text: (text) => text, words: (words) => words };
  const replacementOf = new Map(replacements.map(({ from, to }) => [from.trim(), to]));
  const longestFirst = [...replacementOf.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(wholeWords).join('|'), 'gv');
  const replace = (found: string): string => replacementOf.get(found) ?? found;
  return {
    text: (text) => text.replaceAll(pattern, replace),
    words: (words) => replaceInWords(words, pattern, replace),
  };
}

function wholeWords(from: string): string {
  const literal = from.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const before = STARTS_WITH_WORD.test(from) ? `(?<!${WORD})` : '';
  const after = ENDS_WITH_WORD.test(from) ? `(?!${WORD})` : '';
  return `${before}${literal}${after}`;
}

/** What is replaced in the joined text is put into the words it lies in. */
function replaceInWords(
  words: readonly Word[],
  pattern: RegExp,
  replace: (found: string) => string,
): readonly Word[] {
  const text = words.map((word) => word.text).join('');
  const groups: { first: number; last: number; text: string }[] = words.map((word, index) => {
    return { first: index, last: index, text: word.text };
  });
  const places = wordPlaces(words);
  // From the last to the first, so that places before stay true.
  for (const match of [...text.matchAll(pattern)].reverse()) {
    const from = match.index;
    const to = from + match[0].length;
    const first = places.findLastIndex((place) => place <= from);
    const last = places.findLastIndex((place) => place < to);
    const group = groups.findIndex((candidate) => candidate.first === first);
    const merged = groups.slice(group, groups.findLastIndex((candidate) => candidate.first <= last) + 1);
    const joined = merged.map((part) => part.text).join('');
    const offset = from - places[first]!;
    groups.splice(group, merged.length, {
      first,
      last: merged.at(-1)!.last,
      text: joined.slice(0, offset) + replace(match[0]) + joined.slice(offset + to - from),
    });
  }
  return groups.map((group) => mergeWords(words.slice(group.first, group.last + 1), group.text));
}

/** Where each word begins in the joined text. */
function wordPlaces(words: readonly Word[]): readonly number[] {
  let place = 0;
  return words.map(({ text }) => {
    place += text.length;
    return place - text.length;
  });
}

function mergeWords(words: readonly Word[], text: string): Word {
  const known = words.flatMap(({ probability }) => probability ?? []);
  const times = { start: words[0]!.start, end: words.at(-1)!.end };
  if (known.length === 0) return { text, ...times };
  return { text, ...times, probability: known.reduce((sum, one) => sum + one, 0) / known.length };
}
