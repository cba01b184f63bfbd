import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../src/engine/audio/byte-reader.js';
import { readWavHeader } from '../../../src/engine/audio/wav-header.js';
import { framesToSamples, openWav } from '../../../src/engine/audio/wav-stream.js';
import type { WavSound } from '../../../src/engine/audio/wav-stream.js';
import { AppError } from '../../../src/shared/errors.js';
import { chunk, ds64, extensibleBytes, formatBytes, int16Bytes, wavBytes } from './wav-bytes.js';

/** A pipe that gives the bytes in pieces of a given size. */
function piecewise(bytes: Uint8Array, pieceBytes: number): ByteReader {
  let offset = 0;
  return new ByteReader({
    next: () => {
      const piece = bytes.subarray(offset, offset + pieceBytes);
      offset += piece.length;
      return Promise.resolve(piece.length === 0 ? null : piece);
    },
  });
}

async function openBytes(bytes: Uint8Array, { pieceBytes = 1000, isPipe = false } = {}): Promise<WavSound> {
  const reader = piecewise(bytes, pieceBytes);
  const content = await readWavHeader(reader, 'x.wav');
  if (content.kind !== 'readable') {
    throw new Error(content.kind);
  }
  return openWav(reader, content.header, isPipe ? null : bytes.length - reader.position);
}

async function readAll(sound: WavSound): Promise<number[]> {
  const all: number[] = [];
  for await (const block of sound.blocks) {
    all.push(...block);
  }
  return all;
}

async function samplesOf(bytes: Uint8Array, options = {}): Promise<number[]> {
  return readAll(await openBytes(bytes, options));
}

const VALUES = [1, -2, 300, -32_768, 32_767, 0];
const FLOATS = VALUES.map((value) => value / 32_768);
const data = int16Bytes(VALUES);

