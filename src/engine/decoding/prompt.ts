/**
 * What a window is told before it is heard: the words to expect, then the text before it, in at most 223
 * tokens (half the text context less <|startofprev|>, openai/whisper decoding.py). The words to expect come
 * first, as faster-whisper places its hotwords (transcribe.py, get_prompt), and are told to every window.
 * Pure.
 */
import type { Tokenizer } from '../model/tokenizer.js';

/** Tokens before <|startoftranscript|>, without <|startofprev|>. */
export interface PromptContext {
  readonly hints: readonly number[];
  /** The text before the window, or the user's own prompt. */
  readonly previous: readonly number[];
}

export const NO_CONTEXT: PromptContext = { hints: [], previous: [] };

/** Of the tokens of a prompt, the most that the words to expect may take. */
const HINT_SHARE = 0.5;

/**
 * ` Ngũgĩ, XRT, Tilescribe.`: as many terms, from the first on, as leave half of the prompt to the text before.
 * @param promptLimit tokens of a whole prompt.
 */
export function encodeHints(
  vocabulary: readonly string[],
  promptLimit: number,
  tokenizer: Pick<Tokenizer, 'encode'>,
): readonly number[] {
  const limit = Math.floor(promptLimit * HINT_SHARE);
  const terms: string[] = [];
  let hints: readonly number[] = [];
  for (const term of vocabulary.map((text) => text.replaceAll(/\s+/g, ' ').trim())) {
    if (term === '') continue;
    terms.push(term);
    const longer = tokenizer.encode(` ${terms.join(', ')}.`);
    if (longer.length > limit) break;
    hints = longer;
  }
  return hints;
}

/** The end of the text before, as much as the hints leave room for. */
export function fitContext({ hints, previous }: PromptContext, promptLimit: number): PromptContext {
  const room = promptLimit - hints.length;
  return { hints, previous: room > 0 ? previous.slice(-room) : [] };
}

/** The tokens that go before `start`, the sequence from <|startoftranscript|> on. */
export function buildPrompt(
  { hints, previous }: PromptContext,
  start: readonly number[],
  startOfPrevious: number,
): readonly number[] {
  const isEmpty = hints.length === 0 && previous.length === 0;
  return isEmpty ? start : [startOfPrevious, ...hints, ...previous, ...start];
}
