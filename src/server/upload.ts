/**
 * Reads a multipart form as it comes: the recording goes to a file in a folder of its own, the fields into
 * memory, bounded. Nothing of the recording is kept in memory. The file has our name, not the client's: a name
 * from outside never reaches the disk.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { BusboyHeaders, BusboyInstance } from '@fastify/busboy';
import { ApiError, invalidField } from './api-error.js';

export interface Upload {
  readonly fields: readonly FormField[];
  readonly path: string;
  /** As the client calls it: for messages only. */
  readonly fileName: string;
  /** Removes the file. */
  dispose(): Promise<void>;
}

export interface FormField {
  readonly name: string;
  readonly value: string;
}

const MAX_FIELDS = 40;
const MAX_FIELD_BYTES = 64_000;
const MAX_FILE_NAME_CHARACTERS = 200;

/** Throws ApiError for a form that is not one; the signal's reason when it is aborted. Leaves no file then. */
export async function receiveUpload(
  request: IncomingMessage,
  maxFileBytes: number,
  signal: AbortSignal,
): Promise<Upload> {
  const declaredBytes = Number(request.headers['content-length'] ?? 0);
  // The form around the file is small; what it says of itself is too large for sure.
  if (declaredBytes > maxFileBytes + MAX_FIELDS * MAX_FIELD_BYTES) throw tooLarge(maxFileBytes);
  const folder = await mkdtemp(join(tmpdir(), 'tilescribe-upload-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    // A name that occurs nowhere else, so that messages with it can be put into the client's words.
    const path = join(folder, basename(folder));
    const { fields, fileName } = await readForm(request, { path, maxFileBytes, signal });
    if (fileName === null) throw invalidField('file', 'The form has no file: send the recording as "file".');
    return { fields, path, fileName, dispose };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

interface FormTarget {
  readonly path: string;
  readonly maxFileBytes: number;
  readonly signal: AbortSignal;
}

interface Form {
  readonly fields: readonly FormField[];
  readonly fileName: string | null;
}

async function readForm(request: IncomingMessage, target: FormTarget): Promise<Form> {
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    throw new ApiError(415, 'The request must be multipart/form-data, with the recording as "file".');
  }
  const fields: FormField[] = [];
  const files: SavedFile[] = [];
  const refusal = new AbortController();
  const refuse = (error: ApiError): void => {
    refusal.abort(error);
  };
  const parser = openParser({ ...request.headers, 'content-type': contentType }, target.maxFileBytes);
  parser.on('field', (name, value, isNameCut, isValueCut) => {
    if (isNameCut || isValueCut) refuse(invalidField(name, `The field "${name}" is too long.`));
    else fields.push({ name, value });
  });
  parser.on('fieldsLimit', () => {
    refuse(new ApiError(400, `The form has more than ${MAX_FIELDS} fields.`));
  });
  parser.on('partsLimit', () => {
    refuse(new ApiError(400, 'The form has too many parts.'));
  });
  parser.on('filesLimit', () => {
    refuse(invalidField('file', 'The form has more than one file.'));
  });
  parser.on('file', (name, stream, sentName) => {
    if (name !== 'file') refuse(invalidField(name, 'The recording must be sent as "file".'));
    stream.on('limit', () => {
      refuse(tooLarge(target.maxFileBytes));
    });
    const saved = pipeline(stream, createWriteStream(target.path, { flags: 'wx', mode: 0o600 }));
    saved.catch((thrown: unknown) => {
      refusal.abort(describeThrown(thrown));
    });
    files.push({ stream, saved, fileName: cleanName(sentName) });
  });
  try {
    await feed(request, parser, AbortSignal.any([target.signal, refusal.signal]));
    await Promise.all(files.map(({ saved }) => saved));
    refusal.signal.throwIfAborted();
  } catch (thrown) {
    for (const { stream } of files) stream.destroy();
    await Promise.allSettled(files.map(({ saved }) => saved));
    throw describeThrown(thrown);
  }
  return { fields, fileName: files[0]?.fileName ?? null };
}

interface SavedFile {
  readonly stream: Readable;
  readonly saved: Promise<void>;
  readonly fileName: string;
}

/** Not `pipeline`, which would destroy the request, and with it the connection that the answer needs. */
async function feed(request: IncomingMessage, parser: BusboyInstance, signal: AbortSignal): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        reject(toError(signal.reason));
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      parser.once('finish', resolve).once('error', reject);
      request.once('error', reject);
      request.pipe(parser);
    });
  } finally {
    request.unpipe(parser);
  }
}

function openParser(headers: BusboyHeaders, maxFileBytes: number): BusboyInstance {
  try {
    return new Busboy({
      headers,
      limits: {
        files: 1,
        fileSize: maxFileBytes,
        fields: MAX_FIELDS,
        fieldSize: MAX_FIELD_BYTES,
        parts: MAX_FIELDS + 1,
      },
    });
  } catch (thrown) {
    throw notAForm(thrown);
  }
}

function describeThrown(thrown: unknown): unknown {
  if (thrown instanceof ApiError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  if (code === 'ENOSPC') return new ApiError(507, 'The server has no room for the recording.');
  if (code === 'EACCES' || code === 'EROFS') return thrown;
  return notAForm(thrown);
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function notAForm(thrown: unknown): ApiError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(400, `The form could not be read: ${reason}.`);
}

function tooLarge(maxFileBytes: number): ApiError {
  const limit = `${Math.floor(maxFileBytes / 1e6)} MB`;
  return new ApiError(413, `The recording is larger than the ${limit} this server takes.`, {
    param: 'file',
    code: 'file_too_large',
  });
}

/** Without folders and control characters, and of bounded length. */
function cleanName(name: string | undefined): string {
  const bare = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  const clean = bare.replace(/\p{Cc}/gu, '').slice(0, MAX_FILE_NAME_CHARACTERS);
  return clean === '' ? 'the recording' : clean;
}
