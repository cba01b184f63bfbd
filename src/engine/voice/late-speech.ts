/**
 * What the detector knows of the sound behind the text of a window. Whisper stops at times after the first of several
 * sayings that share a window, as if the rest were silence: a digit read out three seconds after a sentence is lost.
 * Where the detector is sure of speech after a pause that the text does not reach, the sound is heard again from
 * there. And where it is sure that nobody speaks behind the text, the rest is not heard: Whisper thanks for watching
 * in it. Pure.
 */
import { FRAME_SAMPLES } from './voice-model.js';
import type { VoiceFrame } from './voice-stream.js';

/** Silero's own thresholds for speech and for its end: what is between says nothing. */
const SPEECH = 0.5;
const PAUSE = 0.35;
/** Below this in every frame nobody speaks (spans.ts, CAUTIOUS). */
const DOUBT = 0.1;
/** Less than 250 ms is a cough (Silero's min_speech_duration_ms). */
const SHORTEST_FRAMES = 8;
/** 1 s: what follows a shorter pause is most often a filler that Whisper leaves out as it was taught. */
const PAUSE_FRAMES = 31;
/** 2 s of speech are no filler: they are heard again without a pause, too. Soft speech after a loud speaker is such. */
const LONG_FRAMES = 62;
/** What is kept before the speech, half a second, as before any other (spans.ts, CAUTIOUS). */
const LEAD_FRAMES = 16;

/** Frames of a stretch of the sound, of which the first has this number in the file. */
export interface NumberedFrames {
  readonly first: number;
  readonly frames: readonly VoiceFrame[];
}

/** Samples of the file, and what the detector heard in them; null without one. */
export interface HeardStretch {
  readonly start: number;
  readonly end: number;
  readonly frames: NumberedFrames | null;
}

/**
 * @param from sample at which the text ends,
 * @param to and the window.
 * @returns the sample, not before `from`, from which to hear again; null when nothing was left out.
 */
export function findLateSpeech({ first, frames }: NumberedFrames, from: number, to: number): number | null {
  const begin = Math.ceil(from / FRAME_SAMPLES) - first;
  const end = Math.min(frames.length, Math.floor(to / FRAME_SAMPLES) - first);
  const speech = frames.slice(Math.max(0, begin), end).filter(({ probability }) => probability >= SPEECH);
  let quiet = speech.length >= LONG_FRAMES ? PAUSE_FRAMES : 0;
  for (let frame = begin; frame < end; frame++) {
    const { probability } = frames[frame]!;
    if (probability >= SPEECH && quiet >= PAUSE_FRAMES && isSpeech(frames.slice(frame, end))) {
      return Math.max(from, (first + findBeginning(frames, begin, frame) - LEAD_FRAMES) * FRAME_SAMPLES);
    }
    if (probability >= SPEECH && speech.length < LONG_FRAMES) quiet = 0;
    else if (probability < PAUSE) quiet++;
  }
  return null;
}

/**
 * Before the first frame that is surely speech there may be softer speech, the "Mon" of a creaky "Montreal": back over all
 * frames that may be, no two of them further apart than what is kept before speech.
 */
function findBeginning(frames: readonly VoiceFrame[], begin: number, sure: number): number {
  let beginning = sure;
  for (let frame = sure - 1; frame >= Math.max(begin, beginning - LEAD_FRAMES); frame--) {
    if (frames[frame]!.probability >= DOUBT) beginning = frame;
  }
  return beginning;
}

/** Whether somebody may speak between the samples. */
export function maySpeak({ first, frames }: NumberedFrames, from: number, to: number): boolean {
  return sliceFrames({ first, frames }, from, to).some(({ probability }) => probability >= DOUBT);
}

/** The first sample between them at which somebody may speak; null when there is none. */
export function findSpeech(heard: NumberedFrames, from: number, to: number): number | null {
  const frame = sliceFrames(heard, from, to).findIndex(({ probability }) => probability >= DOUBT);
  if (frame === -1) return null;
  return Math.max(from, (Math.max(heard.first, Math.floor(from / FRAME_SAMPLES)) + frame) * FRAME_SAMPLES);
}

/** Whether there is speech of a word's length between the samples, pauses or not. */
export function hearsSpeech(heard: NumberedFrames, from: number, to: number): boolean {
  const speech = sliceFrames(heard, from, to).filter(({ probability }) => probability >= SPEECH);
  return speech.length >= SHORTEST_FRAMES;
}

/** Those that the stretch touches. */
export function sliceFrames(
  { first, frames }: NumberedFrames,
  from: number,
  to: number,
): readonly VoiceFrame[] {
  const begin = Math.max(0, Math.floor(from / FRAME_SAMPLES) - first);
  return frames.slice(begin, Math.max(begin, Math.ceil(to / FRAME_SAMPLES) - first));
}

/** Whether it begins with enough frames of speech that no pause comes between. */
function isSpeech(frames: readonly VoiceFrame[]): boolean {
  const beginning = frames.slice(0, SHORTEST_FRAMES);
  return beginning.length === SHORTEST_FRAMES && beginning.every(({ probability }) => probability >= PAUSE);
}
