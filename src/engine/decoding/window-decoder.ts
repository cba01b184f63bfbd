/**
 * One window from sound to segments, whichever way windows are put in order: encode, language, decode
 * with retries, split. Holds what is shared by the windows of a job (rules, language, counts); a window's
 * own state lives in its call, so that several can be under way at once.
 */
import type { Checkpoint, JobEvent, JobStats, TokenEvent } from '../../shared/events.js';
import type { LanguageCode } from '../../shared/languages.js';
import { namedLanguage } from '../../shared/options.js';
import type { TranscribeOptions } from '../../shared/options.js';
import { createReplacer } from '../../shared/replacements.js';
import type { Replacer } from '../../shared/replacements.js';
import type { Span } from '../../shared/span.js';
import { toSamples } from '../../shared/time.js';
import type { AlignmentHead, DecoderBackend, EncodedWindow, ScoredToken } from '../backend/backend.js';
import { EDGE_SAMPLES, POSITION_SAMPLES, reflectStart } from '../mel/log-mel.js';
import { StreamingText, TIMESTAMP_SAMPLES } from '../model/tokenizer.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { decodeWindow, isSilentResult } from './decode-window.js';
import type { WindowResult } from './decode-window.js';
import { ALL_GUARDS, guardsForSound } from './guards.js';
import type { Guards } from './guards.js';
import { chooseSearch } from './choose-search.js';
import { LanguageDetector } from './language-detector.js';
import type { LanguageScore } from './language-vote.js';
import { findPassage } from './passage-language.js';
import { encodeHints, fitContext } from './prompt.js';
import type { Search } from './search.js';
import { listReasons } from './segment-reasons.js';
import { splitSegments } from './split-segments.js';
import type { SegmentSlice } from './split-segments.js';
import { TokenRules } from './token-rules.js';
import { isSilence, silenceAfter } from './window-sound.js';
import type { WindowSound } from './window-sound.js';
import type { NumberedFrames } from '../voice/late-speech.js';
import { skipSilentText } from '../voice/silent-text.js';
import { startAtSpeech } from '../words/speech-starts.js';
import { WordTimer } from '../words/word-timer.js';
import type { DecodedSegment } from '../words/word-timer.js';
import type { LooseSegment } from '../words/word-times.js';

/**
 * A window that is not full is encoded to 15 s past its sound, not to 30 s: cheaper, and heard no worse
 * (docs/accuracy.md, "Shorter windows").
 */
const POSITIONS_PAST_SOUND = 750;

export interface WindowInput extends WindowSound {
  /** The windows after it, for the language; read only where that has to be found and is in doubt. */
  readonly ahead: AsyncIterable<WindowSound>;
  /** Tokens of the text before, for the prompt. */
  readonly previous: readonly number[];
  /** Of the text before; null when there is none. */
  readonly language: LanguageCode | null;
  /** What the voice detector heard in it; null without one. */
  readonly frames: NumberedFrames | null;
  readonly emit: (event: JobEvent) => void;
}

export interface WindowOutcome {
  readonly segments: readonly LooseSegment[];
  /** Where there was text in sound without speech. */
  readonly skipped: readonly Span[];
  /** Samples that are done, more than 0. */
  readonly advance: number;
  readonly isSilent: boolean;
  /** The text before the next window, for its prompt. */
  readonly previous: readonly number[];
  /** The window's; that of the text before where there was no sound. */
  readonly language: LanguageCode | null;
}

