import { describe, expect, it } from 'vitest';
import { findLateSpeech, maySpeak } from '../../../src/engine/voice/late-speech.js';
import type { NumberedFrames } from '../../../src/engine/voice/late-speech.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';

const FIRST = 100;

/** Pairs of a number of frames and their probability. */
function heard(...runs: readonly (readonly [number, number])[]): NumberedFrames {
  const frames = runs.flatMap(([count, probability]) =>
    Array.from({ length: count }, () => ({ probability, level: 0.1 })),
  );
  return { first: FIRST, frames };
}

function find(frames: NumberedFrames, textEnd: number): number | null {
  const last = (FIRST + frames.frames.length) * FRAME_SAMPLES;
  const found = findLateSpeech(frames, (FIRST + textEnd) * FRAME_SAMPLES, last);
  return found === null ? null : found / FRAME_SAMPLES - FIRST;
}

describe('speech behind the text', () => {
  it('is heard from half a second before it', () => {
    expect(find(heard([50, 0.9], [60, 0], [20, 0.9], [10, 0]), 50)).toBe(110 - 16);
  });

  it('is found where it begins softly, and after the end of a word that the text has', () => {
    expect(find(heard([50, 0.9], [60, 0], [2, 0.4], [20, 0.9]), 45)).toBe(110 - 16);
  });

  it('begins with what may be speech, with short pauses in it, and with nothing further away', () => {
    expect(find(heard([50, 0.9], [40, 0], [2, 0.15], [15, 0], [2, 0.2], [20, 0.9]), 50)).toBe(90 - 16);
    expect(find(heard([50, 0.9], [40, 0], [2, 0.15], [17, 0], [2, 0.2], [20, 0.9]), 50)).toBe(109 - 16);
    expect(find(heard([50, 0.9], [33, 0.2], [20, 0.9]), 50)).toBe(50);
  });

  it('is heard without a pause when it is two seconds or more', () => {
    expect(find(heard([50, 0.9], [5, 0], [62, 0.9]), 50)).toBe(50);
    expect(find(heard([50, 0.9], [20, 0], [62, 0.9]), 50)).toBe(70 - 16);
    expect(find(heard([50, 0.9], [5, 0], [61, 0.9]), 50)).toBeNull();
  });

  it.each([
    ['there is none', heard([50, 0.9], [100, 0.2])],
    ['the pause is short', heard([50, 0.9], [30, 0], [20, 0.9])],
    ['it is a cough', heard([50, 0.9], [60, 0], [7, 0.9], [20, 0])],
    ['it is cut off by the window', heard([50, 0.9], [60, 0], [7, 0.9])],
    ['the detector is in doubt', heard([50, 0.9], [60, 0], [20, 0.45])],
  ])('is not heard again where %s', (_name, frames) => {
    expect(find(frames, 50)).toBeNull();
  });

  it('is never before the end of the text', () => {
    for (let textEnd = 0; textEnd < 130; textEnd++) {
      const found = find(heard([50, 0.9], [60, 0], [20, 0.9]), textEnd);
      if (found !== null) expect(found).toBeGreaterThanOrEqual(textEnd);
    }
  });
});

describe('a rest', () => {
  const frames = heard([50, 0.9], [20, 0.05], [1, 0.15], [20, 0.05]);
  const ask = (from: number, to: number) =>
    maySpeak(frames, (FIRST + from) * FRAME_SAMPLES, (FIRST + to) * FRAME_SAMPLES);

  it('is silent when every frame of it is', () => {
    expect(ask(50, 70)).toBe(false);
    expect(ask(71, 91)).toBe(false);
    expect(ask(91, 91)).toBe(false);
  });

  it('is heard when one frame is in doubt, or part of one', () => {
    expect(ask(50, 91)).toBe(true);
    expect(ask(49.9, 60)).toBe(true);
    expect(ask(60, 70.1)).toBe(true);
  });
});
