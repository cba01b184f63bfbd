/**
 * Makes whisper.cpp's q8_0 model out of its fp16 one, as its own examples/quantize does (whisper.cpp 1.9,
 * examples/quantize/quantize.cpp and examples/common-ggml.cpp): matrices of two dimensions become blocks of
 * 32 int8 with one fp16 scale (ggml-common.h, block_q8_0; ggml-quants.c, quantize_row_q8_0_ref); everything
 * else is copied. In: the bytes of a ggml file. Out: the bytes of another.
 */
import { halfToNumber } from '../../src/engine/weights/half-float.js';
import { numberToHalf } from './half-float.js';

/** "ggml" as a little-endian number. */
const MAGIC = 0x67676d6c;
const HEADER_FIELDS = 11;
const FILE_TYPE_FIELD = 10;
/** GGML_QNT_VERSION 2 * GGML_QNT_VERSION_FACTOR 1000 + GGML_FTYPE_MOSTLY_Q8_0 7. */
const FILE_TYPE_Q8_0 = 2007;
const TYPE_F32 = 0;
const TYPE_F16 = 1;
const TYPE_Q8_0 = 8;
/** examples/quantize/quantize.cpp, to_skip: two dimensions, but not weights. */
const SKIPPED: ReadonlySet<string> = new Set([
  'encoder.conv1.bias',
  'encoder.conv2.bias',
  'encoder.positional_embedding',
  'decoder.positional_embedding',
]);

export const BLOCK_VALUES = 32;
export const BLOCK_BYTES = 2 + BLOCK_VALUES;

interface Tensor {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly elements: number;
  /** From the number of dimensions to the end of the name. */
  readonly header: Buffer;
  readonly data: Buffer;
}

/** @param source float32 values, a whole number of blocks. */
export function quantizeBlocks(source: Float32Array): Buffer {
  if (source.length % BLOCK_VALUES !== 0)
    throw new Error(`${source.length} values are not whole blocks of 32`);
  const target = Buffer.alloc((source.length / BLOCK_VALUES) * BLOCK_BYTES);
  for (let from = 0, to = 0; from < source.length; from += BLOCK_VALUES, to += BLOCK_BYTES) {
    let largest = 0;
    for (let i = 0; i < BLOCK_VALUES; i++) largest = Math.max(largest, Math.abs(source[from + i]!));
    // In float32 throughout, as in C: the integers must be the same.
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    target.writeUInt16LE(numberToHalf(scale), to);
    for (let i = 0; i < BLOCK_VALUES; i++) {
      target.writeInt8(roundAway(Math.fround(source[from + i]! * inverse)), to + 2 + i);
    }
  }
  return target;
}

/** C's roundf: halves go away from zero. */
function roundAway(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

export function quantizeGgml(file: Buffer): Buffer {
  if (file.length < 4 || file.readUInt32LE(0) !== MAGIC) throw new Error('not a ggml file');
  const tensorsAt = findTensors(file);
  const head = Buffer.from(file.subarray(0, tensorsAt));
  head.writeInt32LE(FILE_TYPE_Q8_0, 4 + FILE_TYPE_FIELD * 4);
  const parts: Buffer[] = [head];
  for (let at = tensorsAt; at < file.length;) {
    const tensor = readTensor(file, at);
    parts.push(...quantizeTensor(tensor));
    at += tensor.header.length + tensor.data.length;
  }
  return Buffer.concat(parts);
}

/** Past the header, the mel filters (count, size, float32 each) and the vocabulary (length and bytes each). */
function findTensors(file: Buffer): number {
  let at = 4 + HEADER_FIELDS * 4;
  at += 8 + file.readInt32LE(at) * file.readInt32LE(at + 4) * 4;
  const words = file.readInt32LE(at);
  at += 4;
  for (let i = 0; i < words; i++) at += 4 + file.readUInt32LE(at);
  return at;
}

function readTensor(file: Buffer, at: number): Tensor {
  const dimensions = file.readInt32LE(at);
  const nameBytes = file.readInt32LE(at + 4);
  const type = file.readInt32LE(at + 8);
  const shape = Array.from({ length: dimensions }, (_size, i) => file.readInt32LE(at + 12 + 4 * i));
  const nameAt = at + 12 + 4 * dimensions;
  const dataAt = nameAt + nameBytes;
  const name = file.toString('utf8', nameAt, dataAt);
  if (type !== TYPE_F32 && type !== TYPE_F16)
    throw new Error(`${name} has type ${type}, not float32 or float16`);
  const elements = shape.reduce((product, size) => product * size, 1);
  const end = dataAt + elements * (type === TYPE_F32 ? 4 : 2);
  if (end > file.length) throw new Error(`${name} is cut short`);
  return { name, type, shape, elements, header: file.subarray(at, dataAt), data: file.subarray(dataAt, end) };
}

function quantizeTensor(tensor: Tensor): readonly Buffer[] {
  if (tensor.shape.length !== 2 || SKIPPED.has(tensor.name)) return [tensor.header, tensor.data];
  const rowLength = tensor.shape[0] ?? 0;
  if (rowLength % BLOCK_VALUES !== 0) throw new Error(`rows of ${tensor.name} are not whole blocks of 32`);
  const header = Buffer.from(tensor.header);
  header.writeInt32LE(TYPE_Q8_0, 8);
  return [header, quantizeBlocks(readValues(tensor))];
}

function readValues({ type, elements, data }: Tensor): Float32Array {
  const read =
    type === TYPE_F32
      ? (i: number) => data.readFloatLE(4 * i)
      : (i: number) => halfToNumber(data.readUInt16LE(2 * i));
  return Float32Array.from({ length: elements }, (_value, i) => read(i));
}
