/**
 * Where a word begins and ends by ear: no token stands for a pause, so that time warping gives a pause to one of the
 * words beside it. What is quiet at the edges of a word is not the word's; and where a pause lies inside, the longest
 * part is the word and the others are the tail of the word before, a breath or the head of the next one. Not in
 * openai/whisper. Pure.
 */
import type { AlignedWord } from './align-words.js';

/** 10 ms. */
const FRAME_SAMPLES = 160;
/** Below this share of the way from the level of the quiet frames to that of the loud ones, decibels, is quiet. */
const QUIET_SHARE = 0.35;
/** So much of the frames is quieter than the level of the quiet ones, and so much louder than the loud ones. */
const TAIL_SHARE = 0.1;
/** Where loud and quiet differ by less, decibels, the sound does not say where words are. */
const SMALLEST_RANGE = 12;
/** What is quieter than this below the loud ones, decibels, says nothing: digital silence would make all else loud. */
const LARGEST_RANGE = 40;
/** Shorter quiet, 80 ms, may be the beginning of a consonant. */
const SHORTEST_QUIET = 8;
/** A pause inside what time warping gives to a word is longer than the stop of a consonant: 150 ms. */
const LONGEST_INSIDE = 15;
/** Frames to either side of one that say how loud it is there. */
const CLICK_FRAMES = 2;
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

/** Of each frame, decibels; the median of five, so that a click in a pause is no sound. */
function measureLevels(sound: Float32Array): Float32Array {
  const levels = measureFrames(sound);
  return levels.map((_, i) => {
    const around = levels.slice(Math.max(0, i - CLICK_FRAMES), i + CLICK_FRAMES + 1).sort();
    return around[around.length >> 1]!;
  });
}

function measureFrames(sound: Float32Array): Float32Array {
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
  const floor = Math.max(quiet, loud - LARGEST_RANGE);
  return loud - quiet < SMALLEST_RANGE ? null : floor + QUIET_SHARE * (loud - floor);
}

function cutWord(word: AlignedWord, levels: Float32Array, limit: number): AlignedWord {
  const from = Math.floor(word.start / FRAME_SAMPLES);
  const to = Math.min(levels.length, Math.ceil(word.end / FRAME_SAMPLES));
  const parts = findLoudParts(levels.subarray(from, to), limit, isSpelled(word) ? Infinity : LONGEST_INSIDE);
  const longest = parts.reduce(
    (best, part) => (part.end - part.start >= best.end - best.start ? part : best),
    {
      start: 0,
      end: 0,
    },
  );
  // All quiet: a whisper, or a word in the wrong place.
  if (longest.end === 0) return word;
  const [first, last] = [from + longest.start, from + longest.end];
  const start = first - from < SHORTEST_QUIET ? word.start : (first - LEAD) * FRAME_SAMPLES;
  const end = to - last < SHORTEST_QUIET ? word.end : Math.min(word.end, (last + LEAD) * FRAME_SAMPLES);
  return { ...word, start, end };
}

interface LoudPart {
  readonly start: number;
  /** Behind its last frame. */
  readonly end: number;
}

/** Parts that begin and end loud, between them quiet of at least `pause` frames. */
function findLoudParts(levels: Float32Array, limit: number, pause: number): readonly LoudPart[] {
  const parts: LoudPart[] = [];
  for (const [frame, level] of levels.entries()) {
    if (level < limit) continue;
    const last = parts.at(-1);
    if (last === undefined || frame - last.end >= pause) parts.push({ start: frame, end: frame + 1 });
    else parts[parts.length - 1] = { ...last, end: frame + 1 };
  }
  return parts;
}

/** A number may be read digit by digit, with pauses between. */
function isSpelled({ text }: AlignedWord): boolean {
  return /\p{N}/u.test(text);
}
