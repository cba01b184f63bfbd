/**
 * What of one file has arrived so far, kept on the disk until the file is whole, so that a download goes on after a
 * broken connection, a cancel or a restart. In: chunks, in order. Out: how many bytes there are and their sha256.
 * The surprising thing: of a beginning nobody can say that it is right (only the whole file's hash is known), so it is
 * named after that hash, hashed anew when it is opened, and thrown away when the whole is not what it must be.
 */
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {import('./catalog.mjs').ModelFile} ModelFile */

const FOLDER = '.partial';

/**
 * How many bytes of these files wait to be gone on with.
 *
 * @param {string} ownFolder of the model
 * @param {readonly ModelFile[]} files
 * @returns {Promise<number>}
 */
export async function countPartialBytes(ownFolder, files) {
  let sum = 0;
  for (const { sha256, bytes } of files) {
    const size = await sizeOf(join(ownFolder, FOLDER, `${sha256}.part`));
    if (size <= bytes) sum += size;
  }
  return sum;
}

/**
 * Deletes the beginnings of these files; the folder goes with the last of them.
 *
 * @param {string} ownFolder
 * @param {readonly ModelFile[]} files
 */
export async function dropPartials(ownFolder, files) {
  const folder = join(ownFolder, FOLDER);
  for (const { sha256 } of files) {
    await rm(join(folder, `${sha256}.part`), { force: true });
    await rm(join(folder, `${sha256}.json`), { force: true });
  }
  const rest = await readdir(folder).catch(() => []);
  if (rest.length === 0) await rmdir(folder).catch(() => undefined);
}

export class PartialFile {
  /** @type {import('node:fs/promises').FileHandle} */
  #file;
  #hash = createHash('sha256');
  /** @type {{ url: string, validator: string } | null} */
  #origin;

  /**
   * @param {string} path
   * @param {string} originPath
   * @param {import('node:fs/promises').FileHandle} file
   * @param {{ url: string, validator: string } | null} origin
   */
  constructor(path, originPath, file, origin) {
    /** @readonly */
    this.path = path;
    /** @readonly */
    this.originPath = originPath;
    this.received = 0;
    this.#file = file;
    this.#origin = origin;
  }

  /**
   * @param {string} ownFolder of the model
   * @param {ModelFile} expected
   * @param {AbortSignal} [signal]
   * @returns {Promise<PartialFile>}
   */
  static async open(ownFolder, expected, signal) {
    const folder = join(ownFolder, FOLDER);
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${expected.sha256}.part`);
    const originPath = join(folder, `${expected.sha256}.json`);
    const origin = await readOrigin(originPath);
    // Written at places of our choice, not appended: a second process that fetches the same writes the same.
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    const partial = new PartialFile(path, originPath, file, origin);
    try {
      await partial.#readBack(expected.bytes, signal);
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
    return partial;
  }

  /**
   * What the server called the version that this is the beginning of; null when it did not say, or was another one.
   *
   * @param {string} url
   * @returns {string | null}
   */
  validatorFor(url) {
    return this.#origin?.url === url ? this.#origin.validator : null;
  }

  /** @param {Uint8Array} chunk */
  async append(chunk) {
    for (let written = 0; written < chunk.byteLength;) {
      const { bytesWritten } = await this.#file.write(chunk, written, null, this.received + written);
      written += bytesWritten;
    }
    this.#hash.update(chunk);
    this.received += chunk.byteLength;
  }

  /** Nothing of it is used. */
  async restart() {
    await this.#file.truncate(0);
    this.#hash = createHash('sha256');
    this.received = 0;
    this.#origin = null;
  }

  /**
   * Best effort: without it the next request does not say which version it goes on with, and the hash decides.
   *
   * @param {string} url
   * @param {string | null} validator
   */
  async setOrigin(url, validator) {
    this.#origin = validator === null ? null : { url, validator };
    await writeFile(this.originPath, JSON.stringify(this.#origin)).catch(() => undefined);
  }

  /** @returns {string} sha256 of what is there, lower-case hex */
  digest() {
    return this.#hash.copy().digest('hex');
  }

  async close() {
    await this.#file.close();
  }

  /** To the disk itself, so that a file that gets its name has its content after a power cut too. */
  async sync() {
    await this.#file.sync();
  }

  /**
   * @param {number} mostBytes
   * @param {AbortSignal | undefined} signal
   */
  async #readBack(mostBytes, signal) {
    const { size } = await this.#file.stat();
    if (size > mostBytes) {
      await this.restart();
      return;
    }
    /** @type {AsyncIterable<Buffer>} */
    const stream = createReadStream(this.path, { highWaterMark: 1 << 20 });
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      this.#hash.update(chunk);
      this.received += chunk.byteLength;
    }
  }
}

/**
 * @param {string} path
 * @returns {Promise<{ url: string, validator: string } | null>}
 */
async function readOrigin(path) {
  try {
    /** @type {unknown} */
    const data = JSON.parse(await readFile(path, 'utf8'));
    if (typeof data !== 'object' || data === null || !('url' in data) || !('validator' in data)) return null;
    const { url, validator } = data;
    return typeof url === 'string' && typeof validator === 'string' ? { url, validator } : null;
  } catch {
    return null;
  }
}

/** @param {string} path */
async function sizeOf(path) {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}
