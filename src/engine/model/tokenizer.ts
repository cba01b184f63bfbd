/**
 * Whisper's tokens: text in both directions, the special tokens, and timestamps. In: the text tokens of a
 * model, from whichever file; everything else follows from them. Timestamp k (id timestampBegin + k) means
 * 20 ms * k into the window.
 */
import { AppError } from '../../shared/errors.js';
import { LANGUAGE_CODES } from '../../shared/languages.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { Task } from '../../shared/transcript.js';
import { BytePairEncoder } from './byte-pairs.js';
import { findNonSpeechTokens } from './non-speech.js';
import { placeSpecialTokens } from './special-tokens.js';
import type { SpecialTokens } from './special-tokens.js';

/** Text tokens of openai/whisper's two vocabularies: "multilingual", and "gpt2" of the English-only models. */
export const MULTILINGUAL_TEXTS = 50_257;
export const ENGLISH_TEXTS = 50_256;

/** One timestamp step: 2 mel frames, 20 ms. */
export const TIMESTAMP_SAMPLES = 320;

export class Tokenizer {
  readonly #texts: readonly string[];
  readonly #encoder: BytePairEncoder;
  readonly special: SpecialTokens;
  /** English-only models know neither languages nor tasks. */
  readonly isMultilingual: boolean;
  /** Never sampled: signs of non-speech, and special tokens (openai/whisper decoding.py, _get_suppress_tokens). */
  readonly suppressed: readonly number[];
  /** Not sampled first: the blank and the end of text (ditto, SuppressBlank). */
  readonly suppressedFirst: readonly number[];

  /** @param texts bytes of each text token, one a character, by its id. Throws AppError 'model-corrupt' for those of no Whisper. */
  constructor(texts: readonly string[]) {
    if (texts.length !== MULTILINGUAL_TEXTS && texts.length !== ENGLISH_TEXTS) {
      throw strangeVocabulary(texts.length);
    }
    this.#texts = texts;
    this.#encoder = new BytePairEncoder(texts);
    this.isMultilingual = texts.length === MULTILINGUAL_TEXTS;
    this.special = placeSpecialTokens(texts.length);
    const { startOfTranscript, translate, transcribe, startOfLanguageModel, startOfPrevious, noSpeech } =
      this.special;
    this.suppressed = [
      ...findNonSpeechTokens((text) => this.encode(text)),
      ...[startOfTranscript, translate, transcribe, startOfLanguageModel, startOfPrevious, noSpeech],
    ];
    this.suppressedFirst = [...this.encode(' '), this.special.endOfText];
  }

  encode(text: string): number[] {
    return this.#encoder.encode(text);
  }

  /** Text of the tokens, special tokens and timestamps left out; broken UTF-8 becomes U+FFFD. */
  decode(tokens: readonly number[]): string {
    return new TextDecoder().decode(this.#join(tokens));
  }

  /** Empty for special tokens and timestamps. */
  bytesOf(token: number): Uint8Array {
    return Buffer.from(this.#texts[token] ?? '', 'latin1');
  }

  isTimestamp(token: number): boolean {
    return token >= this.special.timestampBegin;
  }

  languageToken(code: LanguageCode): number {
    return this.special.firstLanguage + LANGUAGE_CODES.indexOf(code);
  }

  languageOf(token: number): LanguageCode {
    const code = LANGUAGE_CODES[token - this.special.firstLanguage];
    if (code === undefined) throw new RangeError(`token ${token} is no language`);
    return code;
  }

  /** What every transcript begins with (openai/whisper tokenizer.py, sot_sequence). */
  startSequence(language: LanguageCode, task: Task): readonly number[] {
    const { startOfTranscript } = this.special;
    return this.isMultilingual
      ? [startOfTranscript, this.languageToken(language), this.special[task]]
      : [startOfTranscript];
  }

  #join(tokens: readonly number[]): Uint8Array {
    const parts = tokens.map((token) => this.bytesOf(token));
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) {
      joined.set(part, place);
      place += part.length;
    }
    return joined;
  }
}

function strangeVocabulary(textCount: number): AppError {
  return new AppError(
    'model-corrupt',
    `The model's vocabulary has ${textCount} text tokens; those of Whisper have ${ENGLISH_TEXTS} or ${MULTILINGUAL_TEXTS}.`,
    'Repair the model, or import one of the models in the catalogue.',
  );
}

/**
 * Text of tokens as they come, in whole characters: the bytes of a character that is spread over
 * tokens are held back until it is complete.
 */
export class StreamingText {
  readonly #tokenizer: Tokenizer;
  #decoder = new TextDecoder();

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** The characters that this token completes, often all of its own, sometimes none. */
  push(token: number): string {
    if (this.#tokenizer.isTimestamp(token)) {
      const rest = this.#decoder.decode();
      this.#decoder = new TextDecoder();
      return rest;
    }
    return this.#decoder.decode(this.#tokenizer.bytesOf(token), { stream: true });
  }
}
