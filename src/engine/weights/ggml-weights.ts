/**
 * The weights of whisper.cpp's model file, as a source for the importer: matrices rounded to int8, one scale
 * per output (quantize-row.ts); norms, biases and positions as float32. In: the file, which stays open. Out:
 * tensors in the order of the plan, or AppError 'model-corrupt' that names what is wrong.
 *
 * The surprising thing: the file is gone through twice, first for its sha256, then tensor by tensor in our
 * order, which is not the file's. That both saw the same bytes is checked by the file's size and times.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AppError } from '../../shared/errors.js';
import { throwIfCancelled } from '../audio/cancellation.js';
import type { ModelDimensions } from '../backend/backend.js';
import { ByteFile } from '../model/byte-file.js';
import { readGgmlHead, readGgmlTensors } from '../model/ggml-file.js';
import type { GgmlTensor } from '../model/ggml-file.js';
import { corruptModelError, toReadError } from '../model/model-errors.js';
import { toGgmlFloats, toGgmlMatrices } from './ggml-names.js';
import { halfToNumber } from './half-float.js';
import { convolutionOffsets, rowOffsets } from './pack-matrix.js';
import type { QuantizedMatrix } from './pack-matrix.js';
import { bytesOf, packed } from './packed-tensors.js';
import { quantizeRow } from './quantize-row.js';
import { CONVOLUTION_TAPS, listParts } from './tensor-plan.js';
import type { ModelPart } from './tensor-plan.js';
import type { SourceHashes } from './weights-format.js';
import type { NamedBytes, SourceRequest, WeightsSource } from './weights-source.js';

type MatrixPart = Extract<ModelPart, { kind: 'matrix' }>;

/** Read, hashed or rounded between two looks at the signal; what is in memory of the file. */
const CHUNK_BYTES = 4 * 1024 * 1024;

export class GgmlWeights implements WeightsSource {
  readonly #request: SourceRequest;
  readonly #path: string;
  readonly #file: ByteFile;
  readonly #tensors: ReadonlyMap<string, GgmlTensor>;
  readonly #used = new Set<string>();
  #sha256 = '';

  private constructor(
    request: SourceRequest,
    path: string,
    file: ByteFile,
    readonly dimensions: ModelDimensions,
    tensors: ReadonlyMap<string, GgmlTensor>,
  ) {
    this.#request = request;
    this.#path = path;
    this.#file = file;
    this.#tensors = tensors;
  }

  /** @param path of the file in the model's folder. */
  static async open(request: SourceRequest, path: string): Promise<GgmlWeights> {
    let file: ByteFile | null = null;
    try {
      file = await ByteFile.open(join(request.modelFolder, path));
      const { dimensions, tensorsAt } = await readGgmlHead(file);
      const tensors = await readGgmlTensors(file, tensorsAt);
      return new GgmlWeights(request, path, file, dimensions, tensors);
    } catch (thrown) {
      await file?.close();
      throw toReadError(thrown, request.modelId, path);
    }
  }

