/**
 * Opens a file that somebody asked to have transcribed: path in, descriptor and size out, or an
 * AppError that says what the path really is. Never blocks on a FIFO and never opens a device: what
 * the path names is looked at before and again after opening.
 */
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../../shared/errors.js';
import type { FilePath } from '../../shared/engine-protocol.js';

export interface MediaFile {
  readonly handle: FileHandle;
  /** Bytes when it was opened; a recording under way may grow. */
  readonly size: number;
  /** For messages, in quotes. */
  readonly name: string;
}

/** The last part of a path as it can be shown: control characters and broken UTF-8 become U+FFFD. */
export function displayName(path: FilePath): string {
  const text = typeof path === 'string' ? path : new TextDecoder().decode(path);
  const lastPart = text.split('/').findLast((part) => part !== '') ?? text;
  return `“${lastPart.replace(/\p{Cc}/gu, '\u{FFFD}')}”`;
}

export async function openMediaFile(path: FilePath): Promise<MediaFile> {
  const name = displayName(path);
  const systemPath = typeof path === 'string' ? path : Buffer.from(path);
  if (systemPath.includes('\0')) {
    throw notFound(name);
  }
  let handle: FileHandle | undefined;
  try {
    checkKind(await stat(systemPath), name);
    // O_NONBLOCK: if the file was replaced by a FIFO just now, opening must not wait for a writer.
    handle = await open(systemPath, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const opened = await handle.stat();
    checkKind(opened, name);
    if (opened.size === 0) {
      throw new AppError(
        'file-empty',
        `${name} is empty: it has no bytes.`,
        'Check that the recording or download was completed.',
      );
    }
    return { handle, size: opened.size, name };
  } catch (thrown) {
    await handle?.close();
    throw toOpenError(thrown, name);
  }
}

function checkKind(stats: Stats, name: string): void {
  if (stats.isDirectory()) {
    throw new AppError('file-is-folder', `${name} is a folder.`, 'Choose the audio or video files in it.');
  }
  if (!stats.isFile()) {
    throw new AppError(
      'file-not-regular',
      `${name} is ${kindOf(stats)}, not a file.`,
      'Choose a file; sound from a pipe can be given to the command line with "tilescribe -".',
    );
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) {
    return 'a named pipe';
  }
  return stats.isSocket() ? 'a socket' : 'a device';
}

function notFound(name: string): AppError {
  return new AppError(
    'file-not-found',
    `${name} was not found.`,
    'Check that it was not moved, renamed or deleted, and that its disk is connected.',
  );
}

/** The system's error code, "ENOENT" for example, or '' when the thrown value has none. */
export function systemErrorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

function toOpenError(thrown: unknown, name: string): unknown {
  if (thrown instanceof AppError) {
    return thrown;
  }
  const code = systemErrorCode(thrown);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return notFound(name);
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'file-not-readable',
        `You have no permission to read ${name}.`,
        'Change its permissions, or copy it to a folder of your own.',
        { cause: thrown },
      );
    case '':
      return thrown;
    default:
      return readFailed(name, thrown);
  }
}

export function readFailed(name: string, cause: unknown): AppError {
  return new AppError(
    'file-read-failed',
    `Reading ${name} failed (${systemErrorCode(cause) || String(cause)}).`,
    'Check the disk or the network folder it is on, then try again.',
    { cause },
  );
}