export interface WindowDecoderInput {
  readonly backend: DecoderBackend;
  readonly tokenizer: Tokenizer;
  readonly options: TranscribeOptions;
  /** Those that follow the sound, for the times of words; null: words are to have none. */
  readonly alignmentHeads: readonly AlignmentHead[] | null;
  /** What an earlier run of the job found; null when there was none. */
  readonly resume: Pick<Checkpoint, 'firstLanguage'> | null;
  readonly signal: AbortSignal;
  /** How many other candidates to tell with each token; 0 where nobody looks. */
  readonly candidates?: number;
  /** All when left out. */
  readonly guards?: Guards;
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
  readonly #wordTimer: WordTimer | null;
  readonly #stats = {
    firstTokenMs: null as number | null,
    windows: 0,
    tokens: 0,
    retries: 0,
  };
  #language: LanguageCode | null;

  constructor(input: WindowDecoderInput) {
    this.#in = input;
    this.#rules = new TokenRules(input.tokenizer, input.backend.dimensions.vocabularySize, input.candidates);
    this.#search = chooseSearch(input.options);
    this.#detector = new LanguageDetector({ ...input, rules: this.#rules, allowed: input.options.languages });
    this.#hints = encodeHints(input.options.vocabulary, this.#promptLimit(), input.tokenizer);
    this.#replacer = createReplacer(input.options.replacements);
    this.#wordTimer = createWordTimer(input, this.#replacer);
    this.#language = namedLanguage(input.options) ?? input.resume?.firstLanguage ?? null;
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
    if (isSilence(input.samples)) return silentOutcome(input);
    if (this.#in.options.language === 'auto-multi') return await this.#decodePassage(input);
    const window = await this.#encode(input);
    try {
      return await this.#transcribe(window, input, await this.#detectLanguage(window, input));
    } finally {
      window.release();
    }
  }

  /** As much of the window as is in one language; a prompt in another would draw it over. */
  async #decodePassage(input: WindowInput): Promise<WindowOutcome> {
    const { samples, length: whole, language: previous, emit } = input;
    const hear = async (from: number, to: number): Promise<readonly LanguageScore[]> =>
      await this.#hearPiece(samples, from, to);
    const { length, ...found } = await findPassage({ samples, length: whole, previous, hear });
    this.#language ??= found.language;
    emit({ kind: 'language', ...found });
    const isSwitch = previous !== null && previous !== found.language;
    const passage = {
      ...input,
      samples: length < whole ? silenceAfter(samples, length) : samples,
      length,
      previous: isSwitch ? [] : input.previous,
    };
    const window = await this.#encode(passage);
    try {
      return await this.#transcribe(window, passage, found.language);
    } finally {
      window.release();
    }
  }

  async #hearPiece(samples: Float32Array, from: number, to: number): Promise<readonly LanguageScore[]> {
    const piece = new Float32Array(samples.length);
    piece.set(samples.subarray(EDGE_SAMPLES + from, EDGE_SAMPLES + to), EDGE_SAMPLES);
    const { backend, signal } = this.#in;
    const window = await backend.encode(piece, this.#countPositions(to - from), signal);
    try {
      return await this.#detector.ask(window);
    } finally {
      window.release();
    }
  }

  async #transcribe(
    window: EncodedWindow,
    input: WindowInput,
    language: LanguageCode,
  ): Promise<WindowOutcome> {
    const { samples, start, length, previous } = input;
    const { frames } = input;
    const guards = guardsForSound(this.#in.guards ?? ALL_GUARDS, { start, end: start + length, frames });
    const result = await this.#decodeWindow(window, input, { language, guards });
    this.#stats.retries += result.attempts - 1;
    if (isSilentResult(result, guards)) return silentOutcome({ ...input, language });
    const { slices, advance } = splitSegments(result.tokens, length, this.#in.tokenizer);
    const decoded = this.#createSegments(slices, input, result, language);
    const segments =
      (await this.#wordTimer?.time({
        window,
        language,
        segments: decoded,
        sound: samples.subarray(EDGE_SAMPLES),
        start,
        length,
        advance,
      })) ?? decoded.map(({ segment }) => segment);
    const { kept, skipped } = skipSilentText(
      startAtSpeech(segments, frames),
      { start, end: start + length },
      guards.has('silent-text') ? frames : null,
    );
    const tokens = kept.flatMap((segment) => segment.tokens);
    return {
      segments: kept,
      skipped,
      advance,
      isSilent: false,
      language,
      // Text found by guessing, or not good enough, must not steer the next window.
      previous:
        result.temperature > 0.5 || result.fault !== null
          ? []
          : [...previous, ...tokens].slice(-this.#promptLimit()),
    };
  }

  #createSegments(
    slices: readonly SegmentSlice[],
    window: WindowInput,
    result: WindowResult,
    language: LanguageCode,
  ): readonly DecodedSegment[] {
    const foreign = language === this.#language ? {} : { language };
    let place = 0;
    return slices.flatMap((slice) => {
      const from = place;
      place += slice.tokens.length;
      const text = this.#in.tokenizer.decode(slice.tokens);
      if (slice.end <= slice.start || text.trim() === '') return [];
      return {
        segment: { ...createSegment(slice, this.#replacer.text(text), window, result), ...foreign },
        logProbabilities: result.logProbabilities.slice(from, place),
      };
    });
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
    { language, guards }: { readonly language: LanguageCode; readonly guards: Guards },
  ): Promise<WindowResult> {
    const { backend, tokenizer, options, signal } = this.#in;
    let text = new StreamingText(tokenizer);
    let lastMs = performance.now();
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
      guards,
      signal,
      onAttempt: (attempt) => {
        text = new StreamingText(tokenizer);
        lastMs = performance.now();
        const place = { windowStart: toSamples(start), windowEnd: toSamples(start + length) };
        emit({ kind: 'attempt', ...place, ...attempt });
      },
      onToken: (token, top) => {
        const event = this.#createTokenEvent(token, text.push(token.id), start);
        const nowMs = performance.now();
        // A search over several texts tells many tokens at once, of steps that are long past.
        if (top === undefined) emit(event);
        else emit({ ...event, latencyMs: nowMs - lastMs, ...this.#describeCandidates(token, top) });
        lastMs = nowMs;
      },
    });
  }

  /** The most probable tokens that were not taken. */
  #describeCandidates(token: ScoredToken, top: readonly ScoredToken[]): Pick<TokenEvent, 'alternatives'> {
    const { tokenizer, candidates = 0 } = this.#in;
    if (candidates === 0) return {};
    const others = top.filter(({ id }) => id !== token.id).slice(0, candidates);
    return {
      alternatives: others.map(({ id, logProbability }) => ({
        id,
        text: tokenizer.decode([id]),
        probability: Math.exp(logProbability),
      })),
    };
  }

  #createTokenEvent(
    token: ScoredToken,
    text: string,
    start: number,
  ): Omit<TokenEvent, 'jobId' | 'alternatives' | 'latencyMs'> {
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

function createWordTimer(input: WindowDecoderInput, replacer: Replacer): WordTimer | null {
  const { backend, tokenizer, options, alignmentHeads: heads, signal } = input;
  const { align } = backend;
  if (align === null || heads === null) return null;
  return new WordTimer({ align, heads, tokenizer, task: options.task, replacer, signal });
}

function createSegment(
  slice: SegmentSlice,
  text: string,
  { start, frames }: WindowInput,
  result: WindowResult,
): LooseSegment {
  const place = { start: toSamples(start + slice.start), end: toSamples(start + slice.end) };
  const reasons = listReasons(result, { ...place, frames });
  return {
    ...place,
    text,
    tokens: [...slice.tokens],
    windowStart: toSamples(start),
    temperature: result.temperature,
    averageLogProbability: result.averageLogProbability,
    compressionRatio: result.compressionRatio,
    noSpeechProbability: result.noSpeechProbability,
    ...(reasons.length === 0 ? {} : { reasons: [...reasons] }),
  };
}

function silentOutcome({ length, previous, language }: WindowInput): WindowOutcome {
  return { segments: [], skipped: [], advance: length, isSilent: true, previous, language };
}
