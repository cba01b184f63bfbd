/** A finished transcript in the shapes of OpenAI's API. Pure. */
import { exportTranscript } from '../shared/export/index.js';
import { LANGUAGES } from '../shared/languages.js';
import { samplesToMs } from '../shared/time.js';
import { transcriptText } from '../shared/transcript.js';
import type { Segment, Transcript } from '../shared/transcript.js';
import type { Granularity, ResponseFormat } from './form.js';

export interface Reply {
  readonly contentType: string;
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

export function writeReply(
  transcript: Transcript,
  format: ResponseFormat,
  granularities: ReadonlySet<Granularity>,
): Reply {
  switch (format) {
    case 'json':
      return json({ text: plainText(transcript), usage: usageOf(transcript) });
    case 'text':
      return { contentType: TEXT, body: `${plainText(transcript)}\n` };
    case 'srt':
      return { contentType: TEXT, body: exportTranscript(transcript, 'srt') };
    case 'vtt':
      return { contentType: 'text/vtt; charset=utf-8', body: exportTranscript(transcript, 'vtt') };
    case 'verbose_json':
      return json(verbose(transcript, granularities));
  }
}

/** OpenAI's has no blank before its first word; Whisper's tokens do. */
export function plainText({ segments }: Pick<Transcript, 'segments'>): string {
  return transcriptText(segments).trim();
}

export function usageOf({ duration }: Pick<Transcript, 'duration'>): { type: 'duration'; seconds: number } {
  return { type: 'duration', seconds: Math.ceil(toSeconds(duration ?? 0)) };
}

function verbose(transcript: Transcript, granularities: ReadonlySet<Granularity>): object {
  const { task, language, duration, segments } = transcript;
  return {
    task,
    language: language === null ? '' : LANGUAGES[language].toLowerCase(),
    duration: toSeconds(duration ?? 0),
    text: plainText(transcript),
    ...(granularities.has('segment') ? { segments: segments.map(toSegment) } : {}),
    ...(granularities.has('word') ? { words: segments.flatMap(toWords) } : {}),
    usage: usageOf(transcript),
  };
}

/** One frame of the spectrogram: 10 ms. `seek` is counted in them. */
const SAMPLES_PER_FRAME = 160;

function toSegment(segment: Segment): object {
  return {
    id: segment.index,
    seek: Math.round(segment.windowStart / SAMPLES_PER_FRAME),
    start: toSeconds(segment.start),
    end: toSeconds(segment.end),
    text: segment.text,
    tokens: segment.tokens,
    temperature: segment.temperature,
    avg_logprob: segment.averageLogProbability,
    compression_ratio: segment.compressionRatio,
    no_speech_prob: segment.noSpeechProbability,
  };
}

function toWords(segment: Segment): readonly object[] {
  return (segment.words ?? []).map(({ text, start, end }) => ({
    word: text.trim(),
    start: toSeconds(start),
    end: toSeconds(end),
  }));
}

function toSeconds(samples: number): number {
  return samplesToMs(samples) / 1000;
}

function json(value: object): Reply {
  return { contentType: JSON_TYPE, body: JSON.stringify(value) };
}
