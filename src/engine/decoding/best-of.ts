/**
 * Best of several samples: they are drawn side by side, each to its own end; the most likely one for its
 * length is the result (openai/whisper decoding.py, best_of with GreedyDecoder).
 */
import type { TokenChoice, TokenRule } from '../backend/backend.js';
import { chooseMostLikely, EMPTY_HYPOTHESIS, extend, finish } from './hypothesis.js';
import type { Hypothesis, Row } from './hypothesis.js';
import { searchRows } from './row-search.js';
import type { RowDecoder } from './row-search.js';
import type { Search, SearchRequest } from './search.js';

export interface BestOfOptions {
  /** How many samples are drawn, at least 1. */
  readonly bestOf: number;
  /** See chooseMostLikely. */
  readonly lengthPenalty: number | null;
}

/** For temperatures above 0. */
export function createBestOf(options: BestOfOptions): Search {
  return (request) => searchRows(request, new Samples(options, request));
}

class Samples implements RowDecoder {
  readonly #lengthPenalty: number | null;
  readonly #in: SearchRequest;
  /** In the order in which they were begun, which decides between equally likely ones. */
  readonly #texts: Hypothesis[];
  /** For each row the sample that it is. */
  #live: readonly number[];

  constructor({ bestOf, lengthPenalty }: BestOfOptions, request: SearchRequest) {
    this.#lengthPenalty = lengthPenalty;
    this.#in = request;
    this.#texts = Array.from({ length: bestOf }, () => EMPTY_HYPOTHESIS);
    this.#live = this.#texts.map((_, sample) => sample);
  }

  /** All samples draw their first token from the same row. */
  rule(text: readonly number[]): TokenRule {
    const { rules, temperature, random } = this.#in;
    const count = text.length === 0 ? this.#texts.length : 1;
    return rules.next(text, { temperature, uniforms: Array.from({ length: count }, random) });
  }

  update(choices: readonly TokenChoice[]): readonly Row[] {
    const drawn = choices.flatMap(({ sampled }, parent) => sampled.map((token) => ({ token, parent })));
    if (drawn.length !== this.#live.length) throw new Error('the decoder gave no usable token');
    const live: number[] = [];
    const rows: Row[] = [];
    for (const [i, { token, parent }] of drawn.entries()) {
      const sample = this.#live[i]!;
      const text = this.#texts[sample]!;
      if (token.id === this.#in.endOfText) {
        this.#texts[sample] = finish(text, token);
        continue;
      }
      const longer = extend(text, token);
      this.#texts[sample] = longer;
      live.push(sample);
      rows.push({ text: longer, parent });
    }
    this.#live = live;
    return rows;
  }

  contenders(): readonly Hypothesis[] {
    return this.#texts;
  }

  winner(): Hypothesis {
    return chooseMostLikely(this.#texts, this.#lengthPenalty);
  }
}