describe('WAV reader', () => {
  it('reads 16-bit mono at 16 kHz exactly, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 70 }),
        async (values, pieceBytes) => {
          const read = await samplesOf(wavBytes({ data: int16Bytes(values) }), { pieceBytes });

          expect(read).toEqual(values.map((value) => Math.fround(value / 32_768)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    [
      'JUNK and LIST before fmt',
      { before: [chunk('JUNK', new Uint8Array(28)), chunk('LIST', Buffer.from('INFOxx'))] },
    ],
    ['an odd chunk with its padding byte', { between: [chunk('bext', Buffer.from('abc'))] }],
    [
      'an odd chunk without its padding byte',
      { between: [chunk('bext', Buffer.from('abc')).subarray(0, 11)] },
    ],
    ['a chunk after the sound', { after: [chunk('LIST', Buffer.from('INFOwhatever'))] }],
    ['the size 0xFFFFFFFF', { dataSize: 0xffffffff, riffSize: 0xffffffff }],
    ['a size of 0 in an unfinished header', { dataSize: 0, riffSize: 36 }],
    ['a size of 0 and a RIFF size of 0', { dataSize: 0, riffSize: 0 }],
    ['the size SoX writes to pipes', { dataSize: 0x7ffff000 }],
    ['an extensible format', { format: extensibleBytes({}) }],
    ['a format of 14 bytes', { format: formatBytes({}).subarray(0, 14) }],
    ['a frame size of 0', { frameBytes: 0 }],
    ['RF64 with ds64', { container: 'RF64' as const, before: [ds64(12n)], dataSize: 0xffffffff }],
    [
      'BW64 whose ds64 was never filled in',
      { container: 'BW64' as const, before: [ds64(0n)], dataSize: 0xffffffff },
    ],
  ])('reads the whole sound with %s', async (_what, parts) => {
    for (const isPipe of [false, true]) {
      const sound = await openBytes(wavBytes({ data, ...parts }), { isPipe });

      expect(await readAll(sound)).toEqual(FLOATS);
      expect(sound.warning()).toBeNull();
    }
  });

  it('takes a size of 0 as true when further chunks follow', async () => {
    const bytes = wavBytes({ data: new Uint8Array(0), after: [chunk('LIST', Buffer.from('INFOwhatever'))] });

    expect(await samplesOf(bytes)).toEqual([]);
  });

  it('says that the file is cut short when its header promises more', async () => {
    const seconds = (count: number): Uint8Array => new Uint8Array(count * 32_000);
    for (const isPipe of [false, true]) {
      const bytes = wavBytes({ data: seconds(3), dataSize: 65 * 32_000 });
      const sound = await openBytes(bytes.subarray(0, bytes.length - 1), { isPipe });

      expect((await readAll(sound)).length).toBe(3 * 16_000 - 1);
      expect(sound.warning()).toBe(
        'The file is cut short: its header promises 1:05 of sound, but only 0:02 is there.',
      );
    }
  });

  it('knows the length beforehand, from a pipe only if the header tells', async () => {
    const known = wavBytes({ data });
    const unknown = wavBytes({ data, dataSize: 0xffffffff });

    expect((await openBytes(known)).expectedDuration).toBe(6);
    expect((await openBytes(known, { isPipe: true })).expectedDuration).toBe(6);
    expect((await openBytes(unknown)).expectedDuration).toBe(6);
    expect((await openBytes(unknown, { isPipe: true })).expectedDuration).toBeNull();
  });

  it('mixes channels to their mean', async () => {
    const bytes = wavBytes({ data: int16Bytes([100, 300, -5, 5, 8192, 0]), channels: 2 });

    expect(await samplesOf(bytes)).toEqual([200 / 32_768, 0, 0.125]);
  });

  it('names the format for people', async () => {
    const bytes = wavBytes({ data: new Uint8Array(12), channels: 2, rateHz: 44_100, bits: 24 });

    expect((await openBytes(bytes)).format).toBe('WAV, 24-bit PCM, 44.1 kHz stereo');
  });

  it('computes lengths of ten hours and more without overflow', () => {
    expect(framesToSamples(10 * 3600 * 44_100, 44_100)).toBe(576_000_000);
    expect(framesToSamples(1000 * 3600 * 768_000 + 1, 768_000)).toBe(57_600_000_000);
    expect(framesToSamples(44_101, 44_101)).toBe(16_000);
  });

  it('reads on past 4 GiB when the 32-bit size has wrapped around', () => {
    const header = { encoding: 'signed16', rateHz: 16_000, channels: 1, bytesPerSample: 2 } as const;
    const available = 5 * 2 ** 30;
    const sound = openWav(
      piecewise(new Uint8Array(0), 1),
      { ...header, dataBytes: available % 2 ** 32 },
      available,
    );

    expect(sound.expectedDuration).toBe(available / 2);
  });
});

describe('WAV encodings', () => {
  const bytesOf = (array: Float32Array | Float64Array | Int32Array): Uint8Array =>
    new Uint8Array(array.buffer);
  it.each([
    ['8-bit', { bits: 8, data: Uint8Array.of(0, 64, 128, 255) }, [-1, -0.5, 0, 127 / 128]],
    [
      '24-bit',
      { bits: 24, data: Uint8Array.of(0, 0, 0x80, 0, 0, 0x40, 0xff, 0xff, 0xff) },
      [-1, 0.5, -(2 ** -23)],
    ],
    ['20 bits in 24', { bits: 20, data: Uint8Array.of(0, 0, 0x40) }, [0.5]],
    [
      '24 bits in 32',
      { bits: 24, frameBytes: 4, data: bytesOf(Int32Array.of(-(2 ** 31), 2 ** 30)) },
      [-1, 0.5],
    ],
    ['32-bit', { bits: 32, data: bytesOf(Int32Array.of(-(2 ** 31), 2 ** 29)) }, [-1, 0.25]],
    ['float', { tag: 3, bits: 32, data: bytesOf(Float32Array.of(0.1, -1)) }, [Math.fround(0.1), -1]],
    ['double', { tag: 3, bits: 64, data: bytesOf(Float64Array.of(0.1, -1)) }, [Math.fround(0.1), -1]],
    // ITU-T G.711: code 0xFF is zero, 0x00 and 0x80 are the extremes of mu-law; 0xD5 and 0x55 the least of A-law.
    [
      'mu-law',
      { tag: 7, bits: 8, data: Uint8Array.of(0xff, 0, 0x80) },
      [0, -32_124 / 32_768, 32_124 / 32_768],
    ],
    [
      'A-law',
      { tag: 6, bits: 8, data: Uint8Array.of(0xd5, 0x55, 0xaa) },
      [8 / 32_768, -8 / 32_768, 32_256 / 32_768],
    ],
  ])('reads %s', async (_name, parts, expected) => {
    expect(await samplesOf(wavBytes(parts))).toEqual(expected);
    expect(await samplesOf(wavBytes({ ...parts, format: extensibleBytes(parts) }))).toEqual(expected);
  });

  it.each([
    ['ADPCM', { tag: 2, bits: 4 }],
    ['MP3', { tag: 0x55, bits: 0, frameBytes: 1 }],
    ['64-bit integers', { tag: 1, bits: 64 }],
    ['an extensible format with a foreign guid', { tag: 0xfffe }],
  ])('leaves %s to ffmpeg', async (_name, parts) => {
    const reader = piecewise(wavBytes({ ...parts, data }), 1000);

    expect(await readWavHeader(reader, 'x.wav')).toEqual({ kind: 'other-codec' });
  });
});

describe('damaged WAV headers', () => {
  it.each([
    ['rate 0', wavBytes({ rateHz: 0, data })],
    ['rate 4 GHz', wavBytes({ rateHz: 4_000_000_000, data })],
    ['no channels', wavBytes({ channels: 0, frameBytes: 2, data })],
    ['60,000 channels', wavBytes({ channels: 60_000, frameBytes: 2, data })],
    [
      'no fmt chunk before the sound',
      Buffer.concat([wavBytes({ data }).subarray(0, 12), chunk('data', data)]),
    ],
    ['a fmt chunk of 4 bytes', wavBytes({ format: new Uint8Array(4), data })],
    ['nothing after the fmt chunk', wavBytes({ data }).subarray(0, 36)],
    ['zeros instead of chunks', Buffer.concat([wavBytes({ data }).subarray(0, 12), new Uint8Array(5000)])],
    ['a chunk that claims 4 GiB', wavBytes({ between: [chunk('LIST', data, 0xfffffff0)], data })],
  ])('refuses %s with a typed error', async (_what, bytes) => {
    await expect(samplesOf(bytes)).rejects.toMatchObject({ code: 'damaged-audio' });
  });

  it('never fails otherwise, whatever byte of the header is wrong', async () => {
    const bytes = wavBytes({ data, before: [chunk('LIST', Buffer.from('INFO'))] });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 12, max: 60 }), fc.integer({ min: 0, max: 255 })), {
          maxLength: 6,
        }),
        async (changes) => {
          const wrong = Uint8Array.from(bytes);
          changes.forEach(([place, value]) => {
            wrong[place] = value;
          });
          const reader = piecewise(wrong, 64);
          try {
            const content = await readWavHeader(reader, 'x.wav');
            if (content.kind === 'readable') {
              await readAll(openWav(reader, content.header, wrong.length - reader.position));
            }
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(AppError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
