import { expect, it } from 'vitest';
import { guardsWithout } from '../../../src/engine/decoding/guards.js';
import { findNext } from '../../../src/engine/decoding/next-window.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';
import type { NumberedFrames } from '../../../src/engine/voice/late-speech.js';
import { toSamples } from '../../../src/shared/time.js';

const START = 100 * FRAME_SAMPLES;
const END = 300 * FRAME_SAMPLES;

/** From START to END: speech in the frames of those numbers, in the file. */
function heard(from: number, to: number): NumberedFrames {
  const frames = Array.from({ length: 200 }, (_, i) => ({
    probability: i + 100 >= from && i + 100 < to ? 0.9 : 0,
    level: 0.1,
  }));
  return { first: 100, frames };
}

const text = (endFrame: number, advance: number) => ({
  segments: [{ end: toSamples(endFrame * FRAME_SAMPLES) }],
  advance,
});

it('goes on where the text says while somebody may speak, and behind the window where nobody does', () => {
  const advance = 100 * FRAME_SAMPLES;

  expect(findNext(text(200, advance), { start: START, end: END, frames: heard(250, 252) })).toBe(
    START + advance,
  );
  expect(findNext(text(200, advance), { start: START, end: END, frames: heard(100, 199) })).toBe(END);
});

it('goes back to what the text left out, but always ahead', () => {
  const whole = END - START;

  expect(findNext(text(150, whole), { start: START, end: END, frames: heard(250, 280) })).toBe(
    234 * FRAME_SAMPLES,
  );
  expect(findNext(text(290, whole), { start: START, end: END, frames: heard(250, 280) })).toBe(END);
  // A text that ends where it begins.
  expect(findNext(text(100, whole), { start: START, end: END, frames: heard(100, 290) })).toBe(END);
});

it('can leave out either, for measuring what it does', () => {
  const advance = 100 * FRAME_SAMPLES;
  const guards = guardsWithout(['late-speech', 'silent-rest']);

  expect(findNext(text(200, advance), { start: START, end: END, frames: heard(100, 199) }, guards)).toBe(
    START + advance,
  );
  expect(findNext(text(150, END - START), { start: START, end: END, frames: heard(250, 280) }, guards)).toBe(
    END,
  );
});

it('knows no better than the text without one, or without a detector', () => {
  const advance = 50 * FRAME_SAMPLES;

  expect(findNext({ segments: [], advance }, { start: START, end: END, frames: heard(250, 280) })).toBe(
    START + advance,
  );
  expect(findNext(text(110, advance), { start: START, end: END, frames: null })).toBe(START + advance);
});
