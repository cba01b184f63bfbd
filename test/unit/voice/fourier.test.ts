import { expect, it } from 'vitest';
import { Fourier } from '../../../src/engine/voice/fourier.js';
import { createRandom } from '../../made-sound.js';

it('is the sum that defines the transform, whatever was measured before', () => {
  const random = createRandom(1);
  const fourier = new Fourier(64);
  for (let round = 0; round < 2; round++) {
    const samples = Float64Array.from({ length: 64 }, () => 2 * random() - 1);
    const power = fourier.measure(samples);

    expect(power).toHaveLength(32);
    for (const [k, found] of power.entries()) {
      let [re, im] = [0, 0];
      for (const [i, sample] of samples.entries()) {
        re += sample * Math.cos((2 * Math.PI * k * i) / 64);
        im -= sample * Math.sin((2 * Math.PI * k * i) / 64);
      }
      expect(found).toBeCloseTo(re * re + im * im, 9);
    }
  }
});
