/**
 * Reads bytes forwards from a file or a pipe with a little look-ahead. A reader made replayable
 * remembers what it has handed out (up to 1 MiB), so that when the header turns out to be for
 * somebody else, the whole stream can be passed on from its first byte.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError } from '../../shared/errors.js';
import { untilCancelled } from './cancellation.js';
import { readFailed } from './media-file.js';

export interface ByteSource {
  /** The next bytes, at least one; null at the end. */
  next(): Promise<Uint8Array | null>;
  /** Jumps forward without reading, where that is possible. */
  skip?(length: number): void;
}

const FILE_CHUNK_BYTES = 128 * 1024;
const MAX_REMEMBERED_BYTES = 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** Reads by position: the descriptor's own offset stays untouched. */
export function fileSource(handle: FileHandle, name: string, signal: AbortSignal): ByteSource {
  let offset = 0;
  return {
    async next() {
      const buffer = new Uint8Array(FILE_CHUNK_BYTES);
      try {
        const { bytesRead } = await untilCancelled(handle.read(buffer, 0, buffer.length, offset), signal);
        offset += bytesRead;
        return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
      } catch (thrown) {
        throw thrown instanceof AppError ? thrown : readFailed(name, thrown);
      }
    },
    skip(length) {
      offset += length;
    },
  };
}

export function pipeSource(stream: Readable, name: string, signal: AbortSignal): ByteSource {
  const chunks: AsyncIterator<unknown> = stream[Symbol.asyncIterator]();
  return {
    async next() {
      for (;;) {
        const result = await untilCancelled(chunks.next(), signal).catch((thrown: unknown) => {
          throw thrown instanceof AppError ? thrown : readFailed(name, thrown);
        });
        if (result.done === true) {
          return null;
        }
        if (!(result.value instanceof Uint8Array)) {
          throw new TypeError('the stream gives text instead of bytes');
        }
        if (result.value.length > 0) {
          return result.value;
        }
      }
    },
  };
}

export class ByteReader {
  #buffer: Uint8Array = NOTHING;
  #isEnded = false;
  #position = 0;
  #remembered: Uint8Array[] | null;
  #rememberedBytes = 0;

  constructor(
    readonly source: ByteSource,
    options: { readonly isReplayable: boolean } = { isReplayable: false },
  ) {
    this.#remembered = options.isReplayable ? [] : null;
  }

  /** Bytes handed out or skipped so far. */
  get position(): number {
    return this.#position;
  }

  get canReplay(): boolean {
    return this.#remembered !== null;
  }

  /** Up to `length` of the next bytes (fewer at the end), without consuming them. */
  async peek(length: number): Promise<Uint8Array> {
    const parts = [this.#buffer];
    let total = this.#buffer.length;
    while (total < length && !this.#isEnded) {
      const chunk = await this.source.next();
      if (chunk === null) {
        this.#isEnded = true;
      } else {
        parts.push(chunk);
        total += chunk.length;
      }
    }
    if (parts.length > 1) {
      this.#buffer = Buffer.concat(parts, total);
    }
    return this.#buffer.subarray(0, length);
  }

  /** Exactly `length` bytes, fewer only at the end. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = await this.peek(length);
    this.#consume(bytes);
    return bytes;
  }

  /** Moves on by `length`; false when a pipe ends before that. A file may be left beyond its end. */
  async skip(length: number): Promise<boolean> {
    if (length <= this.#buffer.length) {
      this.#consume(this.#buffer.subarray(0, length));
      return true;
    }
    if (this.source.skip !== undefined) {
      this.source.skip(length - this.#buffer.length);
      this.#buffer = NOTHING;
      this.#position += length;
      this.#remembered = null;
      return true;
    }
    let left = length;
    while (left > 0) {
      const bytes = await this.read(Math.min(left, FILE_CHUNK_BYTES));
      if (bytes.length === 0) {
        return false;
      }
      left -= bytes.length;
    }
    return true;
  }

  /** From now on nothing is remembered. */
  forget(): void {
    this.#remembered = null;
  }

  /** Goes back to the first byte. Only when `canReplay`. */
  rewind(): void {
    if (this.#remembered === null) {
      throw new Error('the beginning is not remembered any more');
    }
    this.#buffer = Buffer.concat([...this.#remembered, this.#buffer]);
    this.#remembered = [];
    this.#rememberedBytes = 0;
    this.#position = 0;
  }

  /** Everything from here on; the reader is used up by it. */
  async *rest(): AsyncGenerator<Uint8Array> {
    this.#remembered = null;
    if (this.#buffer.length > 0) {
      yield this.#buffer;
    }
    this.#buffer = NOTHING;
    for (let chunk = await this.source.next(); chunk !== null; chunk = await this.source.next()) {
      yield chunk;
    }
  }

  #consume(bytes: Uint8Array): void {
    this.#buffer = this.#buffer.subarray(bytes.length);
    this.#position += bytes.length;
    if (this.#remembered === null || bytes.length === 0) {
      return;
    }
    this.#rememberedBytes += bytes.length;
    if (this.#rememberedBytes > MAX_REMEMBERED_BYTES) {
      this.#remembered = null;
    } else {
      this.#remembered.push(bytes);
    }
  }
}
