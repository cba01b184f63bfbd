/** Writes model files of whisper.cpp, right and wrong, as its models/convert-pt-to-ggml.py does. */
import { numberToHalf } from '../../bench/half-float.js';

export interface GgmlSketch {
  readonly magic: number;
  /** In the file's order. */
  readonly sizes: {
    readonly vocabulary: number;
    readonly audioContext: number;
    readonly audioWidth: number;
    readonly audioHeads: number;
    readonly audioLayers: number;
    readonly textContext: number;
    readonly textWidth: number;
    readonly textHeads: number;
    readonly textLayers: number;
    readonly melBins: number;
    readonly fileType: number;
  };
  readonly filters: readonly [rows: number, columns: number];
  readonly words: readonly Uint8Array[];
  readonly tensors: readonly GgmlTensorSketch[];
}

export interface GgmlTensorSketch {
  readonly name: string;
  /** 0 is float32, 1 is float16. */
  readonly type: number;
  /** The slowest first, as in PyTorch. */
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface GgmlFile {
  readonly bytes: Buffer;
  /** Places where something begins: a field, a word, a tensor's head, its data. The last is the end. */
  readonly edges: readonly number[];
  /** Where each tensor begins, and the end. */
  readonly tensorsAt: readonly number[];
}

export function writeGgml({ magic, sizes, filters, words, tensors }: GgmlSketch): GgmlFile {
  const parts: Buffer[] = [];
  const edges = [0];
  let end = 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    end += part.length;
    edges.push(end);
  };
  for (const value of [magic, ...Object.values(sizes), ...filters]) add(integer(value));
  add(Buffer.alloc(filters[0] * filters[1] * 4));
  add(integer(words.length));
  for (const word of words) {
    add(integer(word.length));
    add(Buffer.from(word));
  }
  const tensorsAt: number[] = [];
  for (const { name, type, shape, values } of tensors) {
    tensorsAt.push(end);
    for (const value of [shape.length, name.length, type, ...shape.toReversed()]) add(integer(value));
    add(Buffer.from(name, 'latin1'));
    add(type === 0 ? floats(values) : halves(values));
  }
  return { bytes: Buffer.concat(parts), edges, tensorsAt: [...tensorsAt, end] };
}

export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes;
}

function floats(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

function halves(values: readonly number[]): Buffer {
  return Buffer.from(Uint16Array.from(values, numberToHalf).buffer);
}
