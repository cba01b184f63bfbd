/**
 * What a weights file says it is, and whether it is that. In: a path. Out: its description, checked
 * against the file's size and against the tensors its dimensions call for; or AppError 'model-corrupt'
 * with what is wrong. The header is read here; the data only by `verifyWeights`.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../../shared/errors.js';
import { throwIfCancelled } from '../audio/cancellation.js';
import { MAXIMUM_HEADER_BYTES, PREFIX_BYTES, WEIGHTS_VERSION, parseHeader } from './weights-format.js';
import type { ParsedHeader, WeightsDescription } from './weights-format.js';

/** Hashed between two looks at the signal. */
const CHUNK_BYTES = 4 * 1024 * 1024;

export interface OpenWeights {
  readonly path: string;
  readonly file: FileHandle;
  readonly description: WeightsDescription;
}

/** To be closed. Throws AppError 'model-missing' when there is no such file, 'model-corrupt' when it cannot be used. */
export async function openWeights(path: string): Promise<OpenWeights> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    return { path, file, description: expectOurs(path, await readHeader(file)) };
  } catch (thrown) {
    await file?.close();
    throw toAppError(path, thrown);
  }
}

export async function describeWeights(path: string): Promise<WeightsDescription> {
  const { file, description } = await openWeights(path);
  await file.close();
  return description;
}

/** Throws AppError 'model-corrupt' unless the data section has the sha256 that the header states; 'cancelled'. */
export async function verifyWeights(
  { path, file, description }: OpenWeights,
  signal: AbortSignal,
): Promise<void> {
  const { dataOffset, dataBytes, dataSha256 } = description;
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    for (let done = 0; done < dataBytes;) {
      throwIfCancelled(signal);
      const wanted = Math.min(CHUNK_BYTES, dataBytes - done);
      const { bytesRead } = await file.read(chunk, 0, wanted, dataOffset + done);
      if (bytesRead === 0) throw damagedError(path, 'it was cut short while it was read');
      hash.update(chunk.subarray(0, bytesRead));
      done += bytesRead;
    }
  } catch (thrown) {
    throw toAppError(path, thrown);
  }
  if (hash.digest('hex') !== dataSha256) {
    throw damagedError(path, 'its data is not what was written (sha256 differs)');
  }
}

/** Like `describeWeights`, with what stands in the way as a value. Null: there is no file. */
export async function inspectWeights(path: string): Promise<ParsedHeader | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    return await readHeader(file);
  } catch (thrown) {
    const error = toAppError(path, thrown);
    if (error.code === 'model-missing') return null;
    throw error;
  } finally {
    await file?.close();
  }
}

export function newerVersionError(path: string, version: number): AppError {
  return new AppError(
    'model-corrupt',
    `The weights file ${path} was made by a newer Tilescribe: it is of version ${version}, this one reads version ${WEIGHTS_VERSION}.`,
    'Update Tilescribe, or delete the file: it is made again from the installed model.',
  );
}

async function readHeader(file: FileHandle): Promise<ParsedHeader> {
  const found = await file.stat();
  if (!found.isFile()) return { kind: 'damaged', problem: 'it is not a file' };
  const prefix = Buffer.alloc(PREFIX_BYTES);
  const { bytesRead } = await file.read(prefix, 0, PREFIX_BYTES, 0);
  if (bytesRead < PREFIX_BYTES) return { kind: 'damaged', problem: 'it is cut short in its header' };
  const headerBytes = prefix.readBigUInt64LE(0);
  if (headerBytes > MAXIMUM_HEADER_BYTES) {
    return { kind: 'damaged', problem: 'it is not a weights file of Tilescribe' };
  }
  const header = Buffer.alloc(Number(headerBytes));
  const read = await file.read(header, 0, header.length, PREFIX_BYTES);
  if (read.bytesRead < header.length) return { kind: 'damaged', problem: 'it is cut short in its header' };
  return parseHeader(header, found.size);
}

function expectOurs(path: string, parsed: ParsedHeader): WeightsDescription {
  switch (parsed.kind) {
    case 'ours':
      return parsed.description;
    case 'newer':
      throw newerVersionError(path, parsed.version);
    case 'older':
      throw damagedError(path, `it is of version ${parsed.version}, older than ${WEIGHTS_VERSION}`);
    case 'damaged':
      throw damagedError(path, parsed.problem);
  }
}

function damagedError(path: string, problem: string, cause?: unknown): AppError {
  return new AppError(
    'model-corrupt',
    `The weights file ${path} cannot be used: ${problem}.`,
    'Delete the file: it is made again from the installed model.',
    { cause },
  );
}

function toAppError(path: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
    return new AppError(
      'model-missing',
      `There is no weights file ${path}.`,
      'It is made from the installed model when that is used.',
      { cause: thrown },
    );
  }
  return damagedError(path, thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
