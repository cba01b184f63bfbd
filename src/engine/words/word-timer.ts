/**
 * Times of the words of decoded windows: one more pass of the decoder over the text that was accepted, to see
 * where it looks (openai/whisper timing.py, find_alignment and add_word_timestamps).
 *
 * The surprising thing: how certain a word is comes from the search, which has the probabilities already. The pass
 * of openai/whisper computes them again, over all tokens of the vocabulary, which is most of its cost.
 */
import { cancelledError } from '../../shared/errors.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { Replacer } from '../../shared/replacements.js';
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import type { Task } from '../../shared/transcript.js';
import type { AlignmentHead, DecoderBackend, EncodedWindow } from '../backend/backend.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { POSITION_SAMPLES } from '../mel/log-mel.js';
import { alignWords } from './align-words.js';
import { cutQuietEdges } from './quiet-edges.js';
import { addWordTimes } from './word-times.js';
import type { LooseSegment } from './word-times.js';

/**
 * Words end at most 1 s behind the last timestamp of the text. Where more is said in the window than its text tells,
 * time warping would find the last words in that, seconds late, and what is behind them would not be heard again.
 */
const TIMESTAMP_TRUST = SAMPLE_RATE_HZ;

/** What the words of all windows of a job have in common. */
export interface WordTimerInput {
  readonly align: NonNullable<DecoderBackend['align']>;
  readonly heads: readonly AlignmentHead[];
  readonly tokenizer: Tokenizer;
  readonly task: Task;
  /** As it was used on the segments' text. */
  readonly replacer: Replacer;
  readonly signal: AbortSignal;
}

export interface DecodedSegment {
  readonly segment: LooseSegment;
  /** Natural logarithm of the probability of each of its tokens, timestamps included. */
  readonly logProbabilities: readonly number[];
}

export interface DecodedWindow {
  readonly window: EncodedWindow;
  readonly language: LanguageCode;
  readonly segments: readonly DecodedSegment[];
  /** float32, from the window's first sample on, at least `length` of them. */
  readonly sound: Float32Array;
  /** Place in the file, samples. */
  readonly start: number;
  /** Sound in it, samples. */
  readonly length: number;
  /** How much of it is done, samples: what is behind belongs to the next window. */
  readonly advance: number;
}

export class WordTimer {
  readonly #in: WordTimerInput;

  constructor(input: WordTimerInput) {
    this.#in = input;
  }

  /** The segments with words, their own times fitted to them. Throws AppError `cancelled`. */
  async time(decoded: DecodedWindow): Promise<readonly LooseSegment[]> {
    const { tokenizer, signal, replacer } = this.#in;
    if (decoded.segments.length === 0) return [];
    const texts = decoded.segments.map((segment) => this.#findText(segment));
    const segments = texts.map(({ tokens }) => tokens);
    const alignment = await this.#align(decoded, segments.flat());
    if (signal.aborted) throw cancelledError();
    const words = alignWords({
      alignment,
      segments,
      probabilities: texts.flatMap(({ probabilities }) => probabilities),
      latestEnd: decoded.advance,
      language: decoded.language,
      tokenizer,
    });
    return addWordTimes({
      segments: decoded.segments.map(({ segment }) => segment),
      words: cutQuietEdges(words, decoded.sound.subarray(0, decoded.length)),
      windowStart: decoded.start,
      replacer,
    });
  }

  async #align(
    { window, language, segments, start, length }: DecodedWindow,
    text: readonly number[],
  ): ReturnType<WordTimerInput['align']> {
    const { align, heads, tokenizer, task } = this.#in;
    const { noTimestamps, endOfText } = tokenizer.special;
    const prefix = tokenizer.startSequence(language, task);
    const latest = Math.max(...segments.map(({ segment }) => segment.end)) - start + TIMESTAMP_TRUST;
    const { positions, scores } = await align({
      window,
      tokens: [...prefix, noTimestamps, ...text, endOfText],
      firstRow: prefix.length,
      positions: Math.ceil(Math.min(length, latest) / POSITION_SAMPLES),
      heads,
    });
    // The end of text has its part in the scores of the others, but says nothing of a word.
    const rows = text.length + 1;
    return { rows, positions, scores: scores.subarray(0, rows * positions) };
  }

  /** Its tokens of text, and how probable each was. */
  #findText({ segment, logProbabilities }: DecodedSegment): {
    readonly tokens: readonly number[];
    readonly probabilities: readonly number[];
  } {
    const { endOfText } = this.#in.tokenizer.special;
    const isText = segment.tokens.map((token) => token < endOfText);
    return {
      tokens: segment.tokens.filter((_, i) => isText[i]),
      probabilities: logProbabilities.filter((_, i) => isText[i]).map((value) => Math.exp(value)),
    };
  }
}
