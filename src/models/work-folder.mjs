/**
 * A folder for half-done work beside its destination, so that a finished file gets there by a rename on
 * the same file system: whole or not at all. It is removed whatever happens; what a killed process left
 * behind is swept the next time.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = '.work-';
// Longer than any download that still moves takes between two new files in its folder.
const ABANDONED_MS = 24 * 3_600_000;

/**
 * @template T
 * @param {string} parent is made when it is not there
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withWorkFolder(parent, work) {
  const folder = join(parent, PREFIX + randomUUID());
  await mkdir(folder, { recursive: true });
  try {
    await sweepAbandoned(parent);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} parent */
async function sweepAbandoned(parent) {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    const changedMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - changedMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}
