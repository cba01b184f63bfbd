/**
 * The sparse vocabulary of the NPU: which groups of 16 tokens it holds. Pure.
 *
 * Token ids of texts are in the order in which byte-pair merges were learned from the tokenizer's corpus, the most
 * frequent first, so that the first 5,000 are its most frequent ones; no corpus of ours is needed. Always in: all
 * special tokens and timestamps, and every token that is nothing but signs and spaces. Groups of 16 stay whole,
 * because they share a zero point.
 */
import type { Tokenizer } from '../model/tokenizer.js';

const FREQUENT_TOKENS = 5_000;
const GROUP = 16;
/** U+FFFD stands for a part of a character. */
const SIGNS = /^(?:(?!\uFFFD)[\p{P}\p{S}\s])+$/u;

export function listSparseGroups(
  tokenizer: Pick<Tokenizer, 'bytesOf' | 'special'>,
  vocabularySize: number,
): number[] {
  const groups = new Set<number>();
  const decoder = new TextDecoder();
  for (let id = 0; id < vocabularySize; id++) {
    const isIn =
      id < FREQUENT_TOKENS ||
      id >= tokenizer.special.endOfText ||
      SIGNS.test(decoder.decode(tokenizer.bytesOf(id)));
    if (isIn) groups.add(Math.floor(id / GROUP));
  }
  return [...groups].sort((a, b) => a - b);
}
