/**
 * One job from sound to segments, the sequential way of openai/whisper: a window of 30 s is decoded
 * with the text before it as its prompt, and the next window begins where the last finished segment
 * ended. Sound flows through a sliding window, so memory does not grow with the length of the file.
 */
import { AppError, cancelledError } from '../shared/errors.js';
import type { JobEvent, JobStats } from '../shared/events.js';
import { LANGUAGE_CODES } from '../shared/languages.js';
import type { LanguageCode } from '../shared/languages.js';
import type { TranscribeOptions } from '../shared/options.js';
import type { Samples } from '../shared/time.js';
import { toSamples } from '../shared/time.js';
import type { Segment } from '../shared/transcript.js';
import type { AudioStream } from './audio/audio.js';
import { SampleWindow } from './audio/sample-window.js';
import type { DecoderBackend, EncodedWindow, ScoredToken } from './backend/backend.js';
import { decodeWindow, isSilentResult } from './decoding/decode-window.js';
import type { WindowResult } from './decoding/decode-window.js';
import { searchGreedily } from './decoding/search.js';
import { splitSegments } from './decoding/split-segments.js';
import type { SegmentSlice } from './decoding/split-segments.js';
import { TokenRules } from './decoding/token-rules.js';
import { MEL_BIN_COUNT } from './mel/filterbank.js';
import { EDGE_SAMPLES, FRAME_COUNT, LogMel, reflectStart, WINDOW_SAMPLES } from './mel/log-mel.js';
import { StreamingText, TIMESTAMP_SAMPLES } from './model/tokenizer.js';
import type { Tokenizer } from './model/tokenizer.js';

/** A file or a rest shorter than this (100 ms) holds no word; Whisper invents one for it. As whisper.cpp. */
const SHORTEST_WINDOW = 1600;
/** Below the smallest step of 16-bit sound: digital silence, which Whisper likes to fill with words. */
const SILENCE_PEAK = 1 / 32768;

export interface JobInput {
  readonly audio: AudioStream;
  readonly backend: DecoderBackend;
  readonly tokenizer: Tokenizer;
  readonly options: TranscribeOptions;
  readonly emit: (event: JobEvent) => void;
  readonly signal: AbortSignal;
  /** performance.now() when the job began, before the model was loaded. */
  readonly beganMs: number;
  readonly loadMs: number;
}

/** Runs the job to its end. Throws AppError; what was committed until then has been emitted. */
export async function transcribe(input: JobInput): Promise<JobStats> {
  return await new Transcription(input).run();
}

class Transcription {
  readonly #in: JobInput;
  readonly #sound: SampleWindow;
  readonly #rules: TokenRules;
  readonly #logMel = new LogMel();
  readonly #mel = new Float32Array(MEL_BIN_COUNT * FRAME_COUNT);
  readonly #spent = { audioMs: 0, melMs: 0, encodeMs: 0, decodeMs: 0 };
  #firstTokenMs: number | null = null;
  #windows = 0;
  #tokens = 0;
  #retries = 0;
  #segments = 0;
  #language: LanguageCode | null;
  /** Text before the window, as tokens, at most half a text context less one. */
  #previous: readonly number[];

