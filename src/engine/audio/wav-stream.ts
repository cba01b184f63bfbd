/**
 * A WAV file as 16 kHz mono blocks, read directly: no other program takes part. Gets a reader that
 * stands at the first byte of the sound; holds one block of bytes at a time.
 */
import { SAMPLE_RATE_HZ, formatDuration, toSamples } from '../../shared/time.js';
import type { Samples } from '../../shared/time.js';
import type { ByteReader } from './byte-reader.js';
import { nameChannels, nameRate } from './media-names.js';
import { Resampler } from './resample.js';
import { decodeToMono } from './wav-samples.js';
import type { SampleEncoding } from './wav-samples.js';
import type { WavHeader } from './wav-header.js';

export interface WavSound {
  readonly format: string;
  readonly expectedDuration: Samples | null;
  readonly blocks: AsyncGenerator<Float32Array>;
  readonly warning: () => string | null;
}

/** At most this much is read at once, */
const MAX_BLOCK_BYTES = 256 * 1024;
/** and at most this much sound, so that low rates do not grow into huge blocks at 16 kHz. */
const MAX_BLOCK_SECONDS = 2;

const ENCODING_NAMES: Readonly<Record<SampleEncoding, string>> = {
  unsigned8: '8-bit PCM',
  signed16: '16-bit PCM',
  signed24: '24-bit PCM',
  signed32: '32-bit PCM',
  float32: '32-bit float',
  float64: '64-bit float',
  mulaw: 'mu-law',
  alaw: 'A-law',
};

/** `availableBytes`: from the reader's place to the end of the file; null when it comes from a pipe. */
export function openWav(reader: ByteReader, header: WavHeader, availableBytes: number | null): WavSound {
  const frameBytes = header.channels * header.bytesPerSample;
  const dataBytes = soundBytes(header.dataBytes, availableBytes);
  let receivedBytes = 0;

  async function* blocks(): AsyncGenerator<Float32Array> {
    const resampler = new Resampler(header.rateHz);
    const frames = Math.min(header.rateHz * MAX_BLOCK_SECONDS, Math.floor(MAX_BLOCK_BYTES / frameBytes));
    const blockBytes = frames * frameBytes;
    for (;;) {
      const wanted = Math.min(blockBytes, (dataBytes.toRead ?? Infinity) - receivedBytes);
      const bytes = await reader.read(wanted);
      receivedBytes += bytes.length;
      yield resampler.push(decodeToMono(bytes, header));
      if (bytes.length < blockBytes) {
        break;
      }
    }
    yield resampler.finish();
  }

  function warning(): string | null {
    if (dataBytes.promised === null || receivedBytes >= dataBytes.promised) {
      return null;
    }
    const length = (bytes: number): string =>
      formatDuration(framesToSamples(Math.floor(bytes / frameBytes), header.rateHz));
    return (
      `The file is cut short: its header promises ${length(dataBytes.promised)} of sound, ` +
      `but only ${length(receivedBytes)} is there.`
    );
  }

  const expectedBytes = expectedSoundBytes(dataBytes, availableBytes);
  return {
    format: `WAV, ${ENCODING_NAMES[header.encoding]}, ${nameRate(header.rateHz)} ${nameChannels(header.channels)}`,
    expectedDuration:
      expectedBytes === null ? null : framesToSamples(Math.floor(expectedBytes / frameBytes), header.rateHz),
    blocks: blocks(),
    warning,
  };
}

/** Exact for any file: 2^53 samples at 768 kHz are centuries, and the product is rounded only once. */
export function framesToSamples(frames: number, rateHz: number): Samples {
  const seconds = Math.floor(frames / rateHz);
  const rest = frames - seconds * rateHz;
  return toSamples(seconds * SAMPLE_RATE_HZ + Math.round((rest * SAMPLE_RATE_HZ) / rateHz));
}

interface SoundBytes {
  /** null: to the end. */
  readonly toRead: number | null;
  /** What the header vouches for; null when its size is a placeholder. */
  readonly promised: number | null;
}

function soundBytes(declared: number | null, available: number | null): SoundBytes {
  if (declared === null || hasOverflowed(declared, available)) {
    return { toRead: null, promised: null };
  }
  const isBeyondEnd = available !== null && declared > available;
  const isPlaceholder = isStreamingSize(declared) && (available === null || isBeyondEnd);
  return isPlaceholder ? { toRead: null, promised: null } : { toRead: declared, promised: declared };
}

/** More than 4 GiB behind the sound cannot be other chunks: the 32-bit size has wrapped around. */
function hasOverflowed(declared: number, available: number | null): boolean {
  return available !== null && available - declared >= 0xffffff00;
}

/** Sizes near 2 GiB that SoX, arecord and others write when they cannot know better. */
function isStreamingSize(declared: number): boolean {
  return declared >= 0x7ffff000 && declared <= 0x80000100;
}

function expectedSoundBytes({ toRead }: SoundBytes, available: number | null): number | null {
  if (toRead === null || available === null) {
    return toRead ?? available;
  }
  return Math.min(toRead, available);
}
