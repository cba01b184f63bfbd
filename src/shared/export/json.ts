/**
 * JSON with the fields and names of openai/whisper's json writer, on one line. Every segment is
 * there, empty ones too: this is the format for programs. Words and the confidence of segments, which
 * openai/whisper does not write, are there when the times of words are known.
 */
import { SAMPLE_RATE_HZ, samplesToMs } from '../time.js';
import { transcriptText } from '../transcript.js';
import type { Segment, Transcript, Word } from '../transcript.js';

/** One mel frame: 10 ms. openai/whisper counts `seek` in them. */
const SAMPLES_PER_FRAME = SAMPLE_RATE_HZ / 100;

function samplesToPrintedSeconds(samples: number): number {
  return samplesToMs(samples) / 1000;
}

function toWhisperWord(word: Word) {
  return {
    word: word.text,
    start: samplesToPrintedSeconds(word.start),
    end: samplesToPrintedSeconds(word.end),
    ...(word.probability === undefined ? {} : { probability: word.probability }),
  };
}

function toWhisperSegment(segment: Segment) {
  return {
    id: segment.index,
    seek: Math.round(segment.windowStart / SAMPLES_PER_FRAME),
    start: samplesToPrintedSeconds(segment.start),
    end: samplesToPrintedSeconds(segment.end),
    text: segment.text,
    tokens: segment.tokens,
    temperature: segment.temperature,
    avg_logprob: segment.averageLogProbability,
    compression_ratio: segment.compressionRatio,
    no_speech_prob: segment.noSpeechProbability,
    ...(segment.language === undefined ? {} : { language: segment.language }),
    ...(segment.speaker === undefined ? {} : { speaker: segment.speaker }),
    ...(segment.reasons === undefined ? {} : { reasons: segment.reasons }),
    ...(segment.confidence === undefined ? {} : { confidence: segment.confidence }),
    ...(segment.words === undefined ? {} : { words: segment.words.map(toWhisperWord) }),
  };
}

export function toJson(transcript: Transcript): string {
  const result = {
    text: transcriptText(transcript.segments),
    segments: transcript.segments.map(toWhisperSegment),
    language: transcript.language,
  };
  return `${JSON.stringify(result)}\n`;
}
