/**
 * The line of jobs before the engine: who may work when. In order of asking, up to a number at once, and only
 * jobs of the same key, which use the same model in the same way, side by side.
 *
 * Whoever comes into an empty room is alone in it until it opens the door, so that the first file of a queue has
 * its first words as soon as if there were no others. Nobody overtakes: a job of another key waits until the room
 * is empty, and those behind it wait too.
 */
import { cancelledError } from '../shared/errors.js';

interface Waiting {
  readonly key: string;
  readonly enter: () => void;
}

export class JobLine {
  readonly #limit: number;
  #waiting: readonly Waiting[] = [];
  #key = '';
  #inside = 0;
  #isOpen = false;

  /** @param limit how many may work at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Does the work when its turn has come. Throws what the work throws, and AppError `cancelled` when the signal
   * was aborted before the turn came.
   */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#wait(key, signal);
    try {
      return await work();
    } finally {
      this.#inside--;
      this.#admit();
    }
  }

  /** Those behind may come in, as far as there is room. For those who work. */
  open(): void {
    this.#isOpen = true;
    this.#admit();
  }

  #wait(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leaveLine = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== mine);
        reject(cancelledError());
        // It may have kept others from coming in.
        this.#admit();
      };
      const mine: Waiting = {
        key,
        enter: () => {
          signal.removeEventListener('abort', leaveLine);
          resolve();
        },
      };
      if (signal.aborted) {
        reject(cancelledError());
        return;
      }
      signal.addEventListener('abort', leaveLine, { once: true });
      this.#waiting = [...this.#waiting, mine];
      this.#admit();
    });
  }

  #admit(): void {
    for (;;) {
      const [first, ...rest] = this.#waiting;
      if (first === undefined || !this.#hasRoomFor(first.key)) return;
      if (this.#inside === 0) this.#isOpen = false;
      this.#waiting = rest;
      this.#key = first.key;
      this.#inside++;
      first.enter();
    }
  }

  #hasRoomFor(key: string): boolean {
    if (this.#inside === 0) return true;
    return this.#isOpen && this.#inside < this.#limit && key === this.#key;
  }
}
