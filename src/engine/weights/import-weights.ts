/**
 * Makes the weights file of an installed model. In: the model's folder with its int8 ONNX files. Out:
 * one file (weights-format.ts), complete or not there at all; the same bytes for the same model, always.
 *
 * The surprising thing: the data is written first and the header last. The header states the sha256 of
 * the data, and its length is known before: hashes are all equally long.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors.js';
import { throwIfCancelled } from '../audio/cancellation.js';
import type { ModelDimensions } from '../backend/backend.js';
import { readDimensions } from '../model/model-files.js';
import { OnnxSource, corruptModelError } from './onnx-source.js';
import { BLOCK_OUTPUTS } from './pack-matrix.js';
import { replaceFile } from './replace-file.js';
import { planTensors } from './tensor-plan.js';
import type { TensorPlan } from './tensor-plan.js';
import { encodeHeader } from './weights-format.js';
import type { SourceHashes, SourcePath } from './weights-format.js';
import { decoderTensors, encoderTensors } from './whisper-tensors.js';
import type { NamedBytes } from './whisper-tensors.js';

/** Read, hashed or written between two looks at the signal. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** What protobuf allows for one message. */
const MAXIMUM_SOURCE_BYTES = 2 ** 31 - 1;

export interface ImportRequest {
  readonly modelFolder: string;
  readonly modelId: string;
  /** Path of the weights file. */
  readonly target: string;
  /** When given, sources that are not these are refused. */
  readonly sourceHashes?: SourceHashes;
  readonly signal: AbortSignal;
}

/**
 * Throws AppError: 'model-missing' or 'model-corrupt' for the sources, 'disk-full' or 'write-failed' for
 * the target, 'cancelled'. The target is then what it was before.
 */
export async function importWeights(request: ImportRequest): Promise<void> {
  const { modelFolder, modelId, target, signal } = request;
  throwIfCancelled(signal);
  const dimensions = await readDimensions(modelFolder);
  if (dimensions.width % BLOCK_OUTPUTS !== 0) {
    throw corruptModelError(modelId, 'config.json', `its width ${dimensions.width} is not a multiple of 16`);
  }
  await replaceFile(target, async (file) => {
    await writeWeights(file, request, dimensions);
  });
}

async function writeWeights(
  file: FileHandle,
  request: ImportRequest,
  dimensions: ModelDimensions,
): Promise<void> {
  const { modelId, signal } = request;
  const plan = planTensors(dimensions);
  const unknown = '0'.repeat(64);
  const noSources: SourceHashes = {
    'config.json': unknown,
    'onnx/encoder_model_quantized.onnx': unknown,
    'onnx/decoder_model_merged_quantized.onnx': unknown,
  };
  const dataOffset = encodeHeader(modelId, dimensions, plan, { sources: noSources, data: unknown }).length;
  const data = new DataWriter(file, plan, dataOffset, signal);

  const config = await readSource(request, 'config.json');
  const encoder = await importFile(request, 'onnx/encoder_model_quantized.onnx', data, (source) =>
    encoderTensors(source, dimensions),
  );
  const decoder = await importFile(request, 'onnx/decoder_model_merged_quantized.onnx', data, (source) =>
    decoderTensors(source, dimensions),
  );
  const header = encodeHeader(modelId, dimensions, plan, {
    sources: {
      'config.json': config.sha256,
      'onnx/encoder_model_quantized.onnx': encoder,
      'onnx/decoder_model_merged_quantized.onnx': decoder,
    },
    data: data.finish(),
  });
  await writeFully(file, header, 0);
}

/** The sha256 of the source. Its bytes are in memory only as long as this runs. */
async function importFile(
  request: ImportRequest,
  path: SourcePath,
  data: DataWriter,
  tensorsOf: (source: OnnxSource) => Iterable<NamedBytes>,
): Promise<string> {
  const { bytes, sha256 } = await readSource(request, path);
  for (const tensor of tensorsOf(new OnnxSource(bytes, path, request.modelId))) await data.append(tensor);
  return sha256;
}

interface SourceBytes {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Hashes exactly the bytes that are imported, as they come. */
async function readSource(request: ImportRequest, path: SourcePath): Promise<SourceBytes> {
  const { modelFolder, modelId, sourceHashes, signal } = request;
  let file: FileHandle | null = null;
  try {
    file = await open(join(modelFolder, path), 'r');
    const { size } = await file.stat();
    if (size > MAXIMUM_SOURCE_BYTES) throw corruptModelError(modelId, path, 'it is larger than 2 GB');
    const bytes = Buffer.allocUnsafe(size);
    const hash = createHash('sha256');
    for (let done = 0; done < size;) {
      throwIfCancelled(signal);
      const { bytesRead } = await file.read(bytes, done, Math.min(CHUNK_BYTES, size - done), done);
      if (bytesRead === 0) throw corruptModelError(modelId, path, 'it was cut short while it was read');
      hash.update(bytes.subarray(done, done + bytesRead));
      done += bytesRead;
    }
    const sha256 = hash.digest('hex');
    if (sourceHashes !== undefined && sha256 !== sourceHashes[path]) {
      throw corruptModelError(modelId, path, 'it does not have the expected content (sha256 differs)');
    }
    return { bytes, sha256 };
  } catch (thrown) {
    throw toReadError(thrown, modelId, path);
  } finally {
    await file?.close();
  }
}

function toReadError(thrown: unknown, modelId: string, path: string): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
    return new AppError(
      'model-missing',
      `The model's file ${path} is missing.`,
      `Press Repair in the app, or run \`tilescribe --fetch-model ${modelId}\`.`,
      { cause: thrown },
    );
  }
  return corruptModelError(modelId, path, thrown instanceof Error ? thrown.message : String(thrown), thrown);
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
