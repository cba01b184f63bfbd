/** Builds WAV files in memory, right ones and wrong ones. */

export interface WavParts {
  readonly container?: 'RIFF' | 'RF64' | 'BW64';
  readonly riffSize?: number;
  readonly tag?: number;
  readonly channels?: number;
  readonly rateHz?: number;
  readonly bits?: number;
  readonly frameBytes?: number;
  /** Replaces the whole content of the fmt chunk. */
  readonly format?: Uint8Array;
  readonly before?: readonly Uint8Array[];
  readonly between?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
  readonly dataSize?: number;
  readonly data: Uint8Array;
}

export function chunk(id: string, content: Uint8Array, declaredSize = content.length): Uint8Array {
  const bytes = Buffer.alloc(8 + content.length + (content.length % 2));
  bytes.write(id, 0, 'latin1');
  bytes.writeUInt32LE(declaredSize, 4);
  bytes.set(content, 8);
  return bytes;
}

export function formatBytes(parts: Omit<WavParts, 'data'>): Uint8Array {
  const { tag = 1, channels = 1, rateHz = 16_000, bits = 16 } = parts;
  const frameBytes = parts.frameBytes ?? channels * Math.ceil(bits / 8);
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(tag, 0);
  bytes.writeUInt16LE(channels, 2);
  bytes.writeUInt32LE(rateHz, 4);
  bytes.writeUInt32LE((rateHz * frameBytes) % 2 ** 32, 8);
  bytes.writeUInt16LE(frameBytes, 12);
  bytes.writeUInt16LE(bits, 14);
  return bytes;
}

export function extensibleBytes(parts: Omit<WavParts, 'data'>): Uint8Array {
  const tail = Buffer.alloc(24);
  tail.writeUInt16LE(22, 0);
  tail.writeUInt16LE(parts.bits ?? 16, 2);
  tail.writeUInt16LE(parts.tag ?? 1, 8);
  tail.set([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 10);
  return Buffer.concat([formatBytes({ ...parts, tag: 0xfffe }), tail]);
}

export function ds64(dataBytes: bigint): Uint8Array {
  const content = Buffer.alloc(28);
  content.writeBigUInt64LE(dataBytes + 72n, 0);
  content.writeBigUInt64LE(dataBytes, 8);
  return chunk('ds64', content);
}

export function wavBytes(parts: WavParts): Uint8Array {
  const body = Buffer.concat([
    ...(parts.before ?? []),
    chunk('fmt ', parts.format ?? formatBytes(parts)),
    ...(parts.between ?? []),
    chunk('data', parts.data, parts.dataSize),
    ...(parts.after ?? []),
  ]);
  const head = Buffer.alloc(12);
  head.write(parts.container ?? 'RIFF', 0, 'latin1');
  head.writeUInt32LE(parts.riffSize ?? body.length + 4, 4);
  head.write('WAVE', 8, 'latin1');
  return Buffer.concat([head, body]);
}

export function int16Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(values).buffer);
}
