import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PeakFinder, recordSound, toInt16 } from '../../../src/engine/audio/sound-recorder.js';
import { SAMPLES_PER_PEAK } from '../../../src/shared/peaks.js';
import { AUDIO_FILE, PEAKS_FILE, WAV_HEADER_BYTES } from '../../../src/shared/sound-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-sound-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function* inBlocks(...blocks: readonly Float32Array[]): AsyncGenerator<Float32Array> {
  for (const block of blocks) yield await Promise.resolve(block);
}

async function drain(blocks: AsyncIterable<Float32Array>): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}

describe('the sound of a job', () => {
  it('passes through unchanged and is a WAV file of 16-bit samples afterwards', async () => {
    const block = Float32Array.of(0, 0.5, -1, 1);

    const passed = await drain(recordSound(inBlocks(block, block), { folder, keepsAudio: true }));

    expect(passed).toEqual([block, block]);
    const bytes = readFileSync(join(folder, AUDIO_FILE));
    expect(bytes.length).toBe(WAV_HEADER_BYTES + 16);
    expect(bytes.readUInt32LE(40)).toBe(16);
    const samples = [0, 1, 2, 3].map((index) => bytes.readInt16LE(WAV_HEADER_BYTES + 2 * index));
    expect(samples).toEqual([0, 16_384, -32_768, 32_767]);
  });

  it('is shorter than before when the recording is: nothing of an earlier one stays behind its end', async () => {
    writeFileSync(join(folder, AUDIO_FILE), Buffer.alloc(10_000, 1));

    await drain(recordSound(inBlocks(Float32Array.of(0)), { folder, keepsAudio: true }));

    expect(statSync(join(folder, AUDIO_FILE)).size).toBe(WAV_HEADER_BYTES + 2);
  });

  it('is not kept when nobody wants it, but its waveform is', async () => {
    await drain(recordSound(inBlocks(new Float32Array(2 * SAMPLES_PER_PEAK)), { folder, keepsAudio: false }));

    expect(() => statSync(join(folder, AUDIO_FILE))).toThrow();
    expect(statSync(join(folder, PEAKS_FILE)).size).toBe(4);
  });

  it('goes through all the same where no file can be written', async () => {
    const block = Float32Array.of(0.25);

    const passed = await drain(
      recordSound(inBlocks(block), { folder: join(folder, 'not', 'there'), keepsAudio: true }),
    );

    expect(passed).toEqual([block]);
  });
});

describe('the waveform', () => {
  it('is the extremes of each piece, however the sound was cut into blocks', () => {
    const sample = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 1500 }), fc.nat({ max: 700 }), (values, cut) => {
        const samples = Float32Array.from(values);
        const whole = new PeakFinder();
        const parts = new PeakFinder();

        const once = [...whole.push(samples), ...whole.finish()];
        const twice = [
          ...parts.push(samples.subarray(0, cut)),
          ...parts.push(samples.subarray(cut)),
          ...parts.finish(),
        ];

        expect(twice).toEqual(once);
        expect(once.length).toBe(2 * Math.ceil(samples.length / SAMPLES_PER_PEAK));
        const pairs = Int8Array.from(once);
        for (let pair = 0; pair < pairs.length; pair += 2) {
          expect(pairs[pair]).toBeLessThanOrEqual(pairs[pair + 1]!);
        }
      }),
      { numRuns: 50 },
    );
  });
});

it('clips what is beyond full scale instead of wrapping round', () => {
  const bytes = Buffer.from(toInt16(Float32Array.of(1.5, -1.5)));

  expect([bytes.readInt16LE(0), bytes.readInt16LE(2)]).toEqual([32_767, -32_768]);
});
