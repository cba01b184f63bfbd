/**
 * Whisper's tokens: text in both directions, the special tokens, and timestamps. Reads tokenizer.json
 * (Hugging Face tokenizers). Timestamp k (id timestampBegin + k) means 20 ms * k into the window.
 */
import * as v from 'valibot';
import { AppError } from '../../shared/errors.js';
import { LANGUAGE_CODES } from '../../shared/languages.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { Task } from '../../shared/transcript.js';
import { BytePairEncoder, pieceToBytes } from './byte-pairs.js';
import { readGenerationConfig, readModelJson } from './model-files.js';
import type { GenerationConfig } from './model-files.js';

const TokenizerSchema = v.object({
  model: v.object({
    vocab: v.record(v.string(), v.number()),
    merges: v.union([v.array(v.string()), v.array(v.tuple([v.string(), v.string()]))]),
  }),
  added_tokens: v.array(v.object({ id: v.number(), content: v.string() })),
});
type TokenizerFile = v.InferOutput<typeof TokenizerSchema>;

/** One timestamp step: 2 mel frames, 20 ms. */
export const TIMESTAMP_SAMPLES = 320;

export interface SpecialTokens {
  readonly endOfText: number;
  readonly startOfTranscript: number;
  readonly startOfPrevious: number;
  readonly noSpeech: number;
  readonly noTimestamps: number;
  readonly timestampBegin: number;
  readonly firstLanguage: number;
}

export class Tokenizer {
  /** Bytes per token; undefined for special tokens. */
  readonly #bytes: (Uint8Array | undefined)[] = [];
  readonly #encoder: BytePairEncoder;
  readonly special: SpecialTokens;
  /** Never sampled: brackets, music notes and other signs of non-speech, and all special tokens. */
  readonly suppressed: readonly number[];
  /** Not sampled first: the blank and the end of text. */
  readonly suppressedFirst: readonly number[];
  readonly #tasks: Readonly<Record<Task, number>>;

  constructor(file: TokenizerFile, config: GenerationConfig) {
    const ids = new Map(Object.entries(file.model.vocab));
    const added = new Map(file.added_tokens.map(({ content, id }) => [content, id]));
    for (const [piece, id] of ids) {
      if (!added.has(piece)) this.#bytes[id] = pieceToBytes(piece);
    }
    const merges = file.model.merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' ')));
    this.#encoder = new BytePairEncoder(ids, merges);
    const find = (...names: string[]): number => {
      const id = names.map((name) => added.get(name)).find((found) => found !== undefined);
      if (id === undefined) throw missingToken(names[0]!);
      return id;
    };
    this.special = {
      endOfText: config.eos_token_id,
      startOfTranscript: config.decoder_start_token_id,
      startOfPrevious: find('<|startofprev|>'),
      noSpeech: find('<|nospeech|>', '<|nocaptions|>'),
      noTimestamps: config.no_timestamps_token_id,
      timestampBegin: config.no_timestamps_token_id + 1,
      firstLanguage: config.decoder_start_token_id + 1,
    };
    LANGUAGE_CODES.forEach((code, index) => {
      const expected = this.special.firstLanguage + index;
      if (config.lang_to_id[`<|${code}|>`] !== expected) throw missingToken(`<|${code}|>`);
    });
    this.suppressed = config.suppress_tokens;
    this.suppressedFirst = config.begin_suppress_tokens;
    this.#tasks = config.task_to_id;
  }

  static async load(folder: string): Promise<Tokenizer> {
    const file = await readModelJson(folder, 'tokenizer.json', TokenizerSchema);
    return new Tokenizer(file, await readGenerationConfig(folder));
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
    return this.#bytes[token] ?? new Uint8Array(0);
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

  taskToken(task: Task): number {
    return this.#tasks[task];
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

function missingToken(name: string): AppError {
  return new AppError(
    'model-corrupt',
    `The model's tokenizer does not have the token ${name} where Whisper puts it.`,
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
