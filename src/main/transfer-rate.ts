/** How fast bytes come, over the last seconds, and when the rest will be here. Pure: the time is given. */

const WINDOW_MS = 5000;
/** A shorter look says more of buffers than of the network. */
const LEAST_MS = 500;

interface Mark {
  readonly atMs: number;
  readonly bytes: number;
}

export interface Estimate {
  readonly bytesPerSecond: number | null;
  readonly remainingMs: number | null;
}

export class TransferRate {
  #marks: readonly Mark[] = [];

  /** So many bytes are here by now; fewer than before means that the transfer began anew. */
  note(bytes: number, nowMs: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && bytes < last.bytes) this.#marks = [];
    const first = this.#marks.findLastIndex(({ atMs }) => atMs <= nowMs - WINDOW_MS);
    this.#marks = [...this.#marks.slice(Math.max(0, first)), { atMs: nowMs, bytes }];
  }

  estimate(totalBytes: number): Estimate {
    const [first] = this.#marks;
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < LEAST_MS) {
      return { bytesPerSecond: null, remainingMs: null };
    }
    const bytesPerSecond = ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs);
    if (bytesPerSecond <= 0) return { bytesPerSecond: 0, remainingMs: null };
    return { bytesPerSecond, remainingMs: ((totalBytes - last.bytes) / bytesPerSecond) * 1000 };
  }
}
