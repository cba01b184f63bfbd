/**
 * Speech as windows of at most 30 s for decoding side by side. In: where a window begins, the gap without
 * speech and the frames after that. Out: where it ends. A gap ends one, also a short one: Whisper may leave out what is
 * said behind it. Speech that goes on is cut in the longest pause in reach, at its quietest place, so that no
 * word is cut if it can be helped. Windows together hold all that is not in a gap. Pure.
 */
import { EARLIEST_CUT } from '../decoding/quiet-cut.js';
import { WINDOW_SAMPLES } from '../mel/log-mel.js';
import { FRAME_SAMPLES } from './voice-model.js';
import type { VoiceFrame } from './voice-stream.js';

/** Below this a frame is part of a pause (Silero's threshold for the end of speech). */
const PAUSE_PROBABILITY = 0.35;
/** A cut is as quiet as the loudest of these frames around it (0.3 s), so that a stop in a word does not win. */
const QUIET_FRAMES = 9;

export interface WindowRequest {
  /** Where the window begins, in samples; not inside a gap. */
  readonly start: number;
  /** Where the next gap begins, as far as is known; Infinity without one. */
  readonly nextGap: number;
  /** Frames from the one that holds `start` to the last one received. */
  readonly frames: readonly VoiceFrame[];
  /** Samples received: at least `start` + WINDOW_SAMPLES, and some more, unless the sound has ended. */
  readonly received: number;
}

/** @returns where the window ends: after `start`, at most WINDOW_SAMPLES after it. */
export function findWindowEnd({ start, nextGap, frames, received }: WindowRequest): number {
  const latest = Math.min(start + WINDOW_SAMPLES, received);
  if (nextGap < latest) return nextGap;
  if (received - start <= WINDOW_SAMPLES) return latest;
  const firstFrame = Math.floor(start / FRAME_SAMPLES);
  const from = Math.ceil((start + EARLIEST_CUT) / FRAME_SAMPLES) - firstFrame;
  const to = Math.floor(latest / FRAME_SAMPLES) - firstFrame;
  const pause = findLongestPause(frames, from, to);
  return (firstFrame + findQuietest(frames, pause.from, pause.to)) * FRAME_SAMPLES;
}

interface FrameRange {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** The longest run of frames without speech; of equally long ones the last. The whole when there is none. */
function findLongestPause(frames: readonly VoiceFrame[], from: number, to: number): FrameRange {
  let best: FrameRange | null = null;
  let begin = from;
  for (let frame = from; frame < to; frame++) {
    if (frames[frame]!.probability >= PAUSE_PROBABILITY) {
      begin = frame + 1;
    } else if (best === null || frame + 1 - begin >= best.to - best.from) {
      best = { from: begin, to: frame + 1 };
    }
  }
  return best ?? { from, to };
}

/** The frame in the middle of the quietest part of the range; of equally quiet parts the last. */
function findQuietest(frames: readonly VoiceFrame[], from: number, to: number): number {
  const width = Math.min(QUIET_FRAMES, to - from);
  let best = from;
  let bestLevel = Infinity;
  for (let frame = from; frame + width <= to; frame++) {
    const loudest = Math.max(...frames.slice(frame, frame + width).map(({ level }) => level));
    if (loudest <= bestLevel) {
      bestLevel = loudest;
      best = frame + Math.ceil(width / 2);
    }
  }
  return best;
}
