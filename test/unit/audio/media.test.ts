import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../src/engine/audio/byte-reader.js';
import { displayName } from '../../../src/engine/audio/media-file.js';
import { nameMedia } from '../../../src/engine/audio/media-names.js';

describe('media names', () => {
  const sound = { rateHz: 44_100, channels: 2, hasVideo: false };
  it.each([
    [{ ...sound, formatName: 'mp3', audioCodec: 'mp3', codecs: ['mp3'] }, 'MP3, 44.1 kHz stereo'],
    [
      {
        formatName: 'mov,mp4,m4a',
        audioCodec: 'aac',
        rateHz: 44_100,
        channels: 1,
        hasVideo: true,
        codecs: ['aac', 'h264'],
      },
      'MP4 video, AAC, 44.1 kHz mono',
    ],
    [
      { ...sound, formatName: 'matroska,webm', audioCodec: 'opus', codecs: ['opus'] },
      'WebM, Opus, 44.1 kHz stereo',
    ],
    [
      { ...sound, formatName: 'matroska,webm', audioCodec: 'aac', codecs: ['aac'] },
      'Matroska, AAC, 44.1 kHz stereo',
    ],
    [
      { ...sound, formatName: 'aiff', audioCodec: 'pcm_s16be', codecs: [] },
      'AIFF, 16-bit PCM, 44.1 kHz stereo',
    ],
    [
      { ...sound, formatName: 'ogg', audioCodec: 'vorbis', channels: 6, codecs: [] },
      'Ogg, Vorbis, 44.1 kHz 6 channels',
    ],
    [
      { formatName: 'wav', audioCodec: null, rateHz: null, channels: null, hasVideo: false, codecs: [] },
      'WAV, unknown codec',
    ],
  ])('are what people say: %o', (kind, expected) => {
    expect(nameMedia(kind)).toBe(expected);
  });
});

describe('names in messages', () => {
  it('show the last part of the path, on one line, whatever its bytes', () => {
    expect(displayName('/a/b c.mp3')).toBe('“b c.mp3”');
    expect(displayName('/a/folder/')).toBe('“folder”');
    expect(displayName('two\nlines\x1b[31m.wav')).toBe('“two\u{FFFD}lines\u{FFFD}[31m.wav”');
    expect(displayName(Uint8Array.of(0x2f, 0x61, 0xff, 0x62))).toBe('“a\u{FFFD}b”');
  });
});

describe('byte reader', () => {
  function readerOf(chunks: number[][]): ByteReader {
    const left = chunks.map((chunk) => Uint8Array.from(chunk));
    return new ByteReader({ next: () => Promise.resolve(left.shift() ?? null) }, { isReplayable: true });
  }

  it('replays everything from the first byte, whatever was read, peeked or skipped', async () => {
    const reader = readerOf([[1, 2, 3], [4], [5, 6, 7, 8], [9]]);
    await reader.read(2);
    await reader.skip(3);
    await reader.peek(2);

    const all: number[] = [];
    reader.rewind();
    for await (const bytes of reader.rest()) {
      all.push(...bytes);
    }

    expect(all).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('forgets the beginning after 1 MiB instead of keeping ever more', async () => {
    const reader = new ByteReader(
      { next: () => Promise.resolve(new Uint8Array(65_536)) },
      { isReplayable: true },
    );

    await reader.skip(1024 * 1024);
    expect(reader.canReplay).toBe(true);
    await reader.skip(1);
    expect(reader.canReplay).toBe(false);
  });
});
