/** The weights of the files of Hugging Face transformers, as a source for the importer. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../audio/cancellation.js';
import type { ModelDimensions } from '../backend/backend.js';
import { corruptModelError, toReadError } from '../model/model-errors.js';
import { readDimensions } from '../model/model-files.js';
import { OnnxSource } from './onnx-source.js';
import type { SourceHashes } from './weights-format.js';
import type { NamedBytes, SourceRequest, WeightsSource } from './weights-source.js';
import { decoderTensors, encoderTensors } from './whisper-tensors.js';

/** Read and hashed between two looks at the signal. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** What protobuf allows for one message. */
const MAXIMUM_SOURCE_BYTES = 2 ** 31 - 1;

export class OnnxWeights implements WeightsSource {
  readonly #request: SourceRequest;
  readonly #hashes: Record<string, string> = {};

  private constructor(
    request: SourceRequest,
    readonly dimensions: ModelDimensions,
  ) {
    this.#request = request;
  }

  static async open(request: SourceRequest): Promise<OnnxWeights> {
    return new OnnxWeights(request, await readDimensions(request.modelFolder));
  }

  async *tensors(): AsyncGenerator<NamedBytes> {
    await this.#read('config.json');
    yield* encoderTensors(await this.#open('onnx/encoder_model_quantized.onnx'), this.dimensions);
    yield* decoderTensors(await this.#open('onnx/decoder_model_merged_quantized.onnx'), this.dimensions);
  }

  hashes(): SourceHashes {
    return this.#hashes;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #open(path: string): Promise<OnnxSource> {
    return new OnnxSource(await this.#read(path), path, this.#request.modelId);
  }

  /** Hashes exactly the bytes that are imported, as they come. */
  async #read(path: string): Promise<Uint8Array> {
    const { modelFolder, modelId, sourceHashes, signal } = this.#request;
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
      this.#hashes[path] = sha256;
      return bytes;
    } catch (thrown) {
      throw toReadError(thrown, modelId, path);
    } finally {
      await file?.close();
    }
  }
}
