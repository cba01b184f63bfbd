import { describe, expect, it } from 'vitest';
import { ToneFinder } from '../../../src/engine/voice/tone-finder.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';
import { BEEPS, BUSY_TONE, DIAL_TONE, makeNoise, makeSignal, makeTone } from '../../made-sound.js';

const RATE = 16_000;

/** Of each frame, whether it is part of a tone. */
function findTones(samples: Float32Array): readonly boolean[] {
  const finder = new ToneFinder();
  const frames = Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, frame) =>
    finder.push(samples.slice(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES)),
  );
  return [...frames.filter((frame) => frame !== null), ...finder.finish()].map(({ isTone }) => isTone);
}

function add(...parts: readonly Float32Array[]): Float32Array {
  return parts[0]!.map((_, i) => parts.reduce((sum, part) => sum + part[i]!, 0));
}

/** A vowel as a synthesiser makes it: harmonics of a pitch that glides a little. */
function makeVowel(seconds: number, harmonics: readonly number[]): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: seconds * RATE }, (_, i) => {
    const hertz = 200 * (1 + 0.03 * Math.sin((2 * Math.PI * i) / RATE));
    phase += (2 * Math.PI * hertz) / RATE;
    return 0.1 * harmonics.reduce((sum, share, index) => sum + share * Math.sin((index + 1) * phase), 0);
  });
}

describe('a tone', () => {
  it.each([
    ['of 440 Hz', makeTone(440, 2, 0.3)],
    ['that is quiet', makeTone(1000, 2, 0.003)],
    ['of two frequencies', makeSignal(DIAL_TONE, 2, 0.3)],
    ['of two that are close', makeSignal({ hertz: [440, 480], onSeconds: 1, offSeconds: 0 }, 2, 0.3)],
    ['beside a recorder that is off zero', makeTone(440, 2, 0.3).map((sample) => sample + 0.2)],
    ['on a line with a little noise', add(makeTone(440, 2, 0.3), makeNoise('white', 2, 0.003))],
  ])('%s is one throughout', (_name, samples) => {
    const found = findTones(samples);

    expect(found).toHaveLength(Math.floor(samples.length / FRAME_SAMPLES));
    expect(found.every(Boolean)).toBe(true);
  });

  it.each([
    ['busy tones', BUSY_TONE],
    ['beeps', BEEPS],
  ])('is found in %s wherever it is heard, and nowhere else but for one frame beside it', (_name, signal) => {
    const samples = makeSignal(signal, 8, 0.3);
    const isLoud = Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, frame) =>
      samples
        .subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES)
        .some((sample) => Math.abs(sample) > 0.01),
    );
    const found = findTones(samples);

    for (const [frame, isTone] of found.entries()) {
      if (isLoud[frame] === true) expect(isTone).toBe(true);
      if (isTone) expect(isLoud.slice(Math.max(0, frame - 1), frame + 2)).toContain(true);
    }
  });
});

describe('no tone', () => {
  it.each([
    ['silence', new Float32Array(RATE)],
    ['white noise', makeNoise('white', 1, 0.1)],
    ['a vowel', makeVowel(2, [1, 0.7, 0.4, 0.3, 0.1])],
    ['a hummed "m": a pitch and its octave', makeVowel(2, [1, 0.5])],
    ['a tone under a voice 15 dB below it', add(makeTone(440, 2, 0.5), makeVowel(2, [0.5, 0.5, 0.5]))],
    ['a tone of a tenth of a second', makeSignal({ hertz: [440], onSeconds: 0.1, offSeconds: 0.4 }, 2, 0.3)],
  ])('is %s', (_name, samples) => {
    expect(findTones(samples)).not.toContain(true);
  });
});
