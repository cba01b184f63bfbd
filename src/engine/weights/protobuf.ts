/**
 * The wire format of protocol buffers, reading only, as much as ONNX files use
 * (https://protobuf.dev/programming-guides/encoding). In: the bytes of one message. Out: its fields in
 * file order, lengths checked against the end. Byte fields are views of the input, not copies: an ONNX
 * file is one message around tens of megabytes of tensor data.
 */

/** The bytes are not a message: a length beyond the end, an endless number, an unknown kind of field. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

export type ProtobufField =
  | { readonly kind: 'varint'; readonly number: number; readonly value: number }
  /** Four or eight little-endian bytes. */
  | { readonly kind: 'fixed32' | 'fixed64'; readonly number: number; readonly value: Uint8Array }
  /** A string, a message, bytes, or packed numbers. */
  | { readonly kind: 'bytes'; readonly number: number; readonly value: Uint8Array };

export function* readFields(bytes: Uint8Array): Generator<ProtobufField> {
  let position = 0;
  const take = (length: number): Uint8Array => {
    const end = position + length;
    if (end > bytes.length) throw new ProtobufError('a field reaches beyond the end');
    const taken = bytes.subarray(position, end);
    position = end;
    return taken;
  };
  const takeVarint = (): number => {
    const { value, next } = readVarint(bytes, position);
    position = next;
    return value;
  };
  while (position < bytes.length) {
    const tag = takeVarint();
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) yield { kind: 'varint', number, value: takeVarint() };
    else if (wireType === 1) yield { kind: 'fixed64', number, value: take(8) };
    else if (wireType === 2) yield { kind: 'bytes', number, value: take(takeLength(takeVarint())) };
    else if (wireType === 5) yield { kind: 'fixed32', number, value: take(4) };
    else throw new ProtobufError(`field ${number} has the unknown wire type ${wireType}`);
  }
}

/** The values of a packed repeated integer field. */
export function readPackedVarints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let position = 0;
  while (position < bytes.length) {
    const { value, next } = readVarint(bytes, position);
    values.push(value);
    position = next;
  }
  return values;
}

function takeLength(length: number): number {
  if (length < 0) throw new ProtobufError('a field has a negative length');
  return length;
}

/**
 * A base-128 number as a signed 64-bit integer. Negative ones take all ten bytes; magnitudes above 2^53
 * lose digits, which no count or small integer of an ONNX file has.
 */
function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let scale = 1;
  for (let index = start; index < start + 7; index++) {
    const byte = byteAt(bytes, index);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: index + 1 };
    scale *= 128;
  }
  let long = BigInt(value);
  for (let index = start + 7; index < start + 10; index++) {
    const byte = byteAt(bytes, index);
    long |= BigInt(byte & 0x7f) << BigInt(7 * (index - start));
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, long)), next: index + 1 };
  }
  throw new ProtobufError('a number has more than ten bytes');
}

function byteAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw new ProtobufError('a number reaches beyond the end');
  return byte;
}
