/** Engine events and jobs for the renderer's tests; times are given in seconds. */
import type { EngineEvent } from '../../../src/shared/events.js';
import { createJob } from '../../../src/shared/job.js';
import type { Job } from '../../../src/shared/job.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { SAMPLE_RATE_HZ, toSamples } from '../../../src/shared/time.js';
import type { Samples } from '../../../src/shared/time.js';
import type { Segment } from '../../../src/shared/transcript.js';
import { makeCheckpoint } from '../made-checkpoint.js';

type EventOf<K extends EngineEvent['kind']> = Extract<EngineEvent, { kind: K }>;

export function seconds(value: number): Samples {
  return toSamples(Math.round(value * SAMPLE_RATE_HZ));
}

export function opened(jobId = 'job-1'): EngineEvent {
  return { kind: 'opened', jobId, duration: seconds(60), format: 'mp3', backend: 'ONNX Runtime on the CPU' };
}

export interface AttemptOptions {
  readonly jobId?: string;
  readonly windowStart?: number;
  readonly temperature?: number;
  readonly retryReason?: EventOf<'attempt'>['retryReason'];
}

export function attempt(options: AttemptOptions): EngineEvent {
  const { jobId = 'job-1', windowStart = 0, temperature = 0, retryReason = null } = options;
  return {
    kind: 'attempt',
    jobId,
    windowStart: seconds(windowStart),
    windowEnd: seconds(windowStart + 30),
    temperature,
    retryReason,
  };
}

export function token(text: string, jobId = 'job-1'): EngineEvent {
  return { kind: 'token', jobId, id: 1, text, logProbability: -0.1, timestamp: null, elapsedMs: 10 };
}

export function timestamp(at: number): EngineEvent {
  return {
    kind: 'token',
    jobId: 'job-1',
    id: 50_364,
    text: '',
    logProbability: -0.1,
    timestamp: seconds(at),
    elapsedMs: 10,
  };
}

export function segment(index: number, more: Partial<Segment> = {}): Segment {
  return {
    index,
    start: seconds(index * 5),
    end: seconds(index * 5 + 5),
    text: ` Segment ${index}.`,
    tokens: [],
    windowStart: seconds(0),
    temperature: 0,
    averageLogProbability: -0.2,
    compressionRatio: 1.3,
    noSpeechProbability: 0.01,
    ...more,
  };
}

export function commit(
  segments: Segment[],
  more: Partial<Omit<EventOf<'commit'>, 'kind'>> = {},
): EngineEvent {
  return {
    kind: 'commit',
    jobId: 'job-1',
    segments,
    processed: seconds(30),
    elapsedMs: 1000,
    isSilent: false,
    checkpoint: makeCheckpoint(),
    ...more,
  };
}

export function job(id: string, state: Job['state'], more: Partial<Job> = {}): Job {
  return { ...createJob(id, `${id}.mp3`, DEFAULT_OPTIONS), state, ...more };
}
