import { describe, expect, it } from 'vitest';
import { startAtSpeech } from '../../../../src/engine/words/speech-starts.js';
import type { LooseSegment } from '../../../../src/engine/words/word-times.js';
import { FRAME_SAMPLES } from '../../../../src/engine/voice/voice-model.js';
import { toSamples } from '../../../../src/shared/time.js';

const at = (frame: number) => toSamples(frame * FRAME_SAMPLES);

function segment(...words: readonly (readonly [from: number, to: number])[]): LooseSegment {
  return {
    start: at(words[0]![0]),
    end: at(words.at(-1)![1]),
    text: ' word'.repeat(words.length),
    tokens: [],
    windowStart: at(0),
    temperature: 0,
    averageLogProbability: 0,
    compressionRatio: 1,
    noSpeechProbability: 0,
    words: words.map(([from, to]) => ({ text: ' word', start: at(from), end: at(to), probability: 1 })),
  };
}

/** Speech in the frames from `from` on, the first of all being number 100. */
function heardFrom(from: number) {
  const frames = Array.from({ length: 100 }, (_, i) => ({
    probability: i + 100 < from ? 0 : 0.9,
    level: 0.1,
  }));
  return { first: 100, frames };
}

it('moves the start of a word, and of its segment, to two frames before the first that may be speech', () => {
  const [moved] = startAtSpeech([segment([110, 140], [140, 150])], heardFrom(130));

  expect(moved).toMatchObject({ start: at(128), end: at(150) });
  expect(moved?.words?.map(({ start, end }) => [start, end])).toEqual([
    [at(128), at(140)],
    [at(140), at(150)],
  ]);
});

describe('first words in which nobody is heard', () => {
  const timesOf = (segments: readonly LooseSegment[]) =>
    segments[0]?.words?.map(({ start, end }) => [start / FRAME_SAMPLES, end / FRAME_SAMPLES]);

  it('move to between the first speech and the word after them', () => {
    const moved = startAtSpeech([segment([110, 116], [118, 122], [134, 140])], heardFrom(124));

    expect(timesOf(moved)).toEqual([
      [122, 125],
      [126, 128],
      [134, 140],
    ]);
    expect(moved[0]).toMatchObject({ start: at(122), end: at(140) });
  });

  it('share the word in which speech begins', () => {
    const moved = startAtSpeech([segment([110, 120], [120, 142], [142, 150])], heardFrom(128));

    expect(timesOf(moved)).toEqual([
      [126, 131],
      [131, 142],
      [142, 150],
    ]);
  });

  it('stay where speech is too far away, or nowhere', () => {
    const far = [segment([100, 140], [150, 160])];

    expect(timesOf(startAtSpeech(far, heardFrom(149)))).toEqual(timesOf(far));
    expect(timesOf(startAtSpeech(far, heardFrom(200)))).toEqual(timesOf(far));
  });
});

it('leaves a word alone that begins in speech, or in which the detector hears none', () => {
  const spoken = [segment([131, 140])];

  expect(startAtSpeech(spoken, heardFrom(130))).toEqual(spoken);
  expect(startAtSpeech(spoken, heardFrom(190))).toEqual(spoken);
  expect(startAtSpeech(spoken, null)).toBe(spoken);
});

it('knows nothing of what lies before the frames', () => {
  const [moved] = startAtSpeech([segment([90, 140])], heardFrom(100));

  expect(moved?.start).toBe(at(98));
});
