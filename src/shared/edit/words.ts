/**
 * Words of a text that a person changed. Those that are as they were keep their times and probabilities; what was
 * written in between shares the time that is free there, by length, and makes no claim of probability. Pure.
 */
import { toSamples } from '../time.js';
import type { Word } from '../transcript.js';

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Words as Whisper writes them: each with the space before it. The texts, joined, are the text. */
function splitWords(text: string): readonly string[] {
  const words = text.match(/\s*\S+/gu) ?? [];
  const rest = text.slice(words.join('').length);
  const last = words.at(-1);
  return last === undefined || rest === '' ? words : [...words.slice(0, -1), last + rest];
}

/** Words over a stretch of time, evenly by their length. */
export function spreadWords(text: string, { start, end }: Stretch): Word[] {
  const texts = splitWords(text);
  const total = texts.reduce((sum, word) => sum + word.length, 0);
  let passed = 0;
  return texts.map((word) => {
    const from = start + ((end - start) * passed) / total;
    passed += word.length;
    const to = start + ((end - start) * passed) / total;
    return { text: word, start: toSamples(Math.round(from)), end: toSamples(Math.round(to)), isEdited: true };
  });
}

const startsWithSpace = (text: string): boolean => /^\s/u.test(text);

/** How many words the new text begins with, unchanged and as whole words. */
function countKeptFirst(words: readonly Word[], text: string): number {
  let kept = 0;
  let passed = 0;
  for (const [position, word] of words.entries()) {
    if (!text.startsWith(word.text, passed)) break;
    const rest = text.slice(passed + word.text.length);
    const next = words[position + 1]?.text ?? '';
    // “foo” is not kept as the beginning of “foobar”, unless its script writes no spaces.
    if (rest !== '' && !startsWithSpace(rest) && (next === '' || startsWithSpace(next))) break;
    passed += word.text.length;
    kept++;
  }
  return kept;
}

/** The same from the end, of the text that is left. */
function countKeptLast(words: readonly Word[], text: string): number {
  let kept = 0;
  let left = text;
  for (const word of words.toReversed()) {
    if (!left.endsWith(word.text)) break;
    left = left.slice(0, left.length - word.text.length);
    kept++;
  }
  return kept;
}

export function retimeWords(words: readonly Word[], text: string, { start, end }: Stretch): Word[] {
  const first = words.slice(0, countKeptFirst(words, text));
  const keptLength = first.reduce((sum, word) => sum + word.text.length, 0);
  const others = words.slice(first.length);
  const rest = text.slice(keptLength);
  const last = others.slice(others.length - countKeptLast(others, rest));
  const lastLength = last.reduce((sum, word) => sum + word.text.length, 0);
  const middle = rest.slice(0, rest.length - lastLength);
  const from = first.at(-1)?.end ?? start;
  const to = Math.max(from, last[0]?.start ?? end);
  return [...first, ...spreadWords(middle, { start: from, end: to }), ...last];
}
