/**
 * Punctuation goes to the word it belongs to, and takes no time of its own (openai/whisper timing.py,
 * merge_punctuations). Pure.
 */
import type { AlignedWord } from './align-words.js';
import { joinWords } from './split-words.js';

/** openai/whisper's prepend_punctuations and append_punctuations. */
const PREPENDED = new Set('"\'“¿([{-');
const APPENDED = new Set('"\'.。,，!！?？:：”)]}、');

/** @param words of one segment. */
export function mergePunctuation(words: readonly AlignedWord[]): readonly AlignedWord[] {
  return appendPunctuation(prependPunctuation(words));
}

/** An opening sign after a space goes to the word after it. */
function prependPunctuation(words: readonly AlignedWord[]): readonly AlignedWord[] {
  const merged: AlignedWord[] = [];
  for (const word of words.toReversed()) {
    const following = merged.at(-1);
    const isOpening = word.text.startsWith(' ') && PREPENDED.has(word.text.trim());
    if (following === undefined || !isOpening) merged.push(word);
    else merged[merged.length - 1] = { ...following, ...joinWords(word, following) };
  }
  return merged.reverse();
}

/** A closing sign, or several, without a space goes to the word before it. */
function appendPunctuation(words: readonly AlignedWord[]): readonly AlignedWord[] {
  const merged: AlignedWord[] = [];
  for (const word of words) {
    const previous = merged.at(-1);
    const isClosing = word.text !== '' && Array.from(word.text).every((sign) => APPENDED.has(sign));
    if (previous === undefined || !isClosing || previous.text.endsWith(' ')) merged.push(word);
    else merged[merged.length - 1] = { ...previous, ...joinWords(previous, word) };
  }
  return merged;
}
