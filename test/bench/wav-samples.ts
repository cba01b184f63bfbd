/** The samples of the WAV files that the benchmark made (joined-audio.ts): 44 bytes of header, 16 bit, mono, 16 kHz. */
import { readFile } from 'node:fs/promises';

export const WAV_HEADER_BYTES = 44;

export async function readSamples(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  const count = (bytes.length - WAV_HEADER_BYTES) >> 1;
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) samples[i] = bytes.readInt16LE(WAV_HEADER_BYTES + 2 * i) / 32768;
  return samples;
}

/** The header of 16-bit mono PCM at 16 kHz (RIFF WAVE, PCMWAVEFORMAT). */
export function createWavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
