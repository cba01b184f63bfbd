/**
 * Turns what the user gave (files, folders, arguments) into the files to transcribe. A file is taken
 * as it is, whatever its name: the engine says what is wrong with it. From a folder only names that
 * look like media are taken, so that a folder of lectures does not queue its PDFs.
 *
 * Surprising: names on Linux are bytes. Chromium and Node hand over names that are not UTF-8 with
 * U+FFFD in place of the bytes; such a name is looked up again in its folder to find the real bytes.
 */
import { Buffer } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { FilePath } from '../shared/engine-protocol.js';
import { AppError, toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';

/**
 * Containers ffmpeg reads that hold sound, lower case, by how common they are. Not `ts`: in most folders
 * that is program text, not MPEG; such a recording can be added by itself.
 */
export const MEDIA_EXTENSIONS: readonly string[] = [
  ...['mp3', 'm4a', 'wav', 'mp4', 'mkv', 'mov', 'webm', 'ogg', 'opus', 'flac', 'aac', 'm4b', 'm4v', 'avi'],
  ...['wma', 'wmv', 'aif', 'aiff', 'aifc', 'amr', '3gp', '3g2', 'mpg', 'mpeg', 'mts', 'm2ts', 'flv'],
  ...['oga', 'ogv', 'mka', 'mp2', 'ac3', 'eac3', 'dts', 'caf', 'au', 'snd', 'ape', 'wv', 'spx', 'vob', 'gsm'],
];

/** The list a person works through; beyond it the app says so instead of growing without end. */
export const MAX_FILES = 2000;
/** Folders in folders: deep enough for any library of recordings. */
export const MAX_DEPTH = 8;

export type MediaInput =
  | { readonly kind: 'file'; readonly fileName: string; readonly path: FilePath }
  /** Nothing to transcribe in it, and why. */
  | {
      readonly kind: 'refused';
      readonly fileName: string;
      readonly path: FilePath;
      readonly failure: Failure;
    };

export interface MediaInputs {
  readonly inputs: readonly MediaInput[];
  /** More files were there than are taken. */
  readonly isTruncated: boolean;
}

const REPLACEMENT = '\uFFFD';
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function isMediaName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && MEDIA_EXTENSIONS.includes(name.slice(dot + 1).toLowerCase());
}

/** Bytes become a string where that loses nothing. */
export function toFilePath(bytes: Buffer): FilePath {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : new Uint8Array(bytes);
}

function joinBytes(folder: Buffer, name: Buffer): Buffer {
  const isRoot = folder.length === 1 && folder[0] === 0x2f;
  return Buffer.concat(isRoot ? [folder, name] : [folder, Buffer.from('/'), name]);
}

/** The real bytes behind a path in which bytes were replaced; the path itself when there are none. */
async function recoverBytes(path: string): Promise<Buffer> {
  const asGiven = Buffer.from(path, 'utf8');
  if (!path.includes(REPLACEMENT) || path === dirname(path)) return asGiven;
  try {
    const folder = await recoverBytes(dirname(path));
    const names = await readdir(folder, { encoding: 'buffer' });
    const found = names.find((name) => name.toString('utf8') === basename(path));
    return found === undefined ? asGiven : joinBytes(folder, found);
  } catch {
    return asGiven;
  }
}

async function isFolder(path: Buffer): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Missing or unreadable: goes on as a file, and the engine says what is wrong.
    return false;
  }
}

interface FolderEntry {
  readonly name: string;
  readonly path: Buffer;
  readonly isFolder: boolean;
}

async function listEntries(folder: Buffer): Promise<FolderEntry[]> {
  const entries: Dirent<Buffer>[] = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  return entries
    .map((entry) => ({
      name: entry.name.toString('utf8'),
      path: joinBytes(folder, entry.name),
      // Links to folders are not followed, so there are no loops.
      isFolder: entry.isDirectory(),
    }))
    .filter((entry) => !entry.name.startsWith('.'))
    .sort((a, b) => collator.compare(a.name, b.name));
}

async function collectMedia(folder: Buffer, depth: number, found: MediaInput[]): Promise<void> {
  for (const entry of await listEntries(folder)) {
    if (found.length > MAX_FILES) return;
    if (entry.isFolder) {
      if (depth < MAX_DEPTH) await collectSubfolder(entry, depth + 1, found);
    } else if (isMediaName(entry.name)) {
      found.push({ kind: 'file', fileName: entry.name, path: toFilePath(entry.path) });
    }
  }
}

async function collectSubfolder(folder: FolderEntry, depth: number, found: MediaInput[]): Promise<void> {
  try {
    await collectMedia(folder.path, depth, found);
  } catch {
    found.push(refuse(folder.path, folder.name, unreadableFolder(folder.name)));
  }
}

function refuse(path: Buffer, fileName: string, failure: Failure): MediaInput {
  return { kind: 'refused', fileName, path: toFilePath(path), failure };
}

function unreadableFolder(name: string): Failure {
  return toFailure(
    new AppError(
      'file-not-readable',
      `The folder "${name}" cannot be opened, so the recordings in it were left out.`,
      'Check its permissions, then add it again.',
    ),
  );
}

function emptyFolder(name: string): Failure {
  return toFailure(
    new AppError(
      'file-is-folder',
      `"${name}" is a folder, and no audio or video files were found in it.`,
      'Add the recordings themselves, or a folder that holds them.',
    ),
  );
}

async function expandOne(path: string): Promise<readonly MediaInput[]> {
  const bytes = await recoverBytes(path);
  const fileName = basename(path) === '' ? path : basename(path);
  if (!(await isFolder(bytes))) return [{ kind: 'file', fileName, path: toFilePath(bytes) }];
  const found: MediaInput[] = [];
  try {
    await collectMedia(bytes, 0, found);
  } catch {
    return [refuse(bytes, fileName, unreadableFolder(fileName))];
  }
  return found.length > 0 ? found : [refuse(bytes, fileName, emptyFolder(fileName))];
}

/** `paths` are absolute. */
export async function expandPaths(paths: readonly string[]): Promise<MediaInputs> {
  const inputs: MediaInput[] = [];
  for (const path of paths) {
    inputs.push(...(await expandOne(path)));
    if (inputs.length > MAX_FILES) return { inputs: inputs.slice(0, MAX_FILES), isTruncated: true };
  }
  return { inputs, isTruncated: false };
}
