/**
 * Tokens joined to words (openai/whisper tokenizer.py, split_to_word_tokens). Pure.
 */
import { CHARACTER_LANGUAGES } from '../../shared/languages.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { Tokenizer } from '../model/tokenizer.js';

export interface WordTokens {
  /** With its leading space. */
  readonly text: string;
  readonly tokens: readonly number[];
}

const REPLACEMENT = '\uFFFD';
/** Blank, or ASCII punctuation alone: a word of its own, so that its time is not that of the word before. */
const PUNCTUATION = /^[\s!-/:-@[-`{-~]*$/;

/**
 * The words of text tokens; joined they are the decoded text. In languages without spaces between words
 * every row of tokens that makes whole characters is one.
 */
export function splitWords(
  tokens: readonly number[],
  language: LanguageCode,
  tokenizer: Pick<Tokenizer, 'decode'>,
): readonly WordTokens[] {
  const pieces = splitCharacters(tokens, tokenizer);
  if (CHARACTER_LANGUAGES.has(language)) return pieces;
  const words: WordTokens[] = [];
  for (const piece of pieces) {
    const last = words.at(-1);
    if (last === undefined || piece.text.startsWith(' ') || PUNCTUATION.test(piece.text)) words.push(piece);
    else words[words.length - 1] = joinWords(last, piece);
  }
  return words;
}

export function joinWords(first: WordTokens, second: WordTokens): WordTokens {
  return { text: first.text + second.text, tokens: [...first.tokens, ...second.tokens] };
}

/** The shortest rows of tokens that end where a character ends. */
function splitCharacters(
  tokens: readonly number[],
  tokenizer: Pick<Tokenizer, 'decode'>,
): readonly WordTokens[] {
  const whole = tokenizer.decode(tokens);
  const pieces: WordTokens[] = [];
  let place = 0;
  let current: number[] = [];
  for (const token of tokens) {
    current.push(token);
    const text = tokenizer.decode(current);
    const broken = text.indexOf(REPLACEMENT);
    // What is broken in the whole text too will not become whole by waiting.
    if (broken >= 0 && whole[place + broken] !== REPLACEMENT) continue;
    pieces.push({ text, tokens: current });
    place += text.length;
    current = [];
  }
  return current.length === 0 ? pieces : [...pieces, { text: whole.slice(place), tokens: current }];
}
