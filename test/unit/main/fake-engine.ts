/** Engine processes that do what a test tells them, and the list of what was asked of each. */
import type { EngineProcess, EngineProcessListener, LaunchEngine } from '../../../src/main/engine-host.js';
import type { EngineRequest } from '../../../src/shared/engine-protocol.js';
import type { EngineEvent } from '../../../src/shared/events.js';
import { toSamples } from '../../../src/shared/time.js';
import type { Segment } from '../../../src/shared/transcript.js';
import { MADE_STATS, makeCheckpoint } from '../made-checkpoint.js';

export class FakeProcess implements EngineProcess {
  readonly posted: EngineRequest[] = [];
  streams = 0;
  isKilled = false;
  /** Set while the exit handler runs: Electron would die of a post from there. */
  isInExitHandler = false;

  constructor(readonly listener: EngineProcessListener) {}

  post(request: EngineRequest): void {
    if (this.isInExitHandler) throw new Error('posted from inside the exit handler');
    this.posted.push(request);
  }

  connectStream(): void {
    if (this.isInExitHandler) throw new Error('posted from inside the exit handler');
    this.streams += 1;
  }

  kill(): void {
    this.isKilled = true;
  }

  say(message: EngineEvent | { kind: 'ready' }): void {
    this.listener.onMessage(message);
  }

  exit(): void {
    this.isInExitHandler = true;
    this.listener.onExit();
    this.isInExitHandler = false;
  }
}

export interface FakeLauncher {
  readonly launch: LaunchEngine;
  readonly processes: FakeProcess[];
  /** The newest process. */
  current(): FakeProcess;
}

export function createFakeLauncher(): FakeLauncher {
  const processes: FakeProcess[] = [];
  return {
    processes,
    launch: (listener) => {
      const process = new FakeProcess(listener);
      processes.push(process);
      return process;
    },
    current: () => {
      const process = processes.at(-1);
      if (process === undefined) throw new Error('no engine process was started');
      return process;
    },
  };
}

export function makeSegment(index: number, text: string): Segment {
  return {
    index,
    start: toSamples(index * 16_000),
    end: toSamples((index + 1) * 16_000),
    text,
    tokens: [],
    windowStart: toSamples(0),
    temperature: 0,
    averageLogProbability: -0.2,
    compressionRatio: 1.2,
    noSpeechProbability: 0.01,
  };
}

export function makeCommit(jobId: string, segments: readonly Segment[], processed = 480_000): EngineEvent {
  return {
    kind: 'commit',
    jobId,
    segments: [...segments],
    processed: toSamples(processed),
    elapsedMs: 1000,
    isSilent: false,
    checkpoint: makeCheckpoint(),
  };
}

export function makeDone(jobId: string): EngineEvent {
  return { kind: 'done', jobId, stats: MADE_STATS, warning: null };
}

export function makeFailed(jobId: string): EngineEvent {
  const failure = {
    code: 'not-audio',
    message: 'This is not audio.',
    remedy: 'Choose another file.',
  } as const;
  return { kind: 'failed', jobId, failure };
}

export function makeToken(jobId: string, text: string): EngineEvent {
  return { kind: 'token', jobId, id: 1, text, logProbability: -0.1, timestamp: null, elapsedMs: 1 };
}
