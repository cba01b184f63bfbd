/**
 * The decoder's key/value caches as ONNX Runtime wants them: float32 [rows, heads, positions, headWidth]
 * for every layer, keys and values, under the names of the Hugging Face export.
 */
import type { ModelDimensions } from './backend.js';
import * as ort from '../onnx-runtime.js';

type Feeds = Record<string, ort.Tensor>;

export class CacheShape {
  readonly heads: number;
  readonly headWidth: number;
  readonly audioContext: number;
  readonly textContext: number;
  /** One name a tensor: "0.decoder.key" without its prefix is `0`, `key`. */
  readonly slots: readonly { readonly layer: number; readonly part: 'key' | 'value' }[];

  constructor(dimensions: ModelDimensions) {
    this.heads = dimensions.heads;
    this.headWidth = dimensions.width / dimensions.heads;
    this.audioContext = dimensions.audioContext;
    this.textContext = dimensions.textContext;
    this.slots = Array.from({ length: dimensions.decoderLayers }, (_, layer) => [
      { layer, part: 'key' as const },
      { layer, part: 'value' as const },
    ]).flat();
  }

  /** One tensor a slot over the given buffers. */
  tensors(
    buffers: readonly Float32Array<ArrayBuffer>[],
    name: (slot: CacheShape['slots'][number]) => string,
    rows: number,
    positions: number,
  ): Feeds {
    const size = rows * this.heads * positions * this.headWidth;
    const dims = [rows, this.heads, positions, this.headWidth];
    return Object.fromEntries(
      this.slots.map((slot, i) => [
        name(slot),
        new ort.Tensor('float32', buffers[i]!.subarray(0, size), dims),
      ]),
    );
  }

  allocate(rows: number, positions: number): Float32Array<ArrayBuffer>[] {
    const size = rows * this.heads * positions * this.headWidth;
    return this.slots.map(() => new Float32Array(size));
  }

  get none(): Float32Array<ArrayBuffer>[] {
    return this.slots.map(() => new Float32Array(0));
  }
}

/** Keys and values of the tokens so far: two sets of buffers, one read and one written by each step. */
export class SelfCache {
  readonly #shape: CacheShape;
  #current: Float32Array<ArrayBuffer>[];
  #next: Float32Array<ArrayBuffer>[];
  #capacityRows = 1;
  rowCount = 1;
  length = 0;

  constructor(shape: CacheShape) {
    this.#shape = shape;
    this.#current = shape.allocate(1, shape.textContext);
    this.#next = shape.allocate(1, shape.textContext);
  }

  reset(rowCount: number): void {
    this.rowCount = rowCount;
    this.length = 0;
  }

  emptyInputs(): Feeds {
    return this.#shape.tensors(this.#shape.none, inputName, this.rowCount, 0);
  }

  inputs(): Feeds {
    return this.#shape.tensors(this.#current, inputName, this.rowCount, this.length);
  }

  /** Where the run writes the cache with `added` tokens more; `advance` then makes it current. */
  outputs(added: number): Feeds {
    const length = this.length + added;
    if (length > this.#shape.textContext) {
      throw new RangeError(`the text context of ${this.#shape.textContext} tokens is full`);
    }
    return this.#shape.tensors(this.#next, outputName, this.rowCount, length);
  }

  advance(added: number): void {
    this.length += added;
    [this.#current, this.#next] = [this.#next, this.#current];
  }

  reorder(parents: readonly number[]): void {
    if (parents.length > this.#capacityRows) this.#grow(parents.length);
    const rowSize = this.#shape.heads * this.length * this.#shape.headWidth;
    this.#current.forEach((from, slot) => {
      const to = this.#next[slot]!;
      parents.forEach((parent, row) => {
        to.set(from.subarray(parent * rowSize, (parent + 1) * rowSize), row * rowSize);
      });
    });
    this.rowCount = parents.length;
    this.advance(0);
  }

  #grow(rows: number): void {
    const grown = this.#shape.allocate(rows, this.#shape.textContext);
    grown.forEach((buffer, slot) => {
      buffer.set(this.#current[slot]!);
    });
    this.#current = grown;
    this.#next = this.#shape.allocate(rows, this.#shape.textContext);
    this.#capacityRows = rows;
  }
}

/** Keys and values of a window's sound: written once by the prompt pass, read by every step. */
export class CrossCache {
  readonly #shape: CacheShape;
  readonly #buffers: Float32Array<ArrayBuffer>[];
  /** The same, repeated for several rows: ONNX Runtime wants the batch written out. */
  #copies: Float32Array<ArrayBuffer>[] = [];
  #capacityRows = 0;
  /** How many rows of the copies are those of the window. */
  #copiedRows = 0;

  constructor(shape: CacheShape) {
    this.#shape = shape;
    this.#buffers = shape.allocate(1, shape.audioContext);
  }

  static emptyInputs(shape: CacheShape): Feeds {
    return shape.tensors(shape.none, crossInputName, 1, 0);
  }

  outputs(): Feeds {
    return this.#shape.tensors(this.#buffers, crossOutputName, 1, this.#shape.audioContext);
  }

  /** To be called when `outputs` were written again. */
  forgetCopies(): void {
    this.#copiedRows = 0;
  }

  inputs(rows: number): Feeds {
    if (rows > 1 && rows > this.#copiedRows) this.#copyTo(rows);
    const buffers = rows === 1 ? this.#buffers : this.#copies;
    return this.#shape.tensors(buffers, crossInputName, rows, this.#shape.audioContext);
  }

  #copyTo(rows: number): void {
    if (rows > this.#capacityRows) {
      this.#copies = this.#shape.allocate(rows, this.#shape.audioContext);
      this.#capacityRows = rows;
    }
    this.#copies.forEach((to, slot) => {
      const from = this.#buffers[slot]!;
      for (let row = 0; row < rows; row++) to.set(from, row * from.length);
    });
    this.#copiedRows = rows;
  }
}

type Slot = CacheShape['slots'][number];
const inputName = ({ layer, part }: Slot): string => `past_key_values.${layer}.decoder.${part}`;
const outputName = ({ layer, part }: Slot): string => `present.${layer}.decoder.${part}`;
const crossInputName = ({ layer, part }: Slot): string => `past_key_values.${layer}.encoder.${part}`;
const crossOutputName = ({ layer, part }: Slot): string => `present.${layer}.encoder.${part}`;
