/** What files and pipes can do to a program that opens them. Recordings are made here, by ffmpeg. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  createReadStream,
  mkdtempSync,
  readFileSync,
} from 'node:fs';
import { rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AudioSource } from '../../src/engine/audio/audio.js';
import { openAudio } from '../../src/engine/audio/open.js';
import { makeRecording, openDescriptors, readAudio, runningChildren } from './audio-reading.js';

let folder = '';
const at = (name: string): string => join(folder, name);
const pipe = (stream: Readable): AudioSource => ({ kind: 'stream', name: 'standard input', stream });
const tone = (seconds: number): string[] => ['-f', 'lavfi', '-i', `sine=440:r=44100:d=${seconds}`];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audio test '));
  chmodSync(folder, 0o755);
  makeRecording(...tone(3), at('tone.mp3'));
  makeRecording(...tone(3), at('tone.wav'));
  makeRecording(...tone(3), at('tone.flac'));
  makeRecording(...tone(1200), at('long.flac'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
  expect(runningChildren()).toEqual([]);
});

describe('names', () => {
  it.each([
    'with space.mp3',
    '\'single\' "double" $(touch x) `y`;.mp3',
    'two\nlines.mp3',
    '-i.mp3',
    'http:tone.mp3',
    'percent %03d.mp3',
    'no extension',
  ])('%j is read', async (name) => {
    copyFileSync(at('tone.mp3'), at(name));

    const { samples } = await readAudio(at(name));

    expect(samples.length).toBe(48_000);
  });

  it('of bytes that are not UTF-8 are read', async () => {
    for (const extension of ['mp3', 'wav']) {
      const path = Buffer.concat([
        Buffer.from(`${folder}/`),
        Buffer.of(0xff, 0xe9, 0x0a),
        Buffer.from(`.${extension}`),
      ]);
      copyFileSync(at(`tone.${extension}`), path);

      const { samples } = await readAudio({ kind: 'file', path: Uint8Array.from(path) });

      expect(samples.length).toBe(48_000);
    }
  });
});

describe('paths that are no readable file', () => {
  it('give a typed error at once', async () => {
    execFileSync('mkfifo', [at('fifo.wav')]);
    symlinkSync('nowhere', at('dangling.wav'));
    writeFileSync(at('empty.mp3'), '');
    const server = createServer().listen(at('socket'));

    await expect(readAudio(at('fifo.wav'))).rejects.toMatchObject({
      code: 'file-not-regular',
      message: '“fifo.wav” is a named pipe, not a file.',
    });
    await expect(readAudio(at('socket'))).rejects.toMatchObject({ code: 'file-not-regular' });
    await expect(readAudio('/dev/null')).rejects.toMatchObject({ code: 'file-not-regular' });
    await expect(readAudio(folder)).rejects.toMatchObject({ code: 'file-is-folder' });
    await expect(readAudio(at('dangling.wav'))).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(readAudio(at('tone.wav/x'))).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(readAudio(at('x'.repeat(300)))).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(readAudio(at('a\0b'))).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(readAudio(at('empty.mp3'))).rejects.toMatchObject({ code: 'file-empty' });
    server.close();
  });

  it('without read permission say so', async () => {
    copyFileSync(at('tone.wav'), at('secret.wav'));
    chmodSync(at('secret.wav'), 0);
    const isRoot = process.geteuid?.() === 0;
    // Root may read everything, so root steps down to "nobody" for this.
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(readAudio(at('secret.wav'))).rejects.toMatchObject({ code: 'file-not-readable' });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe('reading', () => {
  it('goes on to the end when the file is deleted meanwhile', async () => {
    for (const extension of ['flac', 'wav']) {
      const path = at(`doomed.${extension}`);
      makeRecording(...tone(60), path);
      const audio = await openAudio({ kind: 'file', path }, new AbortController().signal);
      let received = 0;
      for await (const block of audio.blocks) {
        if (received === 0) unlinkSync(path);
        received += block.length;
      }

      expect(received).toBe(60 * 16_000);
      expect(audio.warning()).toBeNull();
    }
  });

  it('finds the sound when a file is deleted between opening and decoding', async () => {
    makeRecording(...tone(3), at('gone.m4a'));
    const audio = await openAudio({ kind: 'file', path: at('gone.m4a') }, new AbortController().signal);
    unlinkSync(at('gone.m4a'));
    let received = 0;
    for await (const block of audio.blocks) received += block.length;

    expect(Math.abs(received - 48_000)).toBeLessThan(1_600);
  });

  it.each(['long.flac', 'long.wav'])('%s ends with "cancelled" and leaves nothing behind', async (name) => {
    if (name === 'long.wav') makeRecording(...tone(600), at(name));
    const before = openDescriptors();
    const controller = new AbortController();
    const audio = await openAudio({ kind: 'file', path: at(name) }, controller.signal);
    const read = async (): Promise<void> => {
      for await (const block of audio.blocks) {
        expect(block.length).toBeGreaterThan(0);
        controller.abort();
      }
    };

    await expect(read()).rejects.toMatchObject({ code: 'cancelled' });
    await audio.close();
    await audio.close();

    expect(runningChildren()).toEqual([]);
    expect(openDescriptors()).toBe(before);
  });

  it('can be given up after a block, or never begun', async () => {
    const before = openDescriptors();
    const signal = new AbortController().signal;
    const first = await openAudio({ kind: 'file', path: at('long.flac') }, signal);
    for await (const block of first.blocks) {
      expect(block.length).toBeGreaterThan(0);
      break;
    }
    const second = await openAudio({ kind: 'file', path: at('long.flac') }, signal);
    await second.close();

    expect(runningChildren()).toEqual([]);
    expect(openDescriptors()).toBe(before);
  });

  it('does not begin when it was cancelled before', async () => {
    const source = { kind: 'file', path: at('tone.mp3') } as const;

    await expect(openAudio(source, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('without ffmpeg', () => {
  it('WAV works and the others say what to install', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('TILESCRIBE_FFMPEG', undefined);

    expect((await readAudio(at('tone.wav'))).samples.length).toBe(48_000);
    await expect(readAudio(at('tone.mp3'))).rejects.toMatchObject({
      code: 'ffmpeg-missing',
      message: '“tone.mp3” needs ffmpeg, which is not installed (WAV files work without it).',
      remedy: 'Install it with: sudo apt install ffmpeg',
    });
  });

  it('TILESCRIBE_FFMPEG names another one', async () => {
    const ffmpegPath = execFileSync('sh', ['-c', 'command -v ffmpeg']).toString().trim();
    vi.stubEnv('PATH', '');
    vi.stubEnv('TILESCRIBE_FFMPEG', ffmpegPath);

    expect((await readAudio(at('tone.mp3'))).samples.length).toBe(48_000);
  });
});

describe('an ffmpeg that misbehaves', () => {
  function script(name: string, text: string): string {
    writeFileSync(at(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return at(name);
  }

  it('and stops half-way: the sound so far is kept and a warning tells', async () => {
    const ffmpegPath = script('half', 'head -c 64000 /dev/zero; echo "it broke" >&2; exit 1');

    const { samples, warning } = await readAudio(at('tone.mp3'), { ffmpegPath });

    expect(samples.length).toBe(16_000);
    expect(warning).toBe(
      'Reading stopped after 0:01: ffmpeg stopped while reading “tone.mp3”: it broke. The sound up to there was used.',
    );
  });

  it('and is killed, or cannot start: a typed error', async () => {
    const killed = script('killed', 'kill -9 $$');
    const unstartable = at('no-interpreter');
    writeFileSync(unstartable, '#!/no/such/program\n', { mode: 0o755 });

    for (const ffmpegPath of [killed, unstartable]) {
      await expect(readAudio(at('tone.mp3'), { ffmpegPath })).rejects.toMatchObject({
        code: 'ffmpeg-failed',
      });
    }
    await expect(readAudio(at('tone.mp3'), { ffprobePath: unstartable })).rejects.toMatchObject({
      code: 'ffmpeg-failed',
    });
  });

  it('and does not listen to SIGTERM is killed', async () => {
    const ffmpegPath = script('deaf', 'trap "" TERM PIPE; head -c 4096 /dev/zero; while :; do :; done');
    const controller = new AbortController();
    const audio = await openAudio({ kind: 'file', path: at('tone.mp3') }, controller.signal, { ffmpegPath });
    const read = async (): Promise<void> => {
      for await (const block of audio.blocks) {
        expect(block.length).toBe(1024);
        controller.abort();
      }
    };

    await expect(read()).rejects.toMatchObject({ code: 'cancelled' });
    await audio.close();

    expect(runningChildren()).toEqual([]);
  });

  it('and floods its error output neither blocks nor fills the memory', async () => {
    const ffmpegPath = script('chatty', 'head -c 20000000 /dev/zero >&2; head -c 4096 /dev/zero');

    expect((await readAudio(at('tone.mp3'), { ffmpegPath })).samples.length).toBe(1024);
  });
});

describe('playlists', () => {
  it.each([
    [
      'list.m3u8',
      (path: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:3,\nfile://${path}\n#EXT-X-ENDLIST\n`,
    ],
    ['list.mp3', (path: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:3,\n${path}\n#EXT-X-ENDLIST\n`],
    ['list.ffconcat', (path: string) => `ffconcat version 1.0\nfile '${path}'\n`],
    ['list.mpd', (path: string) => `<?xml version="1.0"?><MPD><BaseURL>file://${path}</BaseURL></MPD>`],
  ])('%s cannot make ffmpeg read another file', async (name, content) => {
    makeRecording(...tone(3), at('other.mp3'));
    writeFileSync(at(name), content(at('other.mp3')));

    await expect(readAudio(at(name))).rejects.toMatchObject({ code: 'not-audio' });
    await expect(readAudio(pipe(createReadStream(at(name))))).rejects.toMatchObject({ code: 'not-audio' });
  });
});

describe('channels', () => {
  it.each([
    ['one side', 'sine=440:r=16000:d=2,pan=stereo|c0=7*c0|c1=0*c0'],
    ['both sides at full scale', 'sine=440:r=16000:d=2,pan=stereo|c0=7.9*c0|c1=7.9*c0'],
  ])('are mixed by ffmpeg as by us, none louder than it was: %s', async (_what, source) => {
    makeRecording('-f', 'lavfi', '-i', source, '-c:a', 'pcm_s16le', at('stereo.wav'));
    makeRecording('-i', at('stereo.wav'), at('stereo.flac'));

    const ours = (await readAudio(at('stereo.wav'))).samples;
    const theirs = (await readAudio(at('stereo.flac'))).samples;
    const worst = ours.reduce((most, value, n) => Math.max(most, Math.abs(value - (theirs[n] ?? 0))), 0);

    expect(theirs.length).toBe(ours.length);
    expect(worst).toBeLessThan(1e-6);
  });
});

describe('time', () => {
  const video = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=10:duration=6', '-c:v', 'mpeg4'];
  const isSilent = (samples: Float32Array, from: number, to: number): boolean =>
    samples.subarray(from * 16_000, to * 16_000).every((value) => Math.abs(value) < 0.001);

  it('of sound that begins later than the pictures is kept', async () => {
    makeRecording('-itsoffset', '2', ...tone(3), ...video, '-c:a', 'pcm_s16le', at('late.mkv'));

    const { samples, expectedDuration, format } = await readAudio(at('late.mkv'));

    expect(format).toBe('Matroska video, 16-bit PCM, 44.1 kHz mono');
    expect(Math.abs(samples.length - 5 * 16_000)).toBeLessThan(160);
    expect(expectedDuration).not.toBeNull();
    expect(isSilent(samples, 0, 1.99)).toBe(true);
    expect(isSilent(samples, 2.01, 2.1)).toBe(false);
  });

  it('that is missing in the middle is filled with silence', async () => {
    const filter = "aselect='not(between(t,1,3))'";
    makeRecording(...tone(5), '-af', filter, '-c:a', 'pcm_s16le', at('gap.mkv'));

    const { samples } = await readAudio(at('gap.mkv'));

    expect(Math.abs(samples.length - 5 * 16_000)).toBeLessThan(1_600);
    expect(isSilent(samples, 1.1, 2.9)).toBe(true);
    expect(isSilent(samples, 3.1, 4.9)).toBe(false);
  });

  it('that starts anew in a joined file loses no sound', async () => {
    makeRecording(...tone(3), '-c:a', 'pcm_s16le', at('joined.mkv'));
    appendFileSync(at('joined.mkv'), readFileSync(at('joined.mkv')));

    const { samples } = await readAudio(at('joined.mkv'));

    expect(Math.abs(samples.length - 6 * 16_000)).toBeLessThan(160);
    expect(isSilent(samples, 2.9, 3.1)).toBe(false);
    expect(isSilent(samples, 4, 5.9)).toBe(false);
  });
});

describe('pipes', () => {
  it.each([
    ['WAV', 'tone.wav', 'WAV, 16-bit PCM, 44.1 kHz mono', 0],
    // Without seeking, ffmpeg does not cut off the padding that the encoder added at the end.
    ['MP3', 'tone.mp3', 'MP3, 44.1 kHz mono', 0.05 * 16_000],
    ['FLAC', 'tone.flac', 'FLAC, 44.1 kHz mono', 0],
  ])('give the same sound as files: %s', async (_name, file, format, padding) => {
    const fromFile = await readAudio(at(file));
    const fromPipe = await readAudio(pipe(createReadStream(at(file), { highWaterMark: 1_000 })));

    expect(fromPipe.format).toBe(format);
    expect(fromPipe.samples.length - fromFile.samples.length).toBeLessThanOrEqual(padding);
    const same = fromFile.samples.length - padding;
    expect(fromPipe.samples.subarray(0, same)).toEqual(fromFile.samples.subarray(0, same));
    expect(fromPipe.warning).toBeNull();
  });

  it('pass a WAV that we do not read on to ffmpeg from its first byte', async () => {
    makeRecording(...tone(3), '-c:a', 'adpcm_ms', at('adpcm.wav'));

    const { samples, format } = await readAudio(pipe(createReadStream(at('adpcm.wav'))));

    expect(format).toBe('WAV, ADPCM_MS, 44.1 kHz mono');
    expect(Math.abs(samples.length - 48_000)).toBeLessThan(1_000);
  });

  it('say that an MP4 with its index at the end must be saved first', async () => {
    const seconds = 60;
    makeRecording(...tone(seconds), at('index-last.mp4'));
    makeRecording('-i', at('index-last.mp4'), '-c', 'copy', '-movflags', '+faststart', at('index-first.mp4'));

    await expect(readAudio(pipe(createReadStream(at('index-last.mp4'))))).rejects.toMatchObject({
      code: 'unsupported-encoding',
      remedy: 'Save it to a file first, then transcribe the file.',
    });
    const { samples } = await readAudio(pipe(createReadStream(at('index-first.mp4'))));
    expect(Math.abs(samples.length - seconds * 16_000)).toBeLessThan(1_600);
  });

  it('that bring nothing, nonsense or an error say so', async () => {
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error('gone'), { code: 'EIO' }));
      },
    });

    await expect(readAudio(pipe(Readable.from([])))).rejects.toMatchObject({ code: 'file-empty' });
    await expect(readAudio(pipe(Readable.from([Buffer.alloc(70_000, 'nonsense')])))).rejects.toMatchObject({
      code: 'not-audio',
    });
    await expect(readAudio(pipe(broken))).rejects.toMatchObject({ code: 'file-read-failed' });
  });

  it.each(['tone.wav', 'tone.mp3'])('that stall in the middle of %s can be cancelled', async (file) => {
    const stream = new PassThrough();
    stream.write(readFileSync(at(file)));
    if (file === 'tone.mp3') stream.write(Buffer.alloc(70_000));
    const controller = new AbortController();
    const audio = await openAudio(pipe(stream), controller.signal);
    const read = async (): Promise<void> => {
      for await (const block of audio.blocks) {
        expect(block.length).toBeGreaterThan(0);
        controller.abort();
      }
    };

    await expect(read()).rejects.toMatchObject({ code: 'cancelled' });
    await audio.close();

    expect(stream.destroyed).toBe(true);
  });
});
