/**
 * The sound of a job as windows to decode: a sliding view of the stream, with the voice detector in front of
 * it that says what is not to be heard. Memory holds what lies between what was discarded and what was asked
 * for last. All places are samples of the file.
 */
import { cancelledError } from '../shared/errors.js';
import { SampleWindow } from './audio/sample-window.js';
import { EARLIEST_CUT, findQuietCut } from './decoding/quiet-cut.js';
import type { WindowSound } from './decoding/window-sound.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from './mel/log-mel.js';
import type { NumberedFrames } from './voice/late-speech.js';
import type { VoiceActivity } from './voice/voice-activity.js';

/** A file or a rest shorter than this (100 ms) holds no word; Whisper invents one for it. As whisper.cpp. */
export const SHORTEST_WINDOW = 1600;
/** For the language at most this much sound (3 min) is read ahead, and kept in memory. */
const FURTHEST_AHEAD = 180 * 16_000;

export interface Chunk {
  readonly start: number;
  readonly length: number;
  /** With EDGE_SAMPLES at either side. */
  readonly samples: Float32Array;
  /** What the detector heard in it; null without one. */
  readonly frames: NumberedFrames | null;
}

export class HeardSound {
  readonly #sound: SampleWindow;
  readonly #voice: VoiceActivity | null;
  readonly #signal: AbortSignal;
  #waitedMs = 0;

  /** @param voice null: everything is heard. */
  constructor(blocks: AsyncIterable<Float32Array>, voice: VoiceActivity | null, signal: AbortSignal) {
    this.#voice = voice;
    this.#sound = new SampleWindow(voice === null ? blocks : voice.listen(blocks));
    this.#signal = signal;
  }

  /** Samples that came so far. */
  get received(): number {
    return this.#sound.received;
  }

  /** Wall time spent waiting for sound. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Reads on to `start` and forgets what lies before. */
  async passOver(start: number): Promise<void> {
    for (let place = 0; place < start; place += WINDOW_SAMPLES) {
      await this.listen(place);
      this.discardBefore(Math.min(place, start));
    }
  }

  /** The window's own sound: what lies in a gap after it is not to be heard. */
  readWindow(start: number, length: number): WindowSound {
    const samples = this.#sound.read(start - EDGE_SAMPLES, WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
    // A whole window keeps the edge that lies beyond it.
    if (length < WINDOW_SAMPLES) samples.fill(0, EDGE_SAMPLES + length);
    return { samples, start, length };
  }

  /** Windows with sound from there on; nothing is discarded, since they are yet to be decoded. */
  async *readAhead(from: number): AsyncGenerator<WindowSound> {
    let start = from;
    while (start < from + FURTHEST_AHEAD) {
      const available = await this.listen(start);
      if (available < SHORTEST_WINDOW) return;
      const speech = this.#voice?.skipFrom(start) ?? start;
      const length = this.hearUntil(speech, start + available) - speech;
      if (speech === start && length >= SHORTEST_WINDOW) yield this.readWindow(start, length);
      start = speech === start ? start + Math.max(length, SHORTEST_WINDOW) : speech;
    }
  }

  /** The next chunk, or null when less is left than can hold a word. */
  async takeChunk(from: number): Promise<Chunk | null> {
    const start = await this.skip(from);
    const available = await this.listen(start);
    if (available < SHORTEST_WINDOW) return null;
    const length = this.#measureChunk(start, available);
    const samples = this.#sound.read(start - EDGE_SAMPLES, length + 2 * EDGE_SAMPLES);
    const frames = this.listFrames(start, start + length);
    this.discardBefore(start + length);
    return { start, length, samples, frames };
  }

  #measureChunk(start: number, available: number): number {
    if (this.#voice !== null) return this.#voice.findWindowEnd(start) - start;
    const isRest = this.#sound.isEnded && this.#sound.received - start <= WINDOW_SAMPLES;
    if (isRest) return available;
    return findQuietCut(this.#sound.read(start, available), EARLIEST_CUT, available);
  }

  /** The first place at or after `start` where something is to be heard, or where the sound ends. */
  async skip(start: number): Promise<number> {
    if (this.#voice === null) return start;
    let place = start;
    for (;;) {
      await this.listen(place);
      const next = this.#voice.skipFrom(place);
      if (next === place) return place;
      place = next;
      this.discardBefore(place);
    }
  }

  hearUntil(from: number, latest: number): number {
    return this.#voice?.hearUntil(from, latest) ?? latest;
  }

  /** What the detector heard there; null without one. */
  listFrames(start: number, end: number): NumberedFrames | null {
    return this.#voice?.listFrames(start, end) ?? null;
  }

  discardBefore(sample: number): void {
    this.#sound.discardBefore(sample - EDGE_SAMPLES);
    this.#voice?.discardBefore(sample);
  }

  /** Waits for the sound of a window; returns how much of it there is. */
  async listen(start: number): Promise<number> {
    if (this.#signal.aborted) throw cancelledError();
    const began = performance.now();
    await this.#sound.ensure(start + WINDOW_SAMPLES + EDGE_SAMPLES + (this.#voice?.lookahead ?? 0));
    this.#waitedMs += performance.now() - began;
    return Math.min(WINDOW_SAMPLES, this.#sound.received - start);
  }
}

/** The sound up to a sample of the file; what follows is not read. */
export async function* endAt(blocks: AsyncIterable<Float32Array>, end: number): AsyncGenerator<Float32Array> {
  let received = 0;
  for await (const block of blocks) {
    yield block.subarray(0, end - received);
    received += block.length;
    if (received >= end) return;
  }
}
