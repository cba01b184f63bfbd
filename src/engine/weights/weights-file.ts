/**
 * A weights file in use, and whether its data is known to be what was written. In: a path. Out: something
 * to map, and a verification that costs nothing when this very file was verified before.
 *
 * Hashing 77 MB at every start would be felt, so a stamp beside the file records what it looked like (size,
 * times, inode) when its data was last seen to be right; a file that still looks so is not hashed again, any
 * change is. As src/models/store.mjs does for the files that the weights are made of.
 *
 * The surprising thing: the file is held open and mapped through its descriptor, so that what is mapped, what
 * is verified and what the stamp speaks of is one file, whatever takes its name meanwhile.
 */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomically } from '../../node/write-file.js';
import { openWeights, verifyWeights } from './describe-weights.js';
import type { OpenWeights } from './describe-weights.js';

const STAMP_NAME = '.weights-verified.json';

const StampSchema = v.object({ look: v.string() });

export class WeightsFile {
  readonly #open: OpenWeights;

  private constructor(opened: OpenWeights) {
    this.#open = opened;
  }

  /** Throws AppError 'model-missing' or 'model-corrupt'. */
  static async open(path: string): Promise<WeightsFile> {
    return new WeightsFile(await openWeights(path));
  }

  /** Leads to this very file until it is closed. */
  get mapPath(): string {
    return `/proc/self/fd/${this.#open.file.fd}`;
  }

  async isVerified(): Promise<boolean> {
    return (await this.#readStamp()) === (await this.#describeLook());
  }

  /** Reads all of the data, then stamps the file. Throws AppError 'model-corrupt', or 'cancelled'. */
  async verify(signal: AbortSignal): Promise<void> {
    const look = await this.#describeLook();
    await verifyWeights(this.#open, signal);
    // What changed under the reader was not verified; the next time will tell.
    if ((await this.#describeLook()) === look) await this.#writeStamp(look);
  }

  /** For a file that was hashed as it was written. */
  async stamp(): Promise<void> {
    await this.#writeStamp(await this.#describeLook());
  }

  /** So that it is made anew the next time. Best effort. */
  async discard(): Promise<void> {
    await rm(this.#open.path, { force: true }).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#open.file.close();
  }

  /** The change time is in it because tools that rewrite a file can put the modification time back, not this. */
  async #describeLook(): Promise<string> {
    const { size, mtimeNs, ctimeNs, ino } = await this.#open.file.stat({ bigint: true });
    return [size, mtimeNs, ctimeNs, ino, this.#open.description.dataSha256].join(' ');
  }

  /** Null when there is no usable stamp. */
  async #readStamp(): Promise<string | null> {
    try {
      const data: unknown = JSON.parse(await readFile(this.#stampPath(), 'utf8'));
      const stamp = v.safeParse(StampSchema, data);
      return stamp.success ? stamp.output.look : null;
    } catch {
      return null;
    }
  }

  /** Best effort: without a stamp (a read-only folder, a full disk) the next opening verifies again, no more. */
  async #writeStamp(look: string): Promise<void> {
    await writeFileAtomically(this.#stampPath(), `${JSON.stringify({ look })}\n`).catch(() => undefined);
  }

  #stampPath(): string {
    return join(dirname(this.#open.path), STAMP_NAME);
  }
}
