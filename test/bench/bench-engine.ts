/** What the benchmark needs of an engine, in the child process that runs it. */
import type { Batch } from './protocol.js';

/** Whole files, as the engine's users get them transcribed. */
export interface FileEngine {
  readonly description: string;
  /** For engines that take samples, not files: has them in memory. Not part of any time. */
  load(paths: readonly string[]): Promise<void>;
  /**
   * A queue of files; their texts in order.
   * @param onFirstToken called once, with when it was there (milliseconds since the epoch)
   */
  transcribe(paths: readonly string[], onFirstToken: (at: number) => void): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Encoder and decoder by themselves. */
export interface PartsEngine {
  readonly description: string;
  /** Milliseconds of one encoder pass over 30 s of a WAV file. */
  encode(path: string): Promise<number>;
  /** Milliseconds of one step, the mean of `steps`, feeding back the most probable text tokens. */
  decode(path: string, batch: Batch, steps: number): Promise<number>;
  close(): Promise<void>;
}

/** Every recording is English, and every engine is told so. */
export const LANGUAGE = 'en';
