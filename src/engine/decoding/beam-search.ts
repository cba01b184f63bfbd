/**
 * Beam search: the `beamSize` most probable texts go on side by side until enough have ended (openai/whisper
 * decoding.py, BeamSearchDecoder).
 */
import type { TokenChoice, TokenRule } from '../backend/backend.js';
import { countWanted, listFinalists, selectBeams } from './beams.js';
import { chooseMostLikely, EMPTY_HYPOTHESIS } from './hypothesis.js';
import type { Hypothesis, Row } from './hypothesis.js';
import { searchRows } from './row-search.js';
import type { RowDecoder } from './row-search.js';
import type { Search, SearchRequest } from './search.js';

export interface BeamSearchOptions {
  /** Texts that go on side by side, at least 1. */
  readonly beamSize: number;
  /** See countWanted. */
  readonly patience: number;
  /** See chooseMostLikely. */
  readonly lengthPenalty: number | null;
}

/** For temperature 0. With one beam it finds what greedy search finds. */
export function createBeamSearch(options: BeamSearchOptions): Search {
  return (request) => searchRows(request, new Beams(options, request));
}

class Beams implements RowDecoder {
  readonly #options: BeamSearchOptions;
  readonly #in: SearchRequest;
  readonly #wanted: number;
  readonly #finished: Hypothesis[] = [];
  #live: readonly Hypothesis[] = [EMPTY_HYPOTHESIS];

  constructor(options: BeamSearchOptions, request: SearchRequest) {
    this.#options = options;
    this.#in = request;
    this.#wanted = countWanted(options.beamSize, options.patience);
  }

  rule(text: readonly number[]): TokenRule {
    return this.#in.rules.next(text, null, this.#options.beamSize + 1);
  }

  update(choices: readonly TokenChoice[]): readonly Row[] {
    const { beamSize } = this.#options;
    const { endOfText } = this.#in;
    const { live, finished } = selectBeams(this.#live, choices, { beamSize, endOfText });
    // Whatever the rules leave, the end of text stays possible; nothing at all means broken logits (NaN).
    if (live.length + finished.length === 0) throw new Error('the decoder gave no usable token');
    this.#live = live.map(({ text }) => text);
    this.#finished.push(...finished.slice(0, this.#wanted - this.#finished.length));
    return this.#finished.length >= this.#wanted ? [] : live;
  }

  contenders(): readonly Hypothesis[] {
    return [...this.#live, ...this.#finished];
  }

  winner(): Hypothesis {
    const { beamSize, lengthPenalty } = this.#options;
    return chooseMostLikely(listFinalists(this.#finished, this.#live, beamSize), lengthPenalty);
  }
}
