/**
 * Makes the weights file of an installed model. In: the model's folder with its int8 ONNX files or its ggml
 * file. Out: one file (weights-format.ts), complete or not there at all; the same bytes for the same model,
 * always.
 *
 * The surprising thing: the data is written first and the header last. The header states the sha256 of
 * the data, and its length is known before: hashes are all equally long.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile, sweepAbandoned } from '../../node/write-file.js';
import { throwIfCancelled } from '../audio/cancellation.js';
import { corruptModelError } from '../model/model-errors.js';
import { GgmlWeights } from './ggml-weights.js';
import { OnnxWeights } from './onnx-weights.js';
import { BLOCK_OUTPUTS } from './pack-matrix.js';
import { planTensors } from './tensor-plan.js';
import type { TensorPlan } from './tensor-plan.js';
import { encodeHeader } from './weights-format.js';
import { sourcePathsOf } from './weights-source.js';
import type { NamedBytes, SourceFiles, SourceRequest, WeightsSource } from './weights-source.js';

/** Hashed or written between two looks at the signal. */
const CHUNK_BYTES = 4 * 1024 * 1024;

export interface ImportRequest extends SourceRequest {
  readonly files: SourceFiles;
  /** Path of the weights file. */
  readonly target: string;
}

/**
 * Throws AppError: 'model-missing' or 'model-corrupt' for the sources, 'disk-full' or 'write-failed' for
 * the target, 'cancelled'. The target is then what it was before.
 */
export async function importWeights(request: ImportRequest): Promise<void> {
  const { files, modelId, target, signal } = request;
  throwIfCancelled(signal);
  const source = await openSource(request);
  try {
    const { width } = source.dimensions;
    if (width % BLOCK_OUTPUTS !== 0) {
      const [path = ''] = sourcePathsOf(files);
      throw corruptModelError(modelId, path, `its width ${width} is not a multiple of ${BLOCK_OUTPUTS}`);
    }
    await sweepAbandoned(dirname(target));
    await replaceFile(target, async (file) => {
      // Mapped while it is in use: nobody should write into it or cut it. A new one takes its name instead.
      await file.chmod(0o444);
      await writeWeights(file, request, source);
    });
  } finally {
    await source.close();
  }
}

async function openSource(request: ImportRequest): Promise<WeightsSource> {
  switch (request.files.kind) {
    case 'onnx':
      return await OnnxWeights.open(request);
    case 'ggml':
      return await GgmlWeights.open(request, request.files.path);
  }
}

async function writeWeights(
  file: FileHandle,
  { files, modelId, signal }: ImportRequest,
  source: WeightsSource,
): Promise<void> {
  const { dimensions } = source;
  const plan = planTensors(dimensions);
  const unknown = '0'.repeat(64);
  const unknownSources = Object.fromEntries(sourcePathsOf(files).map((path) => [path, unknown]));
  const draft = encodeHeader(modelId, dimensions, plan, { sources: unknownSources, data: unknown });
  const data = new DataWriter(file, plan, draft.length, signal);
  for await (const tensor of source.tensors()) await data.append(tensor);
  const hashes = { sources: source.hashes(), data: data.finish() };
  await writeFully(file, encodeHeader(modelId, dimensions, plan, hashes), 0);
}

/** Takes the planned tensors one after another and hashes what it writes. */
class DataWriter {
  readonly #hash = createHash('sha256');
  #next = 0;

  constructor(
    readonly file: FileHandle,
    readonly plan: TensorPlan,
    readonly dataOffset: number,
    readonly signal: AbortSignal,
  ) {}

  async append({ name, bytes }: NamedBytes): Promise<void> {
    const place = this.plan.tensors[this.#next++];
    if (place?.name !== name || place.bytes !== bytes.byteLength) {
      throw new Error(`tensor ${name} of ${bytes.byteLength} bytes does not fit the plan`);
    }
    for (let done = 0; done < bytes.byteLength; done += CHUNK_BYTES) {
      throwIfCancelled(this.signal);
      const chunk = bytes.subarray(done, done + CHUNK_BYTES);
      this.#hash.update(chunk);
      await writeFully(this.file, chunk, this.dataOffset + place.offset + done);
    }
  }

  /** The sha256 of the data section. */
  finish(): string {
    if (this.#next !== this.plan.tensors.length) throw new Error('planned tensors were not written');
    return this.#hash.digest('hex');
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}
