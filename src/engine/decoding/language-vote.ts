/**
 * The language of a recording from several of its windows, so that a jingle or a greeting in another one does
 * not decide for all. Each window gives its probabilities, the sum decides. Pure.
 */
import type { LanguageCode } from '../../shared/languages.js';

/** Windows with speech that are asked; three leave a majority when one is wrong. */
export const VOTE_WINDOWS = 3;

export interface LanguageScore {
  readonly language: LanguageCode;
  /** 0 to 1; languages that a window does not name have none. */
  readonly probability: number;
}

export class LanguageVote {
  readonly #allowed: ReadonlySet<LanguageCode> | null;
  readonly #sums = new Map<LanguageCode, number>();
  #windows = 0;

  /** @param allowed the only languages that may win; null for all. Throws RangeError when it is empty. */
  constructor(allowed: readonly LanguageCode[] | null) {
    if (allowed?.length === 0) throw new RangeError('no language is allowed');
    this.#allowed = allowed === null ? null : new Set(allowed);
  }

  /**
   * One window's word. Of its probabilities those of allowed languages are brought to a sum of 1: a window that
   * hears none of them says nothing.
   */
  add(scores: readonly LanguageScore[]): void {
    this.#windows++;
    const heard = scores.filter(
      ({ language, probability }) => probability > 0 && (this.#allowed?.has(language) ?? true),
    );
    const total = heard.reduce((sum, { probability }) => sum + probability, 0);
    // Without a list what is missing to 1 belongs to languages that were not named.
    const scale = this.#allowed === null ? Math.max(1, total) : total;
    for (const { language, probability } of heard) {
      this.#sums.set(language, (this.#sums.get(language) ?? 0) + probability / scale);
    }
  }

  /** Probabilities are means over the windows, best first; equal ones in the order they were named. */
  ranking(): readonly LanguageScore[] {
    return [...this.#sums]
      .map(([language, sum]) => ({ language, probability: sum / this.#windows }))
      .sort((a, b) => b.probability - a.probability);
  }

  /** True when no word of the windows that are left can change who wins. */
  isSettled(): boolean {
    if (this.#allowed?.size === 1 || this.#windows >= VOTE_WINDOWS) return true;
    const [first = 0, second = 0] = [...this.#sums.values()].sort((a, b) => b - a);
    return first - second > VOTE_WINDOWS - this.#windows;
  }

  /** The language that leads. With a list and nothing heard of it, its first one; null before any word. */
  winner(): LanguageScore | null {
    const [best] = this.ranking();
    if (best !== undefined) return best;
    const [fallback] = this.#allowed ?? [];
    return fallback === undefined ? null : { language: fallback, probability: 0 };
  }
}
