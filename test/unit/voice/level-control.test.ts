import { expect, it } from 'vitest';
import { LevelControl } from '../../../src/engine/voice/level-control.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';

function frame(level: number): Float32Array {
  return Float32Array.from({ length: FRAME_SAMPLES }, (_, n) => (n % 2 === 0 ? level : -level));
}

it('brings a quiet frame to -20 dB and says how loud it was', () => {
  const { level, gain } = new LevelControl().measure(frame(0.001));

  expect(level).toBeCloseTo(0.001, 9);
  expect(gain).toBeCloseTo(100, 3);
});

it('leaves loud sound, and what follows it, as it is', () => {
  const control = new LevelControl();

  expect(control.measure(frame(0.5)).gain).toBe(1);
  expect(control.measure(frame(0.001)).gain).toBe(1);
});

it('forgets what was loud by 20 decibels a second', () => {
  const control = new LevelControl();
  control.measure(frame(0.1));
  // A second, nearly: 31.25 frames.
  for (let i = 0; i < 30; i++) control.measure(frame(0));

  expect(control.measure(frame(0.001)).gain).toBeCloseTo(10 ** (31 / 31.25), 6);
});

it('amplifies nothing by more than 60 dB, silence neither', () => {
  expect(new LevelControl().measure(frame(1e-6)).gain).toBe(1000);
  expect(new LevelControl().measure(frame(0))).toEqual({ level: 0, gain: 1000 });
});
