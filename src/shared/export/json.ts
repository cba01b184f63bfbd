/**
 * JSON with the fields and names of openai/whisper's json writer, on one line. Every segment is
 * there, empty ones too: this is the format for programs.
 */
import { SAMPLE_RATE_HZ, samplesToMs } from '../time.js';
import { transcriptText } from '../transcript.js';
import type { Segment, Transcript } from '../transcript.js';

/** One mel frame: 10 ms. openai/whisper counts `seek` in them. */
const SAMPLES_PER_FRAME = SAMPLE_RATE_HZ / 100;

function samplesToPrintedSeconds(samples: number): number {
  return samplesToMs(samples) / 1000;
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