  constructor(input: JobInput) {
    this.#in = input;
    this.#sound = new SampleWindow(input.audio.blocks);
    this.#rules = new TokenRules(input.tokenizer, input.backend.dimensions.vocabularySize);
    const { language, initialPrompt } = input.options;
    this.#language = language === 'auto' ? null : language;
    this.#previous = initialPrompt.trim() === '' ? [] : input.tokenizer.encode(` ${initialPrompt.trim()}`);
    if (this.#language !== null) this.#emitLanguage(this.#language, 1);
  }

  async run(): Promise<JobStats> {
    let start = 0;
    for (;;) {
      if (this.#in.signal.aborted) throw cancelledError();
      await this.#time('audioMs', this.#sound.ensure(start + WINDOW_SAMPLES + EDGE_SAMPLES));
      const length = Math.min(WINDOW_SAMPLES, this.#sound.received - start);
      if (length < SHORTEST_WINDOW) break;
      start += await this.#transcribeWindow(start, length);
      this.#sound.discardBefore(start - EDGE_SAMPLES);
    }
    if (this.#sound.received === 0) throw noSound();
    return this.#stats();
  }

  /** Commits one window; returns how far to move on. */
  async #transcribeWindow(start: number, length: number): Promise<number> {
    const samples = this.#sound.read(start - EDGE_SAMPLES, WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
    this.#windows++;
    if (isSilence(samples)) {
      this.#commit([], start + length, true);
      return length;
    }
    if (start === 0) reflectStart(samples);
    const melBegan = performance.now();
    this.#logMel.compute(samples, this.#mel);
    this.#spent.melMs += performance.now() - melBegan;

    const window = await this.#time(
      'encodeMs',
      this.#in.backend.encode(this.#mel, this.#in.backend.dimensions.audioContext),
    );
    try {
      const language = await this.#time('decodeMs', this.#detectLanguage(window));
      const result = await this.#time('decodeMs', this.#decode(window, start, length, language));
      return this.#finishWindow(result, start, length);
    } finally {
      window.release();
    }
  }

  #finishWindow(result: WindowResult, start: number, length: number): number {
    this.#retries += result.attempts - 1;
    if (isSilentResult(result)) {
      this.#commit([], start + length, true);
      return length;
    }
    const { slices, advance } = splitSegments(result.tokens, length, this.#in.tokenizer);
    const segments = slices
      .map((slice) => ({ slice, text: this.#in.tokenizer.decode(slice.tokens) }))
      .filter(({ slice, text }) => slice.end > slice.start && text.trim() !== '')
      .map(({ slice, text }) => this.#createSegment(slice, text, start, result));
    // Text found by guessing must not steer the next window.
    this.#previous =
      result.temperature > 0.5
        ? []
        : [...this.#previous, ...segments.flatMap((segment) => segment.tokens)].slice(-this.#promptLimit());
    this.#commit(segments, start + advance, false);
    return advance;
  }

  #createSegment(slice: SegmentSlice, text: string, start: number, result: WindowResult): Segment {
    return {
      index: this.#segments++,
      start: toSamples(start + slice.start),
      end: toSamples(start + slice.end),
      text,
      tokens: [...slice.tokens],
      windowStart: toSamples(start),
      temperature: result.temperature,
      averageLogProbability: result.averageLogProbability,
      compressionRatio: result.compressionRatio,
      noSpeechProbability: result.noSpeechProbability,
    };
  }

  async #detectLanguage(window: EncodedWindow): Promise<LanguageCode> {
    if (this.#language !== null) return this.#language;
    const { backend, tokenizer } = this.#in;
    const reply = await backend.start({
      window,
      prompt: [tokenizer.special.startOfTranscript],
      rule: this.#rules.language(LANGUAGE_CODES.length, 1),
      probe: null,
    });
    reply.sequences.release();
    const best = reply.choice.top[0]!;
    this.#language = tokenizer.languageOf(best.id);
    this.#emitLanguage(this.#language, Math.exp(best.logProbability));
    return this.#language;
  }

  async #decode(
    window: EncodedWindow,
    start: number,
    length: number,
    language: LanguageCode,
  ): Promise<WindowResult> {
    const { backend, tokenizer, options, signal } = this.#in;
    const { special } = tokenizer;
    const previous = this.#previous.slice(-this.#promptLimit());
    const before = previous.length > 0 ? [special.startOfPrevious, ...previous] : [];
    let text = new StreamingText(tokenizer);
    return await decodeWindow({
      search: searchGreedily,
      backend,
      tokenizer,
      window,
      prompt: [
        ...before,
        special.startOfTranscript,
        tokenizer.languageToken(language),
        tokenizer.taskToken(options.task),
      ],
      noSpeechProbe: { position: before.length, token: special.noSpeech },
      rules: this.#rules,
      maxTokens: backend.dimensions.textContext / 2,
      temperature: options.temperature,
      seed: start,
      signal,
      onAttempt: (attempt) => {
        text = new StreamingText(tokenizer);
        this.#in.emit({
          kind: 'attempt',
          windowStart: toSamples(start),
          windowEnd: toSamples(start + length),
          ...attempt,
        });
      },
      onToken: (token) => {
        this.#emitToken(token, text.push(token.id), start);
      },
    });
  }

  #emitToken(token: ScoredToken, text: string, start: number): void {
    const { tokenizer } = this.#in;
    this.#firstTokenMs ??= this.#elapsedMs();
    this.#tokens++;
    this.#in.emit({
      kind: 'token',
      id: token.id,
      text,
      logProbability: token.logProbability,
      timestamp: tokenizer.isTimestamp(token.id)
        ? toSamples(start + (token.id - tokenizer.special.timestampBegin) * TIMESTAMP_SAMPLES)
        : null,
      elapsedMs: this.#elapsedMs(),
    });
  }

  #emitLanguage(language: LanguageCode, probability: number): void {
    this.#in.emit({ kind: 'language', language, probability });
  }

  #commit(segments: readonly Segment[], processed: number, isSilent: boolean): void {
    this.#in.emit({
      kind: 'commit',
      segments: [...segments],
      processed: toSamples(processed),
      elapsedMs: this.#elapsedMs(),
      isSilent,
    });
  }

  /** Half the text context is for the prompt, less <|startofprev|>. */
  #promptLimit(): number {
    return this.#in.backend.dimensions.textContext / 2 - 1;
  }

  #elapsedMs(): number {
    return performance.now() - this.#in.beganMs;
  }

  async #time<T>(stage: 'audioMs' | 'encodeMs' | 'decodeMs', work: Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work;
    } finally {
      this.#spent[stage] += performance.now() - began;
    }
  }

  #stats(): JobStats {
    return {
      audio: this.#sound.received as Samples,
      totalMs: this.#elapsedMs(),
      loadMs: this.#in.loadMs,
      ...this.#spent,
      firstTokenMs: this.#firstTokenMs,
      windows: this.#windows,
      tokens: this.#tokens,
      retries: this.#retries,
    };
  }
}

function isSilence(samples: Float32Array): boolean {
  return samples.every((sample) => Math.abs(sample) < SILENCE_PEAK);
}

function noSound(): AppError {
  return new AppError(
    'no-sound',
    'The file has a sound track, but there is no sound in it: not one sample.',
    'Check that the recording plays in a media player, and export or record it again.',
  );
}
