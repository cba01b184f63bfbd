/**
 * The model file of whisper.cpp, as its models/convert-pt-to-ggml.py writes it and its src/whisper.cpp
 * (whisper_model_load) reads it; everything little-endian, integers int32:
 *
 *   "ggml" as a number, then eleven sizes: vocabulary, audio context, audio width, audio heads, audio
 *   layers, text context, text width, text heads, text layers, mel bins, kind of file
 *   mel filters   rows, columns, float32 [rows][columns]
 *   vocabulary    count, then for each token its length and its bytes
 *   tensors       until the end of the file: number of dimensions, length of the name, type, sizes
 *                 (the fastest first), name, data
 *
 * In: bytes on request. Out: what the model is, its tokens, and where each tensor is; or GgmlError. No
 * weight is read here, and no more is in memory than one buffer and the result, whatever the file claims.
 *
 * The surprising thing: the mel filters are passed over. They are the ones that mel/filterbank.ts computes.
 */
import type { ModelDimensions } from '../backend/backend.js';

/** The bytes are not a model that can be read: the message continues "it cannot be used: ". */
export class GgmlError extends Error {
  override readonly name = 'GgmlError';
}

export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Fills the target from that place on. Throws when the bytes are not there. */
  read(target: Uint8Array, position: number): Promise<void>;
}

export interface GgmlHead {
  readonly dimensions: ModelDimensions;
  /** Bytes of each token, one a character, by its id: all that are text, and at times some that are not. */
  readonly words: readonly string[];
  /** Where the first tensor begins. */
  readonly tensorsAt: number;
}

export interface GgmlTensor {
  readonly type: 'float32' | 'float16';
  /** Sizes, the slowest first; sizes of 1 at the end are left out, as the converter is not of one mind there. */
  readonly shape: readonly number[];
  /** Of its data in the file. */
  readonly position: number;
  readonly bytes: number;
}

/** "ggml" as a little-endian number. */
const MAGIC = 0x67676d6c;
const INTEGER_BYTES = 4;
const SIZE_FIELDS = 11;
/** Bins of the spectrum that a mel filter has: 400 / 2 + 1. */
const SPECTRUM_BINS = 201;
const MEL_BINS = 80;
const AUDIO_CONTEXT = 1500;

/** Bounds of what a damaged file can ask for; far above any Whisper model. */
const MAXIMUM_SIZE = 1_000_000;
const MAXIMUM_LAYERS = 256;
const MAXIMUM_WORD_BYTES = 1024;
const MAXIMUM_NAME_BYTES = 256;
const MAXIMUM_TENSORS = 10_000;
const MAXIMUM_DIMENSIONS = 4;

const BUFFER_BYTES = 256 * 1024;

/** Throws GgmlError. */
export async function readGgmlHead(source: ByteSource): Promise<GgmlHead> {
  const cursor = new Cursor(source, 0);
  await cursor.need(INTEGER_BYTES, 'its first bytes');
  if (cursor.integer() !== MAGIC) throw new GgmlError('it is not a ggml file of whisper.cpp');
  await cursor.need(SIZE_FIELDS * INTEGER_BYTES, 'its sizes');
  const dimensions = readSizes(cursor);
  await cursor.need(2 * INTEGER_BYTES, 'its mel filters');
  const filters = [cursor.integer(), cursor.integer()];
  if (filters[0] !== MEL_BINS || filters[1] !== SPECTRUM_BINS) {
    throw new GgmlError(
      `its mel filters are ${filters.join(' x ')} instead of ${MEL_BINS} x ${SPECTRUM_BINS}`,
    );
  }
  cursor.skip(MEL_BINS * SPECTRUM_BINS * 4, 'its mel filters');
  const words = await readWords(cursor, dimensions.vocabularySize);
  return { dimensions, words, tensorsAt: cursor.position };
}

/** By name. Throws GgmlError. */
export async function readGgmlTensors(
  source: ByteSource,
  tensorsAt: number,
): Promise<ReadonlyMap<string, GgmlTensor>> {
  const cursor = new Cursor(source, tensorsAt);
  const tensors = new Map<string, GgmlTensor>();
  while (cursor.position < source.size) {
    if (tensors.size === MAXIMUM_TENSORS) throw new GgmlError('it has more tensors than any model');
    const { name, tensor } = await readTensor(cursor);
    if (tensors.has(name)) throw new GgmlError(`it has the tensor ${name} twice`);
    tensors.set(name, tensor);
  }
  return tensors;
}

function readSizes(cursor: Cursor): ModelDimensions {
  const take = (what: string, maximum = MAXIMUM_SIZE): number => {
    const value = cursor.integer();
    if (value >= 1 && value <= maximum) return value;
    throw new GgmlError(`it states ${value} as its ${what}`);
  };
  const vocabularySize = take('size of the vocabulary');
  const audioContext = take('audio context');
  const width = take('audio width');
  const heads = take('number of audio heads');
  const encoderLayers = take('number of encoder layers', MAXIMUM_LAYERS);
  const textContext = take('text context');
  const textWidth = take('text width');
  const textHeads = take('number of text heads');
  const decoderLayers = take('number of decoder layers', MAXIMUM_LAYERS);
  const melBins = take('number of mel bins');
  // The kind of file; the tensors state their own types.
  cursor.integer();
  if (textWidth !== width || textHeads !== heads) {
    throw new GgmlError('its encoder and its decoder are of different widths');
  }
  if (melBins !== MEL_BINS) throw new GgmlError(`it wants ${melBins} mel bins, not ${MEL_BINS}`);
  if (audioContext !== AUDIO_CONTEXT) {
    throw new GgmlError(`its audio context is ${audioContext}, not ${AUDIO_CONTEXT}`);
  }
  return { melBins, audioContext, textContext, width, heads, encoderLayers, decoderLayers, vocabularySize };
}

