import { expect, it } from 'vitest';
import { PART_FRAMES, SceneChange } from '../../../src/engine/voice/scene-change.js';

/** Parts of that level and probability; which of them, counted over all, begins another scene. */
function findChanges(...runs: readonly (readonly [parts: number, level: number, probability?: number])[]) {
  const scene = new SceneChange();
  const frames = runs.flatMap(([parts, level, probability = 0]) =>
    Array.from({ length: parts * PART_FRAMES }, () => ({ level, probability })),
  );
  return frames.flatMap((frame, i) => (scene.push(frame) ? [Math.floor(i / PART_FRAMES)] : []));
}

it('is where the sound has become much louder or softer', () => {
  expect(findChanges([20, 0.01], [20, 0.03])).toEqual([20]);
  expect(findChanges([20, 0.03], [20, 0.01])).toEqual([20]);
  expect(findChanges([20, 0.01], [20, 0.02])).toEqual([]);
});

it('is not within two seconds of speech, or of the last one', () => {
  expect(findChanges([20, 0.01], [1, 0.1, 0.1], [6, 0.01], [10, 0.1])).toEqual([]);
  expect(findChanges([20, 0.01], [1, 0.1, 0.1], [8, 0.01], [10, 0.1])).toEqual([29]);
  expect(findChanges([20, 0.01], [5, 0.1], [20, 0.01])).toEqual([20, 28]);
});

it('is none between silence and what is below hearing', () => {
  expect(findChanges([20, 0], [20, 0.00001], [20, 0])).toEqual([]);
});
