/**
 * The engine's view of sound: 16 kHz mono float samples that come block by block, whatever the file
 * was. Nothing here holds more than a few blocks, so memory does not grow with length.
 */
import type { Readable } from 'node:stream';
import type { FilePath } from '../../shared/engine-protocol.js';
import type { Samples } from '../../shared/time.js';

export type AudioSource =
  | { readonly kind: 'file'; readonly path: FilePath }
  /** Bytes of any container from a pipe (`tilescribe -`). */
  | { readonly kind: 'stream'; readonly name: string; readonly stream: Readable };

export interface AudioStream {
  /** As a person would name it: "WAV, 16-bit PCM, 44.1 kHz stereo", "mp3, 44.1 kHz stereo". */
  readonly format: string;
  /** Expected length; null when the container does not say. The real length is what comes out. */
  readonly expectedDuration: Samples | null;
  /**
   * 16 kHz mono float32 in [-1, 1], in order, blocks of at most 65,536 samples. Can be read once.
   * Throws AppError; a signal that aborts makes it throw `cancelled` and ends the child process.
   */
  readonly blocks: AsyncIterable<Float32Array>;
  /** After the last block: what was wrong though sound came out ("the file is cut short"), or null. */
  warning(): string | null;
  /** Frees files and child processes; safe to call twice and at any time. */
  close(): Promise<void>;
}
