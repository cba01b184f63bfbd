/**
 * What a transcription is made of. Committed text only: a segment is final once it exists, while the
 * tokens of a window that is still being decoded travel as events (events.ts) and are never stored.
 */
import * as v from 'valibot';
import { LANGUAGE_CODES } from './languages.js';
import type { Samples } from './time.js';

export const SamplesSchema = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.transform((value) => value as Samples),
);

export const TASKS = ['transcribe', 'translate'] as const;
export type Task = (typeof TASKS)[number];

/**
 * One word with its punctuation. The texts of a segment's words, joined, are the segment's text.
 */
export const WordSchema = v.object({
  /** As decoded: with its leading space where its language writes one. */
  text: v.string(),
  start: SamplesSchema,
  /** Never before `start`. */
  end: SamplesSchema,
  /** Mean of the probabilities of its tokens, 0 to 1; left out where a person wrote the word. */
  probability: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** A person wrote it; its times are a guess between its neighbours. */
  isEdited: v.exactOptional(v.literal(true)),
});
export type Word = v.InferOutput<typeof WordSchema>;

/**
 * What the guards against invented text did or doubt, of the segment's window: decoded again; kept, though it went
 * round in circles and was cut, repeats its prompt, is improbable or repeats itself; or kept as probable, though
 * the window may hold no speech. And whether the NPU failed at the window, so that the CPU decoded it.
 */
export const SEGMENT_REASONS = [
  'retried',
  'loop-cut',
  'prompt-echo',
  'low-probability',
  'compression',
  'no-speech',
  'device-fallback',
] as const;
export type SegmentReason = (typeof SEGMENT_REASONS)[number];

export const SegmentSchema = v.object({
  /** Position in the transcript, from 0. */
  index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  start: SamplesSchema,
  /** Never before `start`. */
  end: SamplesSchema,
  /** As decoded, with its leading space. */
  text: v.string(),
  /** Token ids as Whisper sampled them, timestamp tokens included. */
  tokens: v.array(v.number()),
  /** Start of the 30 s window it was decoded in (openai/whisper calls it `seek`, in frames). */
  windowStart: SamplesSchema,
  /** Temperature of the attempt that was kept. */
  temperature: v.number(),
  /** Mean log-probability of the window's tokens, natural logarithm. */
  averageLogProbability: v.number(),
  /** Of the window's text: bytes over zlib-compressed bytes; above 2.4 means repetition. */
  compressionRatio: v.number(),
  /** Probability of <|nospeech|> at the start of the window. */
  noSpeechProbability: v.number(),
  /** Mean probability of its text tokens, 0 to 1, where it has words. */
  confidence: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** In order, when the times of words were asked for and the backend can tell them. */
  words: v.exactOptional(v.array(WordSchema)),
  /** Left out when there is none. */
  reasons: v.exactOptional(v.array(v.picklist(SEGMENT_REASONS))),
  /** Where it is not that of the transcript: only where languages may change. */
  language: v.exactOptional(v.picklist(LANGUAGE_CODES)),
  /** Who speaks, as a person named them. */
  speaker: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  /** Its text or its bounds are a person's; then `tokens` are none, and the figures are those of what was decoded. */
  isEdited: v.exactOptional(v.literal(true)),
});
export type Segment = v.InferOutput<typeof SegmentSchema>;

export const TranscriptSchema = v.object({
  /** Name of the source file, without its folder. */
  fileName: v.string(),
  model: v.string(),
  /** null when there was no speech to tell it from. */
  language: v.nullable(v.picklist(LANGUAGE_CODES)),
  task: v.picklist(TASKS),
  /** Length of the sound that was read; null while unknown. */
  duration: v.nullable(SamplesSchema),
  segments: v.array(SegmentSchema),
});
export type Transcript = v.InferOutput<typeof TranscriptSchema>;

/** The whole text, as openai/whisper joins it. */
export function transcriptText(segments: readonly Pick<Segment, 'text'>[]): string {
  return segments.map((segment) => segment.text).join('');
}
