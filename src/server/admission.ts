/**
 * How many requests are let in: those that the engine works on, and a bounded number that waits behind them. A
 * place is taken before the recording is read, so that uploads are bounded as well.
 */
import { JOBS_AT_ONCE } from '../shared/job.js';
import { ApiError } from './api-error.js';

export interface Place {
  /** The engine has begun with it. Returns how long it waited. */
  begin(): number;
  leave(): void;
}

/** Weight of the newest request in the mean, so that the estimate follows the load of the last dozen. */
const NEWEST_WEIGHT = 0.2;
const FIRST_GUESS_MS = 10_000;
const LONGEST_RETRY_SECONDS = 600;

export class Admission {
  readonly #queueLimit: number;
  readonly #now: () => number;
  #inside = 0;
  #running = 0;
  #meanWorkMs = FIRST_GUESS_MS;

  /** @param queueLimit how many may wait. */
  constructor(queueLimit: number, now: () => number = () => performance.now()) {
    this.#queueLimit = queueLimit;
    this.#now = now;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#inside - this.#running;
  }

  get limit(): number {
    return this.#queueLimit + JOBS_AT_ONCE;
  }

  /** Throws ApiError 429 when there is none. */
  enter(): Place {
    if (this.#inside >= this.limit) {
      throw new ApiError(429, `All ${this.limit} places are taken: the queue is full. Try again later.`, {
        code: 'queue_full',
        headers: { 'Retry-After': String(this.#estimateSeconds()) },
      });
    }
    this.#inside++;
    const enteredMs = this.#now();
    let beganMs: number | null = null;
    let isInside = true;
    return {
      begin: () => {
        if (beganMs === null && isInside) {
          beganMs = this.#now();
          this.#running++;
        }
        return this.#now() - enteredMs;
      },
      leave: () => {
        if (!isInside) return;
        isInside = false;
        this.#inside--;
        if (beganMs === null) return;
        this.#running--;
        this.#meanWorkMs += NEWEST_WEIGHT * (this.#now() - beganMs - this.#meanWorkMs);
      },
    };
  }

  /** Until a place becomes free, when those inside take as long as those before them. */
  #estimateSeconds(): number {
    const seconds = Math.ceil(this.#meanWorkMs / JOBS_AT_ONCE / 1000);
    return Math.min(Math.max(seconds, 1), LONGEST_RETRY_SECONDS);
  }
}
