/**
 * Putting a large file in place whole or not at all: it is written under a name of its own beside the
 * target, brought to the disk, and then takes the target's name. Whoever has the old file open or mapped
 * keeps the old one. Two writers do not meet: each has its own name, and the last rename wins. What a
 * killed process left behind is swept the next time.
 */
import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../shared/errors.js';

/** Far longer than writing takes, even when the machine slept meanwhile. */
const ABANDONED_MS = 24 * 3_600_000;

/**
 * `write` fills the new file; an AppError it throws comes out as it is, and the target stays as it was.
 * Anything else becomes AppError 'disk-full' or 'write-failed'.
 */
export async function replaceFile(target: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const folder = dirname(target);
  const prefix = `.${basename(target)}-`;
  const temporary = join(folder, `${prefix}${randomUUID()}.tmp`);
  try {
    await sweepAbandoned(folder, prefix);
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown instanceof AppError ? thrown : toWriteError(thrown, target);
  }
  await syncFolder(folder);
}

async function sweepAbandoned(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const changedMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - changedMs > ABANDONED_MS) await rm(path, { force: true });
  }
}

/** Makes the rename durable. Best effort: some network file systems refuse to sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

function toWriteError(thrown: unknown, target: string): AppError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError(
      'disk-full',
      `There is not enough space for ${target}. Nothing was changed.`,
      'Free some space, then try again.',
      { cause: thrown },
    );
  }
  return new AppError(
    'write-failed',
    `${target} could not be written: ${thrown instanceof Error ? thrown.message : String(thrown)}. Nothing was changed.`,
    'Make its folder writable, then try again.',
    { cause: thrown },
  );
}
