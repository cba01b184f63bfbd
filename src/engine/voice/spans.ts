/**
 * Where speech is. In: frames with their probability of speech, one after the other. Out: spans that cover the
 * sound without a gap, speech and what lies between, each final once it is given out. Pure: the spans depend on
 * the frames alone, not on when they came. All places are integer samples of the original file, computed from
 * the number of the frame, so nothing adds up over hours.
 *
 * Speech begins at a frame of at least `onset` and goes on until frames stay below `offset` for `pause`, as in
 * Silero's own get_speech_timestamps
 * (https://github.com/snakers4/silero-vad/blob/v6.2.1/src/silero_vad/utils_vad.py); it is padded on both sides,
 * and what is left between two stretches of speech is a gap only when it is long enough.
 */
import { toSamples } from '../../shared/time.js';
import type { Span, SpanKind } from '../../shared/span.js';
import { FRAME_SAMPLES } from './voice-model.js';
import type { VoiceFrame } from './voice-stream.js';

export interface SpanSettings {
  /** Probability at which speech begins, */
  readonly onset: number;
  /** and below which it ends. */
  readonly offset: number;
  /** Frames below `offset` that end it. */
  readonly pauseFrames: number;
  /** Speech of fewer frames is a click. */
  readonly shortestFrames: number;
  /** Samples of sound kept before and after speech. */
  readonly padding: number;
  /** Samples between padded stretches of speech; a shorter gap counts as speech. */
  readonly shortestGap: number;
}

/**
 * For transcribing: only what is certainly without speech is left out. A single frame that is a little like
 * speech keeps half a second on either side, and a pause must last four seconds to be noticed at all.
 */
export const CAUTIOUS: SpanSettings = {
  onset: 0.2,
  offset: 0.1,
  pauseFrames: 10,
  shortestFrames: 1,
  padding: 8_000,
  shortestGap: 48_000,
};

/** Silero's defaults (0.5, 0.35, 100 ms, 250 ms), with 200 ms of padding where it has 30. */
export const STRICT: SpanSettings = {
  onset: 0.5,
  offset: 0.35,
  pauseFrames: 4,
  shortestFrames: 8,
  padding: 3_200,
  shortestGap: 16_000,
};

/** Frames below this are silent: -50 dB of full scale, the noise of a quiet room. */
const SILENT_LEVEL = 0.00316;
/** A gap in which more of the frames than this are louder holds noise or music. */
const NOISE_SHARE = 1 / 3;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

export class SpanFinder {
  readonly #settings: SpanSettings;
  #frames = 0;
  /** Frames of speech under way, from its first to after its last that was not below `offset`. */
  #run: Stretch | null = null;
  /** Spans up to here have been given out. */
  #given = 0;
  /** Where the speech that begins at `#given` ends, padded; null when a gap begins there. More may join it. */
  #speechEnd: number | null = null;
  #gapFrames = 0;
  #loudFrames = 0;

  constructor(settings: SpanSettings) {
    this.#settings = settings;
  }

  /** Takes the next frame. @returns the spans that are final now. */
  push({ probability, level }: VoiceFrame): readonly Span[] {
    const { onset, offset, pauseFrames } = this.#settings;
    const index = this.#frames++;
    const isSpeech = probability >= (this.#run === null ? onset : offset);
    if (isSpeech) this.#run = { start: this.#run?.start ?? index, end: index + 1 };
    if (this.#run === null) this.#countLevel(level);
    const isOver = this.#run !== null && this.#frames - this.#run.end >= pauseFrames;
    const spans = isOver ? this.#endRun() : [];
    return this.openGap() === null ? spans : [...spans, ...this.#giveSpeech()];
  }

  /**
   * Ends the stream.
   *
   * @param length of the sound; the last frame may reach beyond it.
   * @returns the spans that were left, of which the last ends there.
   */
  finish(length: number): readonly Span[] {
    const spans = [...this.#endRun()];
    if (this.#speechEnd !== null && length - this.#speechEnd < this.#settings.shortestGap) {
      this.#speechEnd = length;
    }
    spans.push(...this.#giveSpeech());
    return [...spans, ...this.#give(this.#gapKind(), length)];
  }

  /** The gap that reaches to what was heard last, as far as it is certain; null when there is none. */
  openGap(): Stretch | null {
    const start = this.#speechEnd ?? this.#given;
    const end = (this.#run?.start ?? this.#frames) * FRAME_SAMPLES - this.#settings.padding;
    return end - start >= this.#settings.shortestGap ? { start, end } : null;
  }

  #endRun(): readonly Span[] {
    const run = this.#run;
    this.#run = null;
    if (run === null || run.end - run.start < this.#settings.shortestFrames) return [];
    const { padding, shortestGap } = this.#settings;
    const start = run.start * FRAME_SAMPLES - padding;
    const isGap = start - (this.#speechEnd ?? this.#given) >= shortestGap;
    const spans = isGap ? [...this.#giveSpeech(), ...this.#give(this.#gapKind(), start)] : [];
    this.#speechEnd = run.end * FRAME_SAMPLES + padding;
    this.#gapFrames = 0;
    this.#loudFrames = 0;
    return spans;
  }

  #giveSpeech(): readonly Span[] {
    if (this.#speechEnd === null) return [];
    const end = this.#speechEnd;
    this.#speechEnd = null;
    return this.#give('speech', end);
  }

  #give(kind: SpanKind, end: number): readonly Span[] {
    if (end <= this.#given) return [];
    const span = { kind, start: toSamples(this.#given), end: toSamples(end) };
    this.#given = end;
    return [span];
  }

  #countLevel(level: number): void {
    this.#gapFrames++;
    if (level >= SILENT_LEVEL) this.#loudFrames++;
  }

  #gapKind(): SpanKind {
    return kindOf(this.#loudFrames, this.#gapFrames);
  }
}

/** What a stretch without speech holds. */
export function gapKind(frames: readonly VoiceFrame[]): SpanKind {
  return kindOf(frames.filter(({ level }) => level >= SILENT_LEVEL).length, frames.length);
}

function kindOf(loudFrames: number, frames: number): SpanKind {
  return loudFrames > frames * NOISE_SHARE ? 'noise' : 'silence';
}
