/**
 * Saving a file so that after any failure (disk full, power cut, kill) the path holds either the whole
 * new content or exactly what it held before. Content goes to a temporary file beside the target, to
 * the disk, and then takes the target's name. Whoever has the old file open or mapped keeps the old one.
 * Two writers do not meet: each has its own temporary file, and the last rename wins.
 *
 * The surprising thing: a device or a FIFO (`/dev/stdout`) is written directly, because renaming over
 * it would replace the device by a file.
 */
import { randomBytes } from 'node:crypto';
import {
  access,
  constants,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { FilePath } from '../shared/engine-protocol.js';

const TEMPORARY_PREFIX = '.tilescribe-';
const TEMPORARY_SUFFIX = '.tmp';
/** Far longer than writing takes, even when the machine slept meanwhile. */
const ABANDONED_MS = 24 * 3_600_000;

type Write = (file: FileHandle) => Promise<void>;

/** Writes the whole content, or throws AppError 'disk-full' or 'write-failed' and changes nothing. */
export async function writeFileAtomically(path: FilePath, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(content));
}

/** The same with content that `write` puts into the new file; an AppError it throws comes out as it is. */
export async function replaceFile(path: FilePath, write: Write): Promise<void> {
  try {
    const target = await resolveTarget(toFsPath(path));
    if (target.isSpecial) {
      await writeDirectly(target.path, write);
    } else {
      await writeAndRename(target, write);
    }
  } catch (error) {
    throw error instanceof AppError ? error : toWriteError(error, path);
  }
}

/**
 * Removes the temporary files that a killed process left in a folder of ours. Best effort, and not for
 * folders of the user: they may hold more than is quickly listed.
 */
export async function sweepAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(TEMPORARY_PREFIX) || !name.endsWith(TEMPORARY_SUFFIX)) continue;
    const path = join(folder, name);
    const changedMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - changedMs > ABANDONED_MS) await rm(path, { force: true }).catch(() => undefined);
  }
}

/**
 * Makes a folder and its parents when they do not exist yet, and makes sure that files can be put into
 * it, so that hours of work do not end at a closed door. Throws AppError like the writer.
 */
export async function createFolder(path: FilePath): Promise<void> {
  try {
    await mkdir(toFsPath(path), { recursive: true });
    await access(toFsPath(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw toWriteError(error, path);
  }
}

/** A path for people: bytes that are not UTF-8 show as U+FFFD. */
export function describePath(path: FilePath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString('utf8');
}

interface Target {
  readonly path: string | Buffer;
  readonly isSpecial: boolean;
  /** Permission bits of the file that is replaced, null when there is none. */
  readonly mode: number | null;
}

function toFsPath(path: FilePath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path);
}

/** Follows symbolic links, so that the file behind one is replaced and not the link. */
async function resolveTarget(path: string | Buffer): Promise<Target> {
  let resolved: Buffer;
  try {
    resolved = await realpath(path, { encoding: 'buffer' });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { path, isSpecial: false, mode: null };
    throw error;
  }
  const found = await stat(resolved);
  const isSpecial = !found.isFile() && !found.isDirectory();
  return { path: resolved, isSpecial, mode: found.mode & 0o7777 };
}

async function writeDirectly(path: string | Buffer, write: Write): Promise<void> {
  const file = await open(path, 'w');
  try {
    await write(file);
  } finally {
    await file.close();
  }
}

async function writeAndRename(target: Target, write: Write): Promise<void> {
  const folder = parentFolder(target.path);
  const name = `${TEMPORARY_PREFIX}${randomBytes(6).toString('hex')}${TEMPORARY_SUFFIX}`;
  const temporary = Buffer.concat([folder, Buffer.from(`/${name}`)]);
  const file = await open(temporary, 'wx');
  try {
    try {
      if (target.mode !== null) await file.chmod(target.mode);
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target.path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

/** latin1 maps bytes to characters one to one, so that names of any encoding pass through `dirname`. */
function parentFolder(path: string | Buffer): Buffer {
  const bytes = typeof path === 'string' ? Buffer.from(path, 'utf8') : path;
  return Buffer.from(dirname(bytes.toString('latin1')), 'latin1');
}

/**
 * Makes the rename itself durable. Best effort: the content is already on the disk, and some network
 * file systems refuse to sync a folder.
 */
async function syncFolder(folder: Buffer): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

function errorCode(error: unknown): string | null {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return null;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you have no permission to write there',
  EPERM: 'the system does not allow to write there',
  EROFS: 'the disk is read-only',
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file would be too large',
  EIO: 'the disk reported an error',
};

function toWriteError(error: unknown, path: FilePath): AppError {
  const code = errorCode(error);
  const name = describePath(path);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError(
      'disk-full',
      `There is not enough space to save ${name}. Nothing was changed.`,
      'Free some space or choose another folder, then save again.',
      { cause: error },
    );
  }
  const reason =
    (code === null ? undefined : REASONS[code]) ?? (error instanceof Error ? error.message : String(error));
  return new AppError(
    'write-failed',
    `${name} could not be saved: ${reason}. Nothing was changed.`,
    'Choose another folder or name, then save again.',
    { cause: error },
  );
}
