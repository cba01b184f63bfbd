/** Every recording of the corpus's formats and broken sets, read to its end. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CORPUS, readManifest } from '../speech.js';
import { openDescriptors, readAudio, runningChildren } from './audio-reading.js';

const corpus = CORPUS ?? '';
const formats = CORPUS === null ? [] : readManifest(CORPUS, 'formats');
const broken = CORPUS === null ? [] : readManifest(CORPUS, 'broken');
if (CORPUS === null) {
  process.stderr.write('skipped: no corpus of recordings in many formats beside the repository\n');
}

interface Match {
  readonly correlation: number;
  readonly lagSeconds: number;
}

/** The best normalised correlation of one second of `original`, within a tenth of a second. */
function bestMatch(original: Float32Array, copy: Float32Array): Match {
  const start = 16_000;
  const length = 16_000;
  let best: Match = { correlation: -1, lagSeconds: 0 };
  for (let lag = -1_600; lag <= 1_600; lag += 1) {
    let product = 0;
    let ownEnergy = 0;
    let otherEnergy = 0;
    for (let place = start; place < start + length; place += 1) {
      const own = original[place] ?? 0;
      const other = copy[place + lag] ?? 0;
      product += own * other;
      ownEnergy += own * own;
      otherEnergy += other * other;
    }
    const correlation = product / Math.sqrt(ownEnergy * otherEnergy);
    if (correlation > best.correlation) {
      best = { correlation, lagSeconds: lag / 16_000 };
    }
  }
  return best;
}

/** Energy of the difference over that of the second. */
function relativeError(ours: Float32Array, theirs: Float32Array): number {
  let difference = 0;
  let energy = 0;
  theirs.forEach((value, index) => {
    difference += (value - (ours[index] ?? 0)) ** 2;
    energy += value ** 2;
  });
  return Math.sqrt(difference / energy);
}

/** As openai/whisper loads audio: through 16-bit integers. */
function ffmpegSamples(path: string): Float32Array {
  const bytes = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-i', path, '-ac', '1', '-ar', '16000', '-f', 's16le', '-'],
    {
      maxBuffer: 2 ** 26,
    },
  );
  return Float32Array.from(new Int16Array(Uint8Array.from(bytes).buffer), (value) => value / 32_768);
}

describe.skipIf(CORPUS === null)('formats', () => {
  it.each(formats)('$file is read whole and sounds like its original', async ({ file, seconds }) => {
    const original = /jfk|Präsident/.test(file) ? 'jfk_48k.flac' : 'librispeech_float32.wav';

    const reading = await readAudio(join(corpus, 'formats', file));
    const { samples } = await readAudio(join(corpus, 'formats', original));
    const match = bestMatch(samples, reading.samples);

    expect(Math.abs(reading.samples.length / 16_000 - seconds)).toBeLessThan(0.1);
    expect(Math.abs((reading.expectedDuration ?? 0) / 16_000 - seconds)).toBeLessThan(0.1);
    expect(match.correlation).toBeGreaterThan(0.9);
    // 64 ms in jfk.mkv: its muxer did not mark the AAC encoder's 1024 samples of delay.
    expect(Math.abs(match.lagSeconds)).toBeLessThan(0.065);
    expect(reading.warning).toBe(
      file === 'jfk.mkv' ? 'The file has 2 audio tracks; the first one was used.' : null,
    );
  });

  // Exact where only samples are converted; elsewhere the two low-pass filters differ near their edges.
  it.each([
    ['librispeech_float32.wav', 1e-3],
    ['librispeech_left_channel_only.wav', 1e-3],
    ['librispeech_8k_mulaw.wav', 0.05],
    ['librispeech_8bit.wav', 0.05],
    ['librispeech_24bit_48k.wav', 0.05],
    ['librispeech_44k_stereo.wav', 0.05],
  ])('%s is read by us as ffmpeg reads it', async (file, worst) => {
    const path = join(corpus, 'formats', file);
    const ours = (await readAudio(path)).samples;
    const theirs = ffmpegSamples(path);

    expect(ours.length).toBe(theirs.length);
    expect(relativeError(ours, theirs)).toBeLessThan(worst);
  });
});

const EXPECTED: Readonly<
  Record<string, { readonly seconds: number; readonly warning?: RegExp } | { readonly code: string }>
> = {
  'truncated.wav': { seconds: 1.69, warning: /cut short: its header promises 0:05 of sound, but only 0:01/ },
  'truncated_odd_byte.wav': { seconds: 1.69, warning: /cut short/ },
  'zero_bytes.wav': { code: 'file-empty' },
  'text_renamed.wav': { code: 'not-audio' },
  'header_huge_sizes.wav': { seconds: 2 },
  'header_zero_size.wav': { seconds: 2 },
  'header_only.wav': { code: 'no-sound' },
  'header_zero_rate.wav': { code: 'damaged-audio' },
  'header_zero_channels.wav': { code: 'damaged-audio' },
  'header_absurd_rate.wav': { code: 'damaged-audio' },
  'unknown_codec.wav': { code: 'unsupported-encoding' },
  'one_sample.wav': { seconds: 0 },
  'noise_0.05s.wav': { seconds: 0.05 },
  'noise_10s.wav': { seconds: 10 },
  'silence_30s.flac': { seconds: 30 },
  'silence_30s.wav': { seconds: 30 },
  'tone_440Hz_8s.flac': { seconds: 8 },
  'video_without_audio.mp4': { code: 'no-audio-track' },
  'truncated.m4a': { code: 'damaged-audio' },
  'truncated.mp3': {
    seconds: 5.51,
    warning: /cut short or damaged: it promises 0:11 of sound, but only 0:05/,
  },
  'mp3_with_garbage_start.mp3': { seconds: 5.51 },
  'random_bytes.mp3': { code: 'not-audio' },
  'corrupted_middle.flac': { seconds: 11 },
  'wav_named.mp3': { seconds: 5.06 },
  'folder_named.wav': { code: 'file-is-folder' },
};

describe.skipIf(CORPUS === null)('broken files', () => {
  it('are all expected here', () => {
    expect(broken.map(({ file }) => file).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s gives what its manifest asks for', async (file, expected) => {
    const reading = readAudio(join(corpus, 'broken', file));

    if ('code' in expected) {
      await expect(reading).rejects.toMatchObject({ name: 'AppError', code: expected.code });
      return;
    }
    const { samples, warning } = await reading;
    expect(Math.abs(samples.length / 16_000 - expected.seconds)).toBeLessThan(0.2);
    expect(samples.length).toBeGreaterThan(0);
    if (expected.warning) {
      expect(warning).toMatch(expected.warning);
    } else {
      expect(warning).toBeNull();
    }
  });

  it('leave no descriptor open and no child running', async () => {
    const before = openDescriptors();

    for (const file of Object.keys(EXPECTED)) {
      await readAudio(join(corpus, 'broken', file)).catch(() => undefined);
    }

    expect(openDescriptors()).toBe(before);
    expect(runningChildren()).toEqual([]);
  });
});
