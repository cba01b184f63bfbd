import { expect, it } from 'vitest';
import { skipSilentText } from '../../../src/engine/voice/silent-text.js';
import type { NumberedFrames } from '../../../src/engine/voice/late-speech.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';

const FIRST = 100;

/** Triples of a number of frames, their probability and their level. */
function heard(...runs: readonly (readonly [number, number, number])[]): NumberedFrames {
  const frames = runs.flatMap(([count, probability, level]) =>
    Array.from({ length: count }, () => ({ probability, level })),
  );
  return { first: FIRST, frames };
}

const at = (frame: number) => (FIRST + frame) * FRAME_SAMPLES;
const text = (from: number, to: number) => ({ start: at(from), end: at(to) });
const WINDOW = text(0, 200);
/** Speech, then silence from 50 to 100, then noise from 100 to 150, then speech. */
const PAUSES = heard([50, 0.9, 0.1], [50, 0.05, 0.001], [50, 0.05, 0.1], [50, 0.9, 0.1]);

it('skips text in whose sound nobody speaks, and says what is there instead', () => {
  const segments = [text(0, 50), text(70, 90), text(105, 130), text(150, 200)];

  expect(skipSilentText(segments, WINDOW, PAUSES)).toEqual({
    kept: [segments[0], segments[3]],
    skipped: [
      { kind: 'silence', start: at(70), end: at(90) },
      { kind: 'noise', start: at(105), end: at(130) },
    ],
  });
});

it('keeps text that comes within half a second of what may be speech', () => {
  // 8,000 samples are 15.6 frames.
  expect(skipSilentText([text(65, 90)], WINDOW, PAUSES).kept).toHaveLength(1);
  expect(skipSilentText([text(66, 90)], WINDOW, PAUSES).kept).toHaveLength(0);
  const doubt = heard([50, 0.9, 0.1], [30, 0, 0.1], [1, 0.1, 0.1], [60, 0, 0.1]);
  expect(skipSilentText([text(90, 110)], WINDOW, doubt).kept).toHaveLength(1);
});

it('believes the detector only where it hears somebody speak, and a text of no length as little', () => {
  const deaf = heard([7, 0.9, 0.1], [193, 0, 0.1]);
  const hearing = heard([8, 0.9, 0.1], [192, 0, 0.1]);

  expect(skipSilentText([text(100, 150)], WINDOW, deaf).kept).toHaveLength(1);
  expect(skipSilentText([text(100, 150)], WINDOW, hearing).kept).toHaveLength(0);
  expect(skipSilentText([text(100, 100)], WINDOW, hearing).kept).toHaveLength(1);
  expect(skipSilentText([text(100, 150)], WINDOW, null).kept).toHaveLength(1);
});
