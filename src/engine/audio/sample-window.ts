/**
 * A sliding view of a stream of samples: pulls blocks as they are needed, gives copies of any stretch
 * that was not discarded, silence before the first and after the last sample. Holds whole blocks
 * between the discard point and the furthest sample asked for; copies nothing else.
 */

interface Block {
  readonly start: number;
  readonly samples: Float32Array;
}

/** Dropped blocks may take this many places in the list before it is moved together. */
const MAX_DEAD_BLOCKS = 64;

export class SampleWindow {
  readonly #source: AsyncIterator<Float32Array>;
  #blocks: (Block | null)[] = [];
  /** Blocks before this index are dropped. */
  #head = 0;
  #discarded = 0;
  #received = 0;
  #buffered = 0;
  #isEnded = false;
  #pulling: Promise<void> = Promise.resolve();

  constructor(source: AsyncIterable<Float32Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Samples that came so far; the length of the sound once `isEnded`. */
  get received(): number {
    return this.#received;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Samples held in memory. */
  get buffered(): number {
    return this.#buffered;
  }

  /** Pulls blocks until `endSample` is reached or the source ends. Fails as the source fails, every time. */
  ensure(endSample: number): Promise<void> {
    // One pull after the other: two at once would interleave their blocks.
    this.#pulling = this.#pulling.then(() => this.#pull(endSample));
    return this.#pulling;
  }

  /** A copy of samples [start, start + length); `start` may be negative. */
  read(start: number, length: number): Float32Array {
    const output = new Float32Array(length);
    const from = Math.max(start, 0);
    const to = Math.min(start + length, this.#received);
    this.#check(from, start + length);
    for (let index = this.#find(from); from < to && index < this.#blocks.length; index += 1) {
      const block = this.#blocks[index];
      if (!block || block.start >= to) {
        break;
      }
      const first = Math.max(from, block.start);
      const last = Math.min(to, block.start + block.samples.length);
      output.set(block.samples.subarray(first - block.start, last - block.start), first - start);
    }
    return output;
  }

  /** Samples before this one will not be read any more. */
  discardBefore(sample: number): void {
    this.#discarded = Math.max(this.#discarded, Math.min(sample, this.#received));
    for (;;) {
      const block = this.#blocks[this.#head];
      if (!block || block.start + block.samples.length > this.#discarded) {
        break;
      }
      this.#buffered -= block.samples.length;
      this.#blocks[this.#head] = null;
      this.#head += 1;
    }
    if (this.#head >= MAX_DEAD_BLOCKS && this.#head * 2 >= this.#blocks.length) {
      this.#blocks = this.#blocks.slice(this.#head);
      this.#head = 0;
    }
  }

  async #pull(endSample: number): Promise<void> {
    while (this.#received < endSample && !this.#isEnded) {
      const result = await this.#source.next();
      if (result.done === true) {
        this.#isEnded = true;
      } else if (result.value.length > 0) {
        this.#blocks.push({ start: this.#received, samples: result.value });
        this.#received += result.value.length;
        this.#buffered += result.value.length;
      }
    }
  }

  /** Reading what is gone, or has not come, would give silence that was never in the sound. */
  #check(from: number, end: number): void {
    if (from < this.#discarded && end > 0) {
      throw new RangeError(`sample ${from} was discarded (before ${this.#discarded})`);
    }
    if (end > this.#received && !this.#isEnded) {
      throw new RangeError(`sample ${end} has not been pulled (${this.#received} have)`);
    }
  }

  /** Index of the block that holds the sample; where it would be, when there is none. */
  #find(sample: number): number {
    let low = this.#head;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const block = this.#blocks[middle];
      if (block && block.start <= sample) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
