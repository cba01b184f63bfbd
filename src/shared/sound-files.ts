/**
 * The two files that hold a job's sound in its folder: what the engine writes and main serves. Pure.
 *
 * audio.wav: 16 kHz mono, 16 bits, all that was heard so far, so that its first sample is the first of the
 * recording and playback is exact. While it grows its header promises more than is there, as recorders do.
 * peaks.bin: pairs of bytes, see peaks.ts.
 */
import { SAMPLE_RATE_HZ } from './time.js';

export const AUDIO_FILE = 'audio.wav';
export const PEAKS_FILE = 'peaks.bin';

export const WAV_HEADER_BYTES = 44;
export const BYTES_PER_SAMPLE = 2;

/** The most that the format's 32 bits can say: 37 hours. */
const MAX_DATA_BYTES = 0xffffffff - WAV_HEADER_BYTES;

/** @param dataBytes bytes of sound; null while they are not known. */
export function createWavHeader(dataBytes: number | null): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const writeText = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
  };
  const size = Math.min(dataBytes ?? MAX_DATA_BYTES, MAX_DATA_BYTES);
  writeText(0, 'RIFF');
  view.setUint32(4, size + WAV_HEADER_BYTES - 8, true);
  writeText(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE_HZ, true);
  view.setUint32(28, SAMPLE_RATE_HZ * BYTES_PER_SAMPLE, true);
  view.setUint16(32, BYTES_PER_SAMPLE, true);
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true);
  writeText(36, 'data');
  view.setUint32(40, size, true);
  return bytes;
}
