/**
 * Whisper's rules for what may be sampled next (openai/whisper decoding.py: SuppressBlank,
 * SuppressTokens, ApplyTimestampRules), as the TokenRule that a backend applies. Pure.
 */
import type { TokenRange, TokenRule } from '../backend/backend.js';
import type { SpecialTokens } from '../model/special-tokens.js';
import type { Tokenizer } from '../model/tokenizer.js';

/** The first timestamp of a window is at most 1 s: openai/whisper's max_initial_timestamp. */
const MAX_INITIAL_TIMESTAMP = 50;

export class TokenRules {
  readonly #special: SpecialTokens;
  readonly #vocabularySize: number;
  readonly #suppressed: Uint8Array;
  readonly #suppressedFirst: Uint8Array;
  readonly #candidates: number;

  /** @param candidates how many tokens besides the most probable one are to be known of each step, to be shown. */
  constructor(tokenizer: Tokenizer, vocabularySize: number, candidates = 0) {
    this.#candidates = candidates;
    this.#special = tokenizer.special;
    this.#vocabularySize = vocabularySize;
    const always = [...tokenizer.suppressed, tokenizer.special.noTimestamps];
    this.#suppressed = this.#mask(always);
    this.#suppressedFirst = this.#mask([...always, ...tokenizer.suppressedFirst]);
  }

  /**
   * The rule after `sampled`, the tokens that follow the prompt.
   * @param sample for temperatures above 0.
   * @param top how many of the most probable tokens the search wants to see.
   */
  next(sampled: readonly number[], sample: TokenRule['sample'], top = 1): TokenRule {
    return {
      suppressed: sampled.length === 0 ? this.#suppressedFirst : this.#suppressed,
      barred: this.#barTimestamps(sampled),
      timestampBegin: this.#special.timestampBegin,
      top: Math.max(top, 1 + this.#candidates),
      sample,
    };
  }

  /** Only language tokens, the `top` most probable of them. */
  language(languageCount: number, top: number): TokenRule {
    const first = this.#special.firstLanguage;
    const suppressed = new Uint8Array(this.#vocabularySize).fill(1);
    suppressed.fill(0, first, first + languageCount);
    return { suppressed, barred: [], timestampBegin: null, top, sample: null };
  }

  #mask(ids: readonly number[]): Uint8Array {
    const mask = new Uint8Array(this.#vocabularySize);
    for (const id of ids) mask[id] = 1;
    return mask;
  }

  /**
   * Timestamps come in pairs (end of a segment, start of the next), except the first and the last;
   * they never go back; and a segment is not empty.
   */
  #barTimestamps(sampled: readonly number[]): readonly TokenRange[] {
    const { timestampBegin, endOfText } = this.#special;
    const end = this.#vocabularySize;
    if (sampled.length === 0) {
      return [
        [0, timestampBegin],
        [timestampBegin + MAX_INITIAL_TIMESTAMP + 1, end],
      ];
    }
    const isLastTimestamp = sampled.at(-1)! >= timestampBegin;
    const isBeforeLastTimestamp = sampled.length < 2 || sampled.at(-2)! >= timestampBegin;
    const isInPair = isLastTimestamp && !isBeforeLastTimestamp;
    const barred: TokenRange[] = [];
    if (isLastTimestamp) barred.push(isBeforeLastTimestamp ? [timestampBegin, end] : [0, endOfText]);
    const latest = sampled.findLast((token) => token >= timestampBegin);
    if (latest !== undefined) barred.push([timestampBegin, isInPair ? latest : latest + 1]);
    return barred;
  }
}
