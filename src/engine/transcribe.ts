/**
 * One job from sound to segments. Sound flows through a sliding window, so memory does not grow with the
 * length of the file. The windows come in one of two orders:
 *
 * sequential, as openai/whisper: each window has the text before it as its prompt and begins where the last
 * finished segment ended;
 * batched: the sound is cut at quiet places into chunks of at most 30 s, which know nothing of each other
 * and are decoded side by side, so that one reading of the weights serves all.
 *
 * Where a voice detector listens, stretches without speech are jumped over, and no window reaches into one.
 */
import { AppError, cancelledError } from '../shared/errors.js';
import type { JobEvent, JobStats } from '../shared/events.js';
import type { TranscribeOptions } from '../shared/options.js';
import { toSamples } from '../shared/time.js';
import type { AudioStream } from './audio/audio.js';
import { SampleWindow } from './audio/sample-window.js';
import type { JobBackend } from './backend/step-batcher.js';
import { findQuietCut } from './decoding/quiet-cut.js';
import { Turn } from './decoding/turn.js';
import { WindowDecoder } from './decoding/window-decoder.js';
import type { LooseSegment, WindowSound } from './decoding/window-decoder.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from './mel/log-mel.js';
import type { Tokenizer } from './model/tokenizer.js';
import type { VoiceModel } from './voice/voice-model.js';
import { CAUTIOUS, STRICT } from './voice/spans.js';
import { VoiceActivity } from './voice/voice-activity.js';

/** A file or a rest shorter than this (100 ms) holds no word; Whisper invents one for it. As whisper.cpp. */
const SHORTEST_WINDOW = 1600;
/** For the language at most this much sound (3 min) is read ahead, and kept in memory. */
const FURTHEST_AHEAD = 180 * 16_000;
/** A chunk is cut in its last third, so that encoding, which costs the same for any length, is not wasted. */
const EARLIEST_CUT = (WINDOW_SAMPLES * 2) / 3;

export interface JobInput {
  readonly audio: AudioStream;
  readonly backend: JobBackend;
  readonly tokenizer: Tokenizer;
  /** null: everything is heard. */
  readonly voiceModel: VoiceModel | null;
  readonly options: TranscribeOptions;
  readonly emit: (event: JobEvent) => void;
  readonly signal: AbortSignal;
  /** performance.now() when the job began, before the model was loaded. */
  readonly beganMs: number;
  readonly loadMs: number;
}

/** Runs the job to its end. Throws AppError; what was committed until then has been emitted. */
export async function transcribe(input: JobInput): Promise<JobStats> {
  const { language, batchSize } = input.options;
  if (language !== 'auto') input.emit({ kind: 'language', language, probability: 1 });
  const job = new Transcription(input, new WindowDecoder(input));
  await (batchSize > 1 ? job.runBatched(batchSize) : job.runSequential());
  return job.finish();
}

interface Chunk {
  readonly start: number;
  readonly length: number;
  /** With EDGE_SAMPLES at either side. */
  readonly samples: Float32Array;
}

class Transcription {
  readonly #in: JobInput;
  readonly #decoder: WindowDecoder;
  readonly #voice: VoiceActivity | null;
  readonly #sound: SampleWindow;
  #audioMs = 0;
  #segments = 0;

  constructor(input: JobInput, decoder: WindowDecoder) {
    this.#in = input;
    this.#decoder = decoder;
    this.#voice = listenForSpeech(input);
    const { blocks } = input.audio;
    this.#sound = new SampleWindow(this.#voice === null ? blocks : this.#voice.listen(blocks));
  }

