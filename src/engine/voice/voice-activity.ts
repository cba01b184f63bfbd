/**
 * What the order of windows (transcribe.ts) asks about speech: may this be skipped, and until where is there
 * something to hear. Stands between the file and the SampleWindow: every block that comes is heard here
 * first, so what was received was listened to. Remembers no more than the sound that is still held.
 */
import type { Span } from '../../shared/span.js';
import { FRAME_SAMPLES } from './voice-model.js';
import type { VoiceModel } from './voice-model.js';
import { HELD_FRAMES } from './tone-finder.js';
import type { NumberedFrames } from './late-speech.js';
import { SpanFinder } from './spans.js';
import type { SpanSettings } from './spans.js';
import { VoiceStream } from './voice-stream.js';
import type { VoiceFrame } from './voice-stream.js';
import { findWindowEnd } from './windows.js';

interface Gap {
  readonly start: number;
  /** As far as is known. */
  readonly end: number;
}

export class VoiceActivity {
  /**
   * Samples to have received beyond what is asked about: then every gap that begins before is known, and
   * the answers do not depend on how the stream was cut into blocks.
   */
  readonly lookahead: number;
  readonly #stream: VoiceStream;
  readonly #finder: SpanFinder;
  readonly #tell: (span: Span) => void;
  #received = 0;
  #isEnded = false;
  /** Final gaps that were not discarded, in order. */
  #gaps: readonly Gap[] = [];
  #frames: VoiceFrame[] = [];
  /** Number of the first of `#frames`. */
  #firstFrame = 0;

  /** @param tell is given every span when it is final: in order, without a gap, from the first sample. */
  constructor(model: VoiceModel, settings: SpanSettings, tell: (span: Span) => void) {
    this.#stream = new VoiceStream(model);
    this.#finder = new SpanFinder(settings);
    this.lookahead = settings.shortestGap + settings.padding + (2 + HELD_FRAMES) * FRAME_SAMPLES;
    this.#tell = tell;
  }

  /** The same blocks, each listened to before it is handed on. */
  async *listen(blocks: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
    for await (const block of blocks) {
      this.#received += block.length;
      this.#take(await this.#stream.push(block));
      yield block;
    }
    this.#take(await this.#stream.finish());
    this.#isEnded = true;
    this.#giveOut(this.#finder.finish(this.#received));
  }

  /**
   * The first sample at or after `from` that has to be heard, as far as is known: when it is all that was
   * received, or close to it, more may be skipped once more has come.
   */
  skipFrom(from: number): number {
    return this.#listGaps().find(({ start, end }) => start <= from && end > from)?.end ?? from;
  }

  /** Where the next gap begins, at most `latest`: what lies before it is to be heard. */
  hearUntil(from: number, latest: number): number {
    const gap = this.#listGaps().find(({ start }) => start > from);
    return Math.min(latest, gap?.start ?? latest);
  }

  /** Where a window for decoding side by side ends that begins at `start`; see windows.ts. */
  findWindowEnd(start: number): number {
    const skipped = Math.floor(start / FRAME_SAMPLES) - this.#firstFrame;
    return findWindowEnd({
      start,
      nextGap: this.hearUntil(start, Infinity),
      frames: this.#frames.slice(skipped),
      received: this.#received,
    });
  }

  /** What was heard frame by frame from the one that holds `start`, which must not be discarded yet, up to `end`. */
  listFrames(start: number, end: number): NumberedFrames {
    const from = Math.max(0, Math.floor(start / FRAME_SAMPLES) - this.#firstFrame);
    const frames = this.#frames.slice(from, Math.ceil(end / FRAME_SAMPLES) - this.#firstFrame);
    return { first: this.#firstFrame + from, frames };
  }

  /** Forgets what lies before the sample. */
  discardBefore(sample: number): void {
    const frame = Math.max(this.#firstFrame, Math.floor(sample / FRAME_SAMPLES));
    this.#frames = this.#frames.slice(frame - this.#firstFrame);
    this.#firstFrame = frame;
    this.#gaps = this.#gaps.filter(({ end }) => end > sample);
  }

  #take(frames: readonly VoiceFrame[]): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#giveOut(this.#finder.push(frame));
    }
  }

  #giveOut(spans: readonly Span[]): void {
    if (spans.length === 0) return;
    this.#gaps = [...this.#gaps, ...spans.filter(({ kind }) => kind !== 'speech')];
    for (const span of spans) this.#tell(span);
  }

  #listGaps(): readonly Gap[] {
    const open = this.#isEnded ? null : this.#finder.openGap();
    return open === null ? this.#gaps : [...this.#gaps, open];
  }
}
