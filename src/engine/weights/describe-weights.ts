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

/** Throws AppError 'model-missing' when there is no such file, 'model-corrupt' when it cannot be used. */
export async function describeWeights(path: string): Promise<WeightsDescription> {
  return await withFile(path, async (file) => expectOurs(path, await readHeader(file)));
}

/** The same, and the data section has the sha256 that the header states. */
export async function verifyWeights(path: string, signal?: AbortSignal): Promise<WeightsDescription> {
  return await withFile(path, async (file) => {
    const description = expectOurs(path, await readHeader(file));
    const { dataOffset, dataBytes, dataSha256 } = description;
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let done = 0; done < dataBytes;) {
      if (signal !== undefined) throwIfCancelled(signal);
      const wanted = Math.min(CHUNK_BYTES, dataBytes - done);
      const { bytesRead } = await file.read(chunk, 0, wanted, dataOffset + done);
      if (bytesRead === 0) throw damagedError(path, 'it was cut short while it was read');
      hash.update(chunk.subarray(0, bytesRead));
      done += bytesRead;
    }
    if (hash.digest('hex') !== dataSha256) {
      throw damagedError(path, 'its data is not what was written (sha256 differs)');
    }
    return description;
  });
}

/** Like `describeWeights`, with what stands in the way as a value. Null: there is no file. */
export async function inspectWeights(path: string): Promise<ParsedHeader | null> {
  try {
    return await withFile(path, readHeader);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'model-missing') return null;
    throw thrown;
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

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    return await use(file);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      throw new AppError(
        'model-missing',
        `There is no weights file ${path}.`,
        'It is made from the installed model when that is used.',
        { cause: thrown },
      );
    }
    throw damagedError(path, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  } finally {
    await file?.close();
  }
}