async function readWords(cursor: Cursor, vocabularySize: number): Promise<readonly string[]> {
  const what = 'its vocabulary';
  await cursor.need(INTEGER_BYTES, what);
  const count = cursor.integer();
  if (count < 1 || count > vocabularySize) throw new GgmlError(`its vocabulary has ${count} tokens`);
  const words: string[] = [];
  for (let id = 0; id < count; id++) {
    if (cursor.available < INTEGER_BYTES) await cursor.need(INTEGER_BYTES, what);
    const bytes = cursor.integer();
    if (bytes < 0 || bytes > MAXIMUM_WORD_BYTES) {
      throw new GgmlError(`its vocabulary has a token of ${bytes} bytes`);
    }
    if (cursor.available < bytes) await cursor.need(bytes, what);
    words.push(Buffer.from(cursor.bytes(bytes)).toString('latin1'));
  }
  return words;
}

async function readTensor(cursor: Cursor): Promise<{ readonly name: string; readonly tensor: GgmlTensor }> {
  const what = 'the head of a tensor';
  await cursor.need(3 * INTEGER_BYTES, what);
  const [dimensions, nameBytes, typeNumber] = [cursor.integer(), cursor.integer(), cursor.integer()];
  if (dimensions < 1 || dimensions > MAXIMUM_DIMENSIONS) {
    throw new GgmlError(`it has a tensor of ${dimensions} dimensions`);
  }
  if (nameBytes < 1 || nameBytes > MAXIMUM_NAME_BYTES) {
    throw new GgmlError(`it has a tensor with a name of ${nameBytes} bytes`);
  }
  await cursor.need(dimensions * INTEGER_BYTES + nameBytes, what);
  const sizes = Array.from({ length: dimensions }, () => cursor.integer());
  const name = Buffer.from(cursor.bytes(nameBytes)).toString('latin1');
  if (sizes.some((size) => size < 1 || size > MAXIMUM_SIZE)) {
    throw new GgmlError(`its tensor ${name} has the sizes ${sizes.join(', ')}`);
  }
  const type = chooseType(name, typeNumber);
  const bytes = sizes.reduce((product, size) => product * size, type === 'float32' ? 4 : 2);
  const { position } = cursor;
  cursor.skip(bytes, `the tensor ${name}`);
  return { name, tensor: { type, shape: toShape(sizes), position, bytes } };
}

/** ggml.h, enum ggml_type: 0 is float32, 1 is float16, the others are quantised or not used for models. */
function chooseType(name: string, type: number): GgmlTensor['type'] {
  if (type === 0) return 'float32';
  if (type === 1) return 'float16';
  throw new GgmlError(
    `its tensor ${name} is of type ${type}; only float16 and float32 are read, so take the file that is not quantised`,
  );
}

/** The converter writes a bias of N values as [N], and that of a convolution as [N, 1]. */
function toShape(sizes: readonly number[]): readonly number[] {
  const shape = sizes.toReversed();
  while (shape.length > 1 && shape.at(-1) === 1) shape.pop();
  return shape;
}

/** Reads forward through a buffer of fixed size. */
class Cursor {
  readonly #source: ByteSource;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  /** Place in the file of the buffer's first byte. */
  #bufferAt: number;
  /** Bytes in the buffer. */
  #filled = 0;
  /** Place in the file of the next byte. */
  position: number;

  constructor(source: ByteSource, position: number) {
    this.#source = source;
    this.#bufferAt = position;
    this.position = position;
  }

  /** Bytes that can be taken without reading. */
  get available(): number {
    return Math.max(0, this.#bufferAt + this.#filled - this.position);
  }

  /** Sees to it that `count` bytes, at most BUFFER_BYTES, can be taken. */
  async need(count: number, what: string): Promise<void> {
    if (this.available >= count) return;
    const rest = this.#source.size - this.position;
    if (rest < count) throw cutShort(what);
    this.#bufferAt = this.position;
    this.#filled = Math.min(BUFFER_BYTES, rest);
    await this.#source.read(this.#buffer.subarray(0, this.#filled), this.position);
  }

  integer(): number {
    const value = this.#buffer.readInt32LE(this.position - this.#bufferAt);
    this.position += INTEGER_BYTES;
    return value;
  }

  /** A copy. */
  bytes(count: number): Uint8Array {
    const begin = this.position - this.#bufferAt;
    this.position += count;
    return new Uint8Array(this.#buffer.subarray(begin, begin + count));
  }

  skip(count: number, what: string): void {
    if (count > this.#source.size - this.position) throw cutShort(what);
    this.position += count;
  }
}

function cutShort(what: string): GgmlError {
  return new GgmlError(`it is cut short in ${what}`);
}
