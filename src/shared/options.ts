/** What a user can ask of one transcription. Names are those of the openai/whisper command line. */
import * as v from 'valibot';
import { LANGUAGE_CODES } from './languages.js';
import type { LanguageCode } from './languages.js';
import { ReplacementSchema } from './replacements.js';
import { TASKS } from './transcript.js';

/** What can decode. */
export const DECODING_DEVICES = ['cpu', 'onnx', 'npu', 'npu-emulated'] as const;
export type DecodingDevice = (typeof DECODING_DEVICES)[number];

/**
 * 'cpu' is the native engine, 'onnx' is ONNX Runtime on the CPU; 'auto' takes the native engine where it runs
 * and says why when it does not. 'npu' runs the decoder's steps on the NPU, 'npu-emulated' on its emulator, which is
 * slower than either and there to try the NPU's way of working without one; 'auto' takes the NPU where it is faster.
 */
export const DEVICES = ['auto', ...DECODING_DEVICES] as const;
export type DeviceChoice = (typeof DEVICES)[number];

/** How much is left out as holding no speech; 'auto' only what is certain, 'strict' all but speech. */
export const VAD_MODES = ['off', 'auto', 'strict'] as const;
export type VadMode = (typeof VAD_MODES)[number];

/** What the NPU chooses tokens from: all, or some thousand of the most frequent where it is sure among them. */
export const NPU_VOCABULARIES = ['full', 'sparse'] as const;
export type NpuVocabulary = (typeof NPU_VOCABULARIES)[number];

/** A place in the file, in samples at 16 kHz. */
const RangeEndSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const TranscribeOptionsSchema = v.strictObject({
  /** Id of a model in resources/models/catalog.json. */
  model: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{0,40}$/)),
  /** 'auto' detects it from the first windows with speech, 'auto-multi' in each window anew. */
  language: v.picklist(['auto', 'auto-multi', ...LANGUAGE_CODES]),
  /** The only languages that may be detected; empty for all. */
  languages: v.pipe(v.array(v.picklist(LANGUAGE_CODES)), v.maxLength(LANGUAGE_CODES.length)),
  /** 'translate' writes English whatever is spoken. */
  task: v.picklist(TASKS),
  /** Where decoding starts; a window that fails the quality gates is retried 0.2 hotter, up to 1. */
  temperature: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  /**
   * How many texts beam search pursues side by side at temperature 0. 1 takes the most probable token at each
   * step.
   */
  beamSize: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(10)),
  /** Beam search ends when `patience` times `beamSize` texts have ended (arXiv:2204.05424). */
  patience: v.pipe(v.number(), v.minValue(0.1), v.maxValue(10)),
  /**
   * Of several texts that one wins whose log-probability, divided by ((5 + tokens) / 6) to this power, is
   * highest (arXiv:1609.08144); null divides by the number of tokens.
   */
  lengthPenalty: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** How many samples are drawn side by side at temperatures above 0; the most likely one is kept. */
  bestOf: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(10)),
  /** Words to expect (names, terms, style); at most 223 tokens of it are used. */
  initialPrompt: v.pipe(v.string(), v.maxLength(10_000)),
  /**
   * Names and terms to expect in all of the file; those from the first on that fit into half of a prompt
   * (111 tokens, about 40 names) are used.
   */
  vocabulary: v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(1000)),
  /** Made in the text after decoding. */
  replacements: v.pipe(v.array(ReplacementSchema), v.maxLength(1000)),
  device: v.picklist(DEVICES),
  npuVocabulary: v.optional(v.picklist(NPU_VOCABULARIES), 'full'),
  /** With 'auto': take the NPU even where the CPU is faster, and leave the CPU to others. */
  spareCpu: v.optional(v.boolean(), false),
  /**
   * How many passages are decoded side by side. 1 goes through the file in order, each passage with the text
   * before it as its prompt, as openai/whisper does; more is faster.
   */
  batchSize: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(64)),
  /** Voice activity detection. */
  vad: v.picklist(VAD_MODES),
  /** Transcribe this stretch only, in samples of the file, and all that is in it; null for the whole file. */
  range: v.nullable(
    v.pipe(
      v.strictObject({ start: RangeEndSchema, end: RangeEndSchema }),
      v.check(({ start, end }) => end > start, 'the range ends before it begins'),
    ),
  ),
  /** Times of words, and how certain each is; for backends that can see the decoder's attention. */
  wordTimestamps: v.boolean(),
  /** CPU threads; 0 means one per core. */
  threads: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(256)),
});
export type TranscribeOptions = v.InferOutput<typeof TranscribeOptionsSchema>;

/** The language that the user named, or null when it is to be detected. */
export function namedLanguage({ language }: Pick<TranscribeOptions, 'language'>): LanguageCode | null {
  return language === 'auto' || language === 'auto-multi' ? null : language;
}

export const DEFAULT_OPTIONS: TranscribeOptions = {
  model: 'base',
  language: 'auto',
  languages: [],
  task: 'transcribe',
  temperature: 0,
  beamSize: 1,
  patience: 1,
  lengthPenalty: null,
  bestOf: 5,
  initialPrompt: '',
  vocabulary: [],
  replacements: [],
  device: 'auto',
  npuVocabulary: 'full',
  spareCpu: false,
  batchSize: 1,
  vad: 'auto',
  range: null,
  wordTimestamps: true,
  threads: 0,
};
