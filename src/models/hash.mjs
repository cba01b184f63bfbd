/** Hashes of files, streamed so that memory does not grow with their size. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * Rejects with the signal's reason when it aborts.
 *
 * @param {string} path
 * @param {'sha256' | 'sha512'} algorithm
 * @param {AbortSignal} [signal]
 * @returns {Promise<Buffer>}
 */
export async function hashFile(path, algorithm, signal) {
  const hash = createHash(algorithm);
  // 1 MiB: fewer turns of the event loop than the default 64 KiB, at a few MB of memory.
  /** @type {AsyncIterable<Buffer>} */
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest();
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} lower-case hex
 */
export async function sha256OfFile(path, signal) {
  return (await hashFile(path, 'sha256', signal)).toString('hex');
}