  async runSequential(): Promise<void> {
    let start = 0;
    let previous = this.#decoder.firstPrevious();
    for (;;) {
      const speech = await this.#skip(start);
      if (speech > start) this.#commit([], speech, true);
      start = speech;
      const available = await this.#listen(start);
      if (available < SHORTEST_WINDOW) return;
      const length = this.#hearUntil(start, start + available) - start;
      if (length < SHORTEST_WINDOW) {
        start += length;
        continue;
      }
      const outcome = await this.#decoder.decode({
        ...this.#readWindow(start, length),
        ahead: this.#readAhead(start + length),
        previous,
        emit: this.#in.emit,
      });
      previous = outcome.previous;
      start += outcome.advance;
      this.#commit(outcome.segments, start, outcome.isSilent);
      this.#discardBefore(start);
    }
  }

  /** Chunks are decoded up to `batchSize` at once and told in order. */
  async runBatched(batchSize: number): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let turn = Turn.first();
    let start = 0;
    try {
      for (;;) {
        const chunk = await this.#takeChunk(start);
        if (chunk === null) break;
        start = chunk.start + chunk.length;
        const mine = turn;
        turn = mine.next();
        const work = this.#decodeChunk(chunk, mine);
        underWay.add(work);
        const forget = (): void => void underWay.delete(work);
        // A failure is met where `underWay` is awaited.
        work.then(forget, () => undefined);
        // The language of the first chunk with sound is that of all.
        if (this.#decoder.language === null) await work;
        while (underWay.size >= batchSize) await Promise.race(underWay);
      }
      await Promise.all(underWay);
    } finally {
      // After a failure or a cancel the others end at their next token; nothing may run on behind the job.
      await Promise.allSettled(underWay);
    }
  }

  finish(): JobStats {
    if (this.#sound.received === 0) throw noSound();
    return {
      ...this.#decoder.stats(),
      audio: toSamples(this.#sound.received),
      totalMs: this.#elapsedMs(),
      loadMs: this.#in.loadMs,
      audioMs: this.#audioMs,
      ...this.#in.backend.spent(),
    };
  }

  /** A chunk may take several windows: what its last finished segment leaves is heard again, as ever. */
  async #decodeChunk(chunk: Chunk, turn: Turn): Promise<void> {
    try {
      let offset = 0;
      let previous = this.#decoder.firstPrevious();
      while (chunk.length - offset >= SHORTEST_WINDOW) {
        const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
        samples.set(chunk.samples.subarray(offset));
        // Beyond the chunk lies sound that is another's.
        samples.fill(0, EDGE_SAMPLES + chunk.length - offset);
        const outcome = await this.#decoder.decode({
          samples,
          start: chunk.start + offset,
          length: chunk.length - offset,
          ahead: this.#readAhead(chunk.start + chunk.length),
          previous,
          emit: (event) => {
            turn.say(() => {
              this.#in.emit(event);
            });
          },
        });
        previous = outcome.previous;
        offset += outcome.advance;
        const processed = chunk.start + Math.min(offset, chunk.length);
        turn.say(() => {
          this.#commit(outcome.segments, processed, outcome.isSilent);
        });
      }
      turn.end();
    } catch (thrown) {
      turn.fail();
      throw thrown;
    }
  }

  /** The window's own sound: what lies in a gap after it is not to be heard. */
  #readWindow(start: number, length: number): WindowSound {
    const samples = this.#sound.read(start - EDGE_SAMPLES, WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
    // A whole window keeps the edge that lies beyond it.
    if (length < WINDOW_SAMPLES) samples.fill(0, EDGE_SAMPLES + length);
    return { samples, start, length };
  }

  /** Windows with sound from there on; nothing is discarded, since they are yet to be decoded. */
  async *#readAhead(from: number): AsyncGenerator<WindowSound> {
    let start = from;
    while (start < from + FURTHEST_AHEAD) {
      const available = await this.#listen(start);
      if (available < SHORTEST_WINDOW) return;
      const speech = this.#voice?.skipFrom(start) ?? start;
      const length = this.#hearUntil(speech, start + available) - speech;
      if (speech === start && length >= SHORTEST_WINDOW) yield this.#readWindow(start, length);
      start = speech === start ? start + Math.max(length, SHORTEST_WINDOW) : speech;
    }
  }

  /** The next chunk, or null when less is left than can hold a word. */
  async #takeChunk(from: number): Promise<Chunk | null> {
    const start = await this.#skip(from);
    const available = await this.#listen(start);
    if (available < SHORTEST_WINDOW) return null;
    const length = this.#measureChunk(start, available);
    const samples = this.#sound.read(start - EDGE_SAMPLES, length + 2 * EDGE_SAMPLES);
    this.#discardBefore(start + length);
    return { start, length, samples };
  }

  #measureChunk(start: number, available: number): number {
    if (this.#voice !== null) return this.#voice.findWindowEnd(start) - start;
    const isRest = this.#sound.isEnded && this.#sound.received - start <= WINDOW_SAMPLES;
    if (isRest) return available;
    return findQuietCut(this.#sound.read(start, available), EARLIEST_CUT, available);
  }

  /** The first place at or after `start` where something is to be heard, or where the sound ends. */
  async #skip(start: number): Promise<number> {
    if (this.#voice === null) return start;
    let place = start;
    for (;;) {
      await this.#listen(place);
      const next = this.#voice.skipFrom(place);
      if (next === place) return place;
      place = next;
      this.#discardBefore(place);
    }
  }

  #hearUntil(from: number, latest: number): number {
    return this.#voice?.hearUntil(from, latest) ?? latest;
  }

  #discardBefore(sample: number): void {
    this.#sound.discardBefore(sample - EDGE_SAMPLES);
    this.#voice?.discardBefore(sample);
  }

  /** Waits for the sound of a window; returns how much of it there is. */
  async #listen(start: number): Promise<number> {
    if (this.#in.signal.aborted) throw cancelledError();
    const began = performance.now();
    await this.#sound.ensure(start + WINDOW_SAMPLES + EDGE_SAMPLES + (this.#voice?.lookahead ?? 0));
    this.#audioMs += performance.now() - began;
    return Math.min(WINDOW_SAMPLES, this.#sound.received - start);
  }

  #commit(segments: readonly LooseSegment[], processed: number, isSilent: boolean): void {
    this.#in.emit({
      kind: 'commit',
      segments: segments.map((segment) => ({ index: this.#segments++, ...segment })),
      processed: toSamples(processed),
      elapsedMs: this.#elapsedMs(),
      isSilent,
    });
  }

  #elapsedMs(): number {
    return performance.now() - this.#in.beganMs;
  }
}

function listenForSpeech({ voiceModel, options, emit }: JobInput): VoiceActivity | null {
  if (voiceModel === null || options.vad === 'off') return null;
  return new VoiceActivity(voiceModel, options.vad === 'strict' ? STRICT : CAUTIOUS, (span) => {
    emit({ kind: 'span', span });
  });
}

function noSound(): AppError {
  return new AppError(
    'no-sound',
    'The file has a sound track, but there is no sound in it: not one sample.',
    'Check that the recording plays in a media player, and export or record it again.',
  );
}
