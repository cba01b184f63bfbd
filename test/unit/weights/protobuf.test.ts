import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtobufError, readFields, readPackedVarints } from '../../../src/engine/weights/protobuf.js';
import { bytesField, integerField, varint } from './onnx-writer.js';

const fieldsOf = (bytes: Uint8Array) => [...readFields(bytes)];

describe('readFields', () => {
  it('reads any integer that a double holds exactly, negative ones too', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(fieldsOf(integerField(5, value))).toEqual([{ kind: 'varint', number: 5, value }]);
      }),
    );
  });

  it('gives byte fields as views of the input', () => {
    const bytes = bytesField(900, Uint8Array.of(1, 2, 3));
    const [field] = fieldsOf(bytes);
    expect(field).toMatchObject({ kind: 'bytes', number: 900 });
    expect(field!.value instanceof Uint8Array && field!.value.buffer).toBe(bytes.buffer);
  });

  it('reads fields of fixed width', () => {
    const bytes = Uint8Array.of(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8);
    expect(fieldsOf(bytes)).toEqual([
      { kind: 'fixed32', number: 1, value: Uint8Array.of(1, 2, 3, 4) },
      { kind: 'fixed64', number: 2, value: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    ]);
  });

  it('refuses a message cut anywhere but between two fields', () => {
    const first = bytesField(1, 'name');
    const whole = Buffer.concat([first, integerField(2, 300)]);
    for (let length = 1; length < whole.length; length++) {
      if (length === first.length) continue;
      expect(() => fieldsOf(whole.subarray(0, length))).toThrow(ProtobufError);
    }
  });

  it('refuses numbers without end, negative lengths and groups', () => {
    expect(() => fieldsOf(new Uint8Array(20).fill(0xff))).toThrow('more than ten bytes');
    expect(() => fieldsOf(Buffer.concat([Uint8Array.of(0x0a), varint(-1)]))).toThrow('negative length');
    expect(() => fieldsOf(Uint8Array.of(0x0b))).toThrow('unknown wire type 3');
  });

  it('ends or throws ProtobufError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          fieldsOf(bytes);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ProtobufError);
        }
      }),
    );
  });
});

describe('readPackedVarints', () => {
  it('reads one number after another', () => {
    const values = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 48, 2 ** 49, 2 ** 53 - 1, -1, -128];
    expect(readPackedVarints(Buffer.concat(values.map(varint)))).toEqual(values);
  });
});
