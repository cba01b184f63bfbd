/**
 * Where a word begins and ends by ear: no token stands for a pause, so that time warping gives a pause to one of the
 * words beside it. What is quiet at the edges of a word is not the word's. Not in openai/whisper. Pure.
 */
import type { AlignedWord } from './align-words.js';

/** 10 ms. */
const FRAME_SAMPLES = 160;
/** Below this share of the way from the level of the quiet frames to that of the loud ones, decibels, is quiet. */
const QUIET_SHARE = 0.3;
/** So much of the frames is quieter than the level of the quiet ones, and so much louder than the loud ones. */
const TAIL_SHARE = 0.1;
/** Where loud and quiet differ by less, decibels, the sound does not say where words are. */
const SMALLEST_RANGE = 12;
/** Shorter quiet, 80 ms, may be the beginning of a consonant. */
const SHORTEST_QUIET = 8;
/** What is left before the first loud frame, 20 ms: sounds begin softly. */
const LEAD = 2;

/**
 * The words of a window without the pauses at their edges.
 * @param sound float32, the window from its first sample on.
 */
export function cutQuietEdges(
  segments: readonly (readonly AlignedWord[])[],
  sound: Float32Array,
): readonly (readonly AlignedWord[])[] {
  const levels = measureLevels(sound);
  const limit = findLimit(levels);
  if (limit === null) return segments;
  return segments.map((words) => words.map((word) => cutWord(word, levels, limit)));
}

/** Of each frame, decibels. */
function measureLevels(sound: Float32Array): Float32Array {
  return Float32Array.from({ length: Math.floor(sound.length / FRAME_SAMPLES) }, (_, frame) => {
    let energy = 0;
    for (let i = frame * FRAME_SAMPLES; i < (frame + 1) * FRAME_SAMPLES; i++) energy += sound[i]! * sound[i]!;
    return 10 * Math.log10(energy / FRAME_SAMPLES + 1e-10);
  });
}

function findLimit(levels: Float32Array): number | null {
  const sorted = levels.toSorted();
  const quiet = sorted[Math.floor(TAIL_SHARE * sorted.length)] ?? 0;
  const loud = sorted[Math.floor((1 - TAIL_SHARE) * sorted.length)] ?? 0;
  return loud - quiet < SMALLEST_RANGE ? null : quiet + QUIET_SHARE * (loud - quiet);
}

function cutWord(word: AlignedWord, levels: Float32Array, limit: number): AlignedWord {
  const from = Math.floor(word.start / FRAME_SAMPLES);
  const to = Math.min(levels.length, Math.ceil(word.end / FRAME_SAMPLES));
  let first = from;
  while (first < to && levels[first]! < limit) first++;
  // All quiet: a whisper, or a word in the wrong place.
  if (first >= to) return word;
  let last = to;
  while (levels[last - 1]! < limit) last--;
  const start = first - from < SHORTEST_QUIET ? word.start : (first - LEAD) * FRAME_SAMPLES;
  const end = to - last < SHORTEST_QUIET ? word.end : Math.min(word.end, (last + LEAD) * FRAME_SAMPLES);
  return { ...word, start, end };
}
