/**
 * One window from sound to segments, whichever way windows are put in order: encode, language, decode
 * with retries, split. Holds what is shared by the windows of a job (rules, language, counts); a window's
 * own state lives in its call, so that several can be under way at once.
 */
import type { JobEvent, JobStats } from '../../shared/events.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { TranscribeOptions } from '../../shared/options.js';
import { createReplacer } from '../../shared/replacements.js';
import type { Replacer } from '../../shared/replacements.js';
import { toSamples } from '../../shared/time.js';
import type { Segment } from '../../shared/transcript.js';
import type { DecoderBackend, EncodedWindow, ScoredToken } from '../backend/backend.js';
import { EDGE_SAMPLES, reflectStart, WINDOW_SAMPLES } from '../mel/log-mel.js';
import { StreamingText, TIMESTAMP_SAMPLES } from '../model/tokenizer.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { decodeWindow, isSilentResult } from './decode-window.js';
import type { WindowResult } from './decode-window.js';
import { chooseSearch } from './choose-search.js';
import { LanguageDetector } from './language-detector.js';
import { encodeHints, fitContext } from './prompt.js';
import type { Search } from './search.js';
import { splitSegments } from './split-segments.js';
import type { SegmentSlice } from './split-segments.js';
import { TokenRules } from './token-rules.js';

/** Below the smallest step of 16-bit sound: digital silence, which Whisper likes to fill with words. */
const SILENCE_PEAK = 1 / 32768;

/** One encoder position: two mel frames. */
const POSITION_SAMPLES = 320;
/**
 * A window that is not full is encoded to 15 s past its sound, not to 30 s: cheaper, and heard no worse
 * (docs/accuracy.md, "Shorter windows").
 */
const POSITIONS_PAST_SOUND = 750;

/** A segment before it has its place in the transcript. */
export type LooseSegment = Omit<Segment, 'index'>;

export interface WindowSound {
  /** float32 [EDGE_SAMPLES + WINDOW_SAMPLES + EDGE_SAMPLES], zeros after the window's end. */
  readonly samples: Float32Array;
  /** Place of the window in the file, in samples. */
  readonly start: number;
  /** Sound in it, at most WINDOW_SAMPLES. */
  readonly length: number;
}

export interface WindowInput extends WindowSound {
  /** The windows after it, for the language; read only where that has to be found and is in doubt. */
  readonly ahead: AsyncIterable<WindowSound>;
  /** Tokens of the text before, for the prompt. */
  readonly previous: readonly number[];
  readonly emit: (event: JobEvent) => void;
}

export interface WindowOutcome {
  readonly segments: readonly LooseSegment[];
  /** Samples that are done, more than 0. */
  readonly advance: number;
  readonly isSilent: boolean;
  /** The text before the next window, for its prompt. */
  readonly previous: readonly number[];
}

export interface WindowDecoderInput {
  readonly backend: DecoderBackend;
  readonly tokenizer: Tokenizer;
  readonly options: TranscribeOptions;
  readonly signal: AbortSignal;
  /** performance.now() when the job began. */
  readonly beganMs: number;
}

export type WindowStats = Pick<JobStats, 'firstTokenMs' | 'windows' | 'tokens' | 'retries'>;

