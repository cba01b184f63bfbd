/**
 * The stored tensors of an ONNX file by name, read without any of the product's code, so that tests of
 * the importer have a second opinion. Only the outermost graph; field numbers as in onnx.proto.
 */
import { readFileSync } from 'node:fs';

export interface StoredTensor {
  readonly dims: readonly number[];
  readonly dataType: number;
  /** raw_data, or a scalar out of float_data or int32_data. */
  readonly raw: Buffer;
  readonly scalar: number;
}

type Field = readonly [number: number, value: number | Buffer];

export function readStoredTensors(path: string): ReadonlyMap<string, StoredTensor> {
  const graph = last(readMessage(readFileSync(path)), 7);
  const tensors = new Map<string, StoredTensor>();
  for (const [number, message] of readMessage(asBuffer(graph))) {
    if (number !== 5) continue;
    const fields = readMessage(asBuffer(message));
    const dims = fields.flatMap(([field, value]) => (field === 1 ? [Number(value)] : []));
    const [floats, integers] = [last(fields, 4), last(fields, 5)];
    let scalar = 0;
    if (floats !== undefined) scalar = asBuffer(floats).readFloatLE(0);
    else if (integers !== undefined) scalar = readVarint(asBuffer(integers), 0)[0];
    const raw = last(fields, 9);
    tensors.set(asBuffer(last(fields, 8)).toString(), {
      dims,
      dataType: Number(last(fields, 2)),
      raw: raw === undefined ? Buffer.alloc(0) : asBuffer(raw),
      scalar,
    });
  }
  return tensors;
}

function readMessage(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag, afterTag] = readVarint(bytes, at);
    const [value, afterValue] = readVarint(bytes, afterTag);
    if (tag % 8 === 0) {
      fields.push([tag >> 3, value]);
      at = afterValue;
    } else if (tag % 8 === 2) {
      fields.push([tag >> 3, bytes.subarray(afterValue, afterValue + value)]);
      at = afterValue + value;
    } else {
      throw new Error(`wire type ${tag % 8} is not expected here`);
    }
  }
  return fields;
}

function readVarint(bytes: Buffer, start: number): readonly [value: number, next: number] {
  let value = 0;
  for (let at = start, scale = 1; ; at++, scale *= 128) {
    value += (bytes[at]! & 0x7f) * scale;
    if (bytes[at]! < 128) return [value, at + 1];
  }
}

function last(fields: readonly Field[], number: number): number | Buffer | undefined {
  return fields.findLast(([field]) => field === number)?.[1];
}

function asBuffer(value: number | Buffer | undefined): Buffer {
  if (!Buffer.isBuffer(value)) throw new Error('bytes were expected');
  return value;
}
