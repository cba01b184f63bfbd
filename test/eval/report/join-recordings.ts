/**
 * One long recording made of many, with gaps between them: which, in what order, how far apart, and where each
 * of them then is. Everything is drawn from a seed. Pure; sounds.ts writes the file.
 */
import { SAMPLE_RATE_HZ } from '../../../src/shared/time.js';
import { createRandom, makeNoise, NOISE_COLOURS } from '../../made-sound.js';
import type { Recording } from '../manifest.js';
import { toPcm } from './sounds.js';

/** Of the joined sounds. Thresholds of the engine were found on the first; the second was made after that. */
export const JOIN_SEEDS = [4, 5] as const;
const LONGEST_GAP_SECONDS = 60;
/** Root mean square: between a quiet room and one where a fan runs. */
const NOISE_LEVEL = 0.005;
const GAP_SOUNDS = ['silence', ...NOISE_COLOURS] as const;

export interface DecodedRecording {
  readonly recording: Recording;
  /** 16 kHz mono. */
  readonly pcm: Int16Array;
  /** Where its first word begins by a forced aligner; null where that cannot say. */
  readonly firstWordSeconds: number | null;
}

export interface PlacedRecording {
  readonly recording: Recording;
  /** Sample of the joined sound at which it begins. */
  readonly start: number;
  /** Its length in samples. */
  readonly length: number;
  /** Sample of the joined sound at which something is first to be heard in it. */
  readonly onset: number;
  /** Sample of the joined sound at which its first word begins by a forced aligner; null where that cannot say. */
  readonly firstWord: number | null;
}

export interface JoinedRecordings {
  readonly pcm: Int16Array;
  readonly places: readonly PlacedRecording[];
}

interface Gap {
  readonly sound: (typeof GAP_SOUNDS)[number];
  readonly length: number;
}

/**
 * Gap, recording, gap, recording, ..., gap: in drawn order, each at most once, until they are as long as asked.
 * Gaps are drawn evenly from 0 to 60 s, and shortened in proportion for sounds below ten minutes.
 */
export function joinRecordings(
  recordings: readonly DecodedRecording[],
  seconds: number,
  seed: number,
): JoinedRecordings {
  const random = createRandom(seed);
  const longest = Math.min(LONGEST_GAP_SECONDS, seconds / 10) * SAMPLE_RATE_HZ;
  const drawGap = (): Gap => ({
    sound: GAP_SOUNDS[Math.floor(random() * GAP_SOUNDS.length)]!,
    length: Math.round(random() * longest),
  });
  const parts: Int16Array[] = [];
  const places: PlacedRecording[] = [];
  let end = 0;
  const add = (part: Int16Array) => {
    parts.push(part);
    end += part.length;
  };
  for (const { recording, pcm, firstWordSeconds } of shuffle(recordings, random)) {
    if (end >= seconds * SAMPLE_RATE_HZ) break;
    add(fillGap(drawGap()));
    places.push({
      recording,
      start: end,
      length: pcm.length,
      onset: end + findOnset(pcm),
      firstWord: firstWordSeconds === null ? null : end + Math.round(firstWordSeconds * SAMPLE_RATE_HZ),
    });
    add(pcm);
  }
  add(fillGap(drawGap()));
  return { pcm: concatenate(parts, end), places };
}

function fillGap({ sound, length }: Gap): Int16Array {
  if (sound === 'silence') return new Int16Array(length);
  return toPcm(makeNoise(sound, Math.ceil(length / SAMPLE_RATE_HZ), NOISE_LEVEL)).slice(0, length);
}

/** Fisher and Yates. */
function shuffle<Value>(values: readonly Value[], random: () => number): readonly Value[] {
  const shuffled = [...values];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[other]] = [shuffled[other]!, shuffled[i]!];
  }
  return shuffled;
}

function concatenate(parts: readonly Int16Array[], length: number): Int16Array {
  const joined = new Int16Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const FRAME_SAMPLES = 320;
/**
 * Of the power of the loudest tenth of the frames: 15 dB below it there is no speech yet. At 30 dB it is a breath in a
 * third of the recordings: 29 of 94 onsets are more than 0.3 s from where a forced aligner has the first word; so, 5.
 */
const ONSET_SHARE = 10 ** -1.5;
/** So long it has to be that loud, 100 ms: clicks are shorter. */
const ONSET_FRAMES = 5;

/**
 * Where speech begins by its power alone: no engine that is measured has a say in it. Frames of 20 ms; the first of
 * five in a row that are at most 15 dB below the loudest tenth. 0 when there is none.
 */
export function findOnset(pcm: Int16Array): number {
  const powers = Array.from({ length: Math.floor(pcm.length / FRAME_SAMPLES) }, (_, frame) =>
    pcm
      .subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES)
      .reduce((sum, sample) => sum + sample * sample, 0),
  );
  const sorted = powers.toSorted((first, second) => first - second);
  const limit = (sorted[Math.floor(sorted.length * 0.9)] ?? 0) * ONSET_SHARE;
  const first = powers.findIndex((_, frame) => {
    const next = powers.slice(frame, frame + ONSET_FRAMES);
    return next.length === ONSET_FRAMES && next.every((power) => power > limit);
  });
  return Math.max(0, first) * FRAME_SAMPLES;
}
