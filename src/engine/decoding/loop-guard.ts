/**
 * Notices while a window is decoded that the text has begun to go round in circles, so that the attempt can
 * be stopped after some tokens instead of being filled up with them. Pure; knows tokens, no language.
 *
 * A loop is the same row of 1 to 56 tokens at least 4 times on end, and 24 tokens of it or more. The
 * longest repetition in the 225 reference texts of the speech corpus takes 12 tokens ("TEAR DOWN THE FENCE"
 * twice), the most frequent one 5 times ("word word word word word"); 24 is twice the longest. So "no no
 * no", "ha, ha, ha, ha, ha" and "one, two, one, two" may be said: a single token up to 23 times. Counting
 * repeats nothing. Timestamps are passed over: every round of a loop may be a segment of its own.
 */

/** Rounds before it is a loop. */
const FEWEST_ROUNDS = 4;
/** Tokens of all rounds together. */
const FEWEST_TOKENS = 24;
/** Longest row looked for: 4 rounds of it fill the 224 tokens of a window. */
const LONGEST_ROUND = 56;

export class LoopGuard {
  readonly #timestampBegin: number;
  /** Text tokens, and for each how many tokens were pushed up to and with it. */
  readonly #text: number[] = [];
  readonly #places: number[] = [];
  /** For each length of round: how many tokens on end equal the one a round before. */
  readonly #repeated = new Uint32Array(LONGEST_ROUND + 1);
  #pushed = 0;
  #keep: number | null = null;

  /** @param timestampBegin token ids from here on are timestamps. */
  constructor(timestampBegin: number) {
    this.#timestampBegin = timestampBegin;
  }

  /**
   * How many of the tokens pushed so far to keep when there is a loop: all before it and its first round.
   * Null while there is none.
   */
  get keep(): number | null {
    return this.#keep;
  }

  /** @returns true from the token on that closes the loop. */
  push(token: number): boolean {
    this.#pushed++;
    if (token >= this.#timestampBegin || this.#keep !== null) return this.#keep !== null;
    const text = this.#text;
    text.push(token);
    this.#places.push(this.#pushed);
    for (let round = 1; round <= LONGEST_ROUND && round < text.length; round++) {
      const isRepeated = text[text.length - 1 - round] === token;
      const repeated = isRepeated ? this.#repeated[round]! + 1 : 0;
      this.#repeated[round] = repeated;
      // The first round repeats nothing.
      if (repeated + round >= Math.max(FEWEST_TOKENS, FEWEST_ROUNDS * round)) {
        this.#keep = this.#places[text.length - repeated - 1]!;
        return true;
      }
    }
    return false;
  }
}

/** For a search that holds whole rows of tokens: what `LoopGuard.keep` is after all of them. */
export function findLoop(tokens: readonly number[], timestampBegin: number): number | null {
  const guard = new LoopGuard(timestampBegin);
  for (const token of tokens) if (guard.push(token)) break;
  return guard.keep;
}