export class WindowDecoder {
  readonly #in: WindowDecoderInput;
  readonly #rules: TokenRules;
  readonly #search: Search;
  readonly #detector: LanguageDetector;
  readonly #hints: readonly number[];
  readonly #replacer: Replacer;
  readonly #stats = {
    firstTokenMs: null as number | null,
    windows: 0,
    tokens: 0,
    retries: 0,
  };
  #language: LanguageCode | null;

  constructor(input: WindowDecoderInput) {
    this.#in = input;
    this.#rules = new TokenRules(input.tokenizer, input.backend.dimensions.vocabularySize);
    this.#search = chooseSearch(input.options);
    this.#detector = new LanguageDetector({ ...input, rules: this.#rules, allowed: input.options.languages });
    this.#hints = encodeHints(input.options.vocabulary, this.#promptLimit(), input.tokenizer);
    this.#replacer = createReplacer(input.options.replacements);
    this.#language = input.options.language === 'auto' ? null : input.options.language;
  }

  /** The tokens of the user's prompt, before the first window. */
  firstPrevious(): readonly number[] {
    const prompt = this.#in.options.initialPrompt.trim();
    return prompt === '' ? [] : this.#in.tokenizer.encode(` ${prompt}`);
  }

  /** Null until the first window with sound, unless the user named it. */
  get language(): LanguageCode | null {
    return this.#language;
  }

  stats(): WindowStats {
    return { ...this.#stats };
  }

  async decode(input: WindowInput): Promise<WindowOutcome> {
    this.#stats.windows++;
    if (isSilence(input.samples)) return silentOutcome(input.length, input.previous);
    const window = await this.#encode(input);
    try {
      const language = await this.#detectLanguage(window, input);
      return this.#finish(await this.#decodeWindow(window, input, language), input);
    } finally {
      window.release();
    }
  }

  #finish(result: WindowResult, { start, length, previous }: WindowInput): WindowOutcome {
    this.#stats.retries += result.attempts - 1;
    if (isSilentResult(result)) return silentOutcome(length, previous);
    const { slices, advance } = splitSegments(result.tokens, length, this.#in.tokenizer);
    const segments = slices
      .map((slice) => ({ slice, text: this.#in.tokenizer.decode(slice.tokens) }))
      .filter(({ slice, text }) => slice.end > slice.start && text.trim() !== '')
      .map(({ slice, text }) => createSegment(slice, this.#replacer.text(text), start, result));
    const tokens = segments.flatMap((segment) => segment.tokens);
    return {
      segments,
      advance,
      isSilent: false,
      // Text found by guessing, or not good enough, must not steer the next window.
      previous:
        result.temperature > 0.5 || result.fault !== null
          ? []
          : [...previous, ...tokens].slice(-this.#promptLimit()),
    };
  }

  async #encode({ samples, start, length }: WindowSound): Promise<EncodedWindow> {
    if (start === 0) reflectStart(samples);
    return await this.#in.backend.encode(samples, this.#countPositions(length), this.#in.signal);
  }

  async *#encodeAll(windows: AsyncIterable<WindowSound>): AsyncGenerator<EncodedWindow> {
    for await (const window of windows) if (!isSilence(window.samples)) yield await this.#encode(window);
  }

  async #detectLanguage(window: EncodedWindow, { length, ahead, emit }: WindowInput): Promise<LanguageCode> {
    if (this.#language !== null) return this.#language;
    const found = await this.#detector.detect(window, length, this.#encodeAll(ahead));
    this.#language = found.language;
    emit({ kind: 'language', ...found });
    return found.language;
  }

  async #decodeWindow(
    window: EncodedWindow,
    { start, length, previous, emit }: WindowInput,
    language: LanguageCode,
  ): Promise<WindowResult> {
    const { backend, tokenizer, options, signal } = this.#in;
    let text = new StreamingText(tokenizer);
    return await decodeWindow({
      search: this.#search,
      backend,
      tokenizer,
      window,
      prompt: tokenizer.startSequence(language, options.task),
      context: fitContext({ hints: this.#hints, previous }, this.#promptLimit()),
      rules: this.#rules,
      maxTokens: backend.dimensions.textContext / 2,
      temperature: options.temperature,
      seed: start,
      signal,
      onAttempt: (attempt) => {
        text = new StreamingText(tokenizer);
        const place = { windowStart: toSamples(start), windowEnd: toSamples(start + length) };
        emit({ kind: 'attempt', ...place, ...attempt });
      },
      onToken: (token) => {
        emit(this.#createTokenEvent(token, text.push(token.id), start));
      },
    });
  }

  #createTokenEvent(token: ScoredToken, text: string, start: number): JobEvent {
    const { tokenizer, beganMs } = this.#in;
    const elapsedMs = performance.now() - beganMs;
    this.#stats.firstTokenMs ??= elapsedMs;
    this.#stats.tokens++;
    return {
      kind: 'token',
      id: token.id,
      text,
      logProbability: token.logProbability,
      timestamp: tokenizer.isTimestamp(token.id)
        ? toSamples(start + (token.id - tokenizer.special.timestampBegin) * TIMESTAMP_SAMPLES)
        : null,
      elapsedMs,
    };
  }

  #countPositions(length: number): number {
    const { audioContext } = this.#in.backend.dimensions;
    return Math.min(audioContext, Math.ceil(length / POSITION_SAMPLES) + POSITIONS_PAST_SOUND);
  }

  /** Half the text context is for the prompt, less <|startofprev|>. */
  #promptLimit(): number {
    return this.#in.backend.dimensions.textContext / 2 - 1;
  }
}

function createSegment(slice: SegmentSlice, text: string, start: number, result: WindowResult): LooseSegment {
  return {
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

function silentOutcome(length: number, previous: readonly number[]): WindowOutcome {
  return { segments: [], advance: length, isSilent: true, previous };
}

/** Of the window itself: its edges belong to its neighbours. */
function isSilence(samples: Float32Array): boolean {
  for (let i = EDGE_SAMPLES; i < EDGE_SAMPLES + WINDOW_SAMPLES; i++) {
    if (Math.abs(samples[i]!) >= SILENCE_PEAK) return false;
  }
  return true;
}