  async *tensors(): AsyncGenerator<NamedBytes> {
    const before = await this.#describeLook();
    this.#sha256 = await this.#hash();
    const expected = this.#request.sourceHashes?.[this.#path];
    if (expected !== undefined && this.#sha256 !== expected) {
      throw this.#corrupt('it does not have the expected content (sha256 differs)');
    }
    for (const part of listParts(this.dimensions)) {
      if (part.kind === 'matrix') yield* packed(part.name, await this.#readMatrices(part));
      else yield { name: part.name, bytes: bytesOf(await this.#floats(toGgmlFloats(part.name), part.shape)) };
    }
    const strange = [...this.#tensors.keys()].find((name) => !this.#used.has(name));
    if (strange !== undefined) throw this.#corrupt(`it has a tensor ${strange} that Whisper does not have`);
    if ((await this.#describeLook()) !== before) throw this.#corrupt('it was changed while it was read');
  }

  hashes(): SourceHashes {
    return { [this.#path]: this.#sha256 };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** The parts of a packed matrix, which share its outputs evenly. */
  async #readMatrices({ name, outputs, inputs }: MatrixPart): Promise<readonly QuantizedMatrix[]> {
    const names = toGgmlMatrices(name);
    const matrices: QuantizedMatrix[] = [];
    for (const { weight, bias } of names) {
      const ownOutputs = outputs / names.length;
      const isConvolution = name.startsWith('encoder.conv');
      const channels = inputs / CONVOLUTION_TAPS;
      const shape = isConvolution ? [ownOutputs, channels, CONVOLUTION_TAPS] : [ownOutputs, inputs];
      const { integers, scales } = await this.#quantize(weight, shape);
      matrices.push({
        integers,
        isSigned: true,
        outputs: ownOutputs,
        outputStride: inputs,
        inputOffsets: isConvolution ? convolutionOffsets(channels, CONVOLUTION_TAPS) : rowOffsets(inputs),
        scales,
        zeros: Int32Array.of(0),
        bias: bias === null ? null : await this.#floats(bias, [ownOutputs]),
      });
    }
    return matrices;
  }

  /** @returns int8 [shape], and one scale for each of its first axis. */
  async #quantize(
    name: string,
    shape: readonly number[],
  ): Promise<{ readonly integers: Uint8Array; readonly scales: Float32Array }> {
    const tensor = this.#find(name, shape);
    const [rows = 0] = shape;
    const rowLength = countElements(shape) / rows;
    const rowsAtOnce = Math.max(1, Math.floor(CHUNK_BYTES / 4 / rowLength));
    const integers = new Int8Array(rows * rowLength);
    const scales = new Float32Array(rows);
    for (let first = 0; first < rows; first += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - first);
      const weights = await this.#read(tensor, first * rowLength, count * rowLength);
      for (let row = 0; row < count; row++) {
        const at = (first + row) * rowLength;
        const scale = quantizeRow(
          weights.subarray(row * rowLength, (row + 1) * rowLength),
          integers.subarray(at, at + rowLength),
        );
        if (Number.isNaN(scale)) throw this.#notANumber(name);
        scales[first + row] = scale;
      }
    }
    return { integers: new Uint8Array(integers.buffer), scales };
  }

  /** All values, which must be finite, of a tensor of that shape. */
  async #floats(name: string, shape: readonly number[]): Promise<Float32Array> {
    const values = await this.#read(this.#find(name, shape), 0, countElements(shape));
    if (!values.every(Number.isFinite)) throw this.#notANumber(name);
    return values;
  }

  #find(name: string, shape: readonly number[]): GgmlTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw this.#corrupt(`it has no tensor ${name}`);
    this.#used.add(name);
    if (tensor.shape.join() === shape.join()) return tensor;
    const [is, must] = [tensor.shape.join(', '), shape.join(', ')];
    throw this.#corrupt(`tensor ${name} has the shape [${is}] instead of [${must}]`);
  }

  async #read({ type, position }: GgmlTensor, first: number, count: number): Promise<Float32Array> {
    throwIfCancelled(this.#request.signal);
    const size = type === 'float32' ? 4 : 2;
    const bytes = new Uint8Array(count * size);
    try {
      await this.#file.read(bytes, position + first * size);
    } catch (thrown) {
      throw toReadError(thrown, this.#request.modelId, this.#path);
    }
    if (type === 'float32') return new Float32Array(bytes.buffer);
    const halves = new Uint16Array(bytes.buffer);
    const values = new Float32Array(count);
    // Once over every weight of the model: Float32Array.from would take ten times as long.
    for (let i = 0; i < count; i++) values[i] = halfToNumber(halves[i]!);
    return values;
  }

  async #hash(): Promise<string> {
    const hash = createHash('sha256');
    const { size } = this.#file;
    const chunk = new Uint8Array(CHUNK_BYTES);
    try {
      for (let done = 0; done < size; done += CHUNK_BYTES) {
        throwIfCancelled(this.#request.signal);
        const part = chunk.subarray(0, Math.min(CHUNK_BYTES, size - done));
        await this.#file.read(part, done);
        hash.update(part);
      }
    } catch (thrown) {
      throw toReadError(thrown, this.#request.modelId, this.#path);
    }
    return hash.digest('hex');
  }

  async #describeLook(): Promise<string> {
    const { size, mtimeNs, ctimeNs } = await this.#file.handle.stat({ bigint: true });
    return [size, mtimeNs, ctimeNs].join(' ');
  }

  #notANumber(name: string): AppError {
    return this.#corrupt(`tensor ${name} holds a value that is not a number`);
  }

  #corrupt(problem: string): AppError {
    return corruptModelError(this.#request.modelId, this.#path, problem);
  }
}

function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
