/** Recordings as samples, put together into new ones. 16 kHz mono float32. */
import { writeFile } from 'node:fs/promises';
import { openAudio } from '../../src/engine/audio/open.js';
import { createWavHeader } from '../bench/wav-samples.js';

export async function readSound(path: string): Promise<Float32Array> {
  const audio = await openAudio({ kind: 'file', path }, new AbortController().signal);
  const blocks: Float32Array[] = [];
  for await (const block of audio.blocks) blocks.push(block);
  await audio.close();
  return joinSounds(blocks);
}

export function joinSounds(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** 16-bit WAV. @returns the path. */
export async function writeSound(path: string, samples: Float32Array): Promise<string> {
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [i, sample] of samples.entries()) bytes.writeInt16LE(Math.round(sample * 32_767), 2 * i);
  await writeFile(path, Buffer.concat([createWavHeader(bytes.length), bytes]));
  return path;
}
