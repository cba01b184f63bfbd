/**
 * Tells the tokens of a window while several texts still compete for it: one is told as soon as every text
 * that can still win has it, so that none need ever be taken back.
 */
import type { ScoredToken } from '../backend/backend.js';
import type { Hypothesis } from './hypothesis.js';

export class SettledTokens {
  readonly #onToken: (token: ScoredToken) => void;
  #told = 0;

  constructor(onToken: (token: ScoredToken) => void) {
    this.#onToken = onToken;
  }

  /**
   * @param contenders every text that can still win, or will grow into one that can: at least one, each
   *   beginning with what was told before. At the end: the winner alone.
   */
  tell(contenders: readonly Hypothesis[]): void {
    const [first, ...others] = contenders;
    for (;;) {
      const place = this.#told;
      const token = first?.tokens[place];
      if (token === undefined || !others.every(({ tokens }) => tokens[place]?.id === token.id)) return;
      this.#told++;
      this.#onToken(token);
    }
  }
}
