/**
 * Runs in the page (as text: it may use nothing from outside itself): takes the place of the engine's stream port
 * and tells of a job what the engine would, only more of it.
 */
import type { Checkpoint } from '../../src/shared/events.js';

export interface StreamPlan {
  readonly jobId: string;
  readonly segments: number;
  readonly checkpoint: Checkpoint;
}

/** Gives the job so many committed segments, of twelve words each with times. */
export function connectLongJob({ jobId, segments, checkpoint }: StreamPlan): void {
  const { port1, port2 } = new MessageChannel();
  window.postMessage({ name: 'engine-stream-port' }, location.origin, [port2]);
  const words = 'the quick brown fox jumps over the lazy dog near the river'.split(' ');
  const list = Array.from({ length: segments }, (_, index) => {
    const start = index * 80_000;
    return {
      index,
      start,
      end: start + 72_000,
      text: words.map((word) => ` ${word}`).join(''),
      tokens: [],
      windowStart: Math.floor(index / 6) * 480_000,
      temperature: 0,
      averageLogProbability: -0.2,
      compressionRatio: 1.3,
      noSpeechProbability: 0.01,
      words: words.map((word, position) => ({
        text: ` ${word}`,
        start: start + position * 6000,
        end: start + position * 6000 + 5000,
        probability: position % 5 === 0 ? 0.5 : 0.95,
      })),
    };
  });
  const processed = segments * 80_000;
  setTimeout(() => {
    port1.postMessage([
      { kind: 'commit', jobId, segments: list, processed, elapsedMs: 1000, isSilent: false, checkpoint },
      {
        kind: 'attempt',
        jobId,
        windowStart: processed,
        windowEnd: processed + 480_000,
        temperature: 0,
        retryReason: null,
      },
    ]);
    Object.assign(window, { benchPort: port1, benchStart: processed });
  }, 100);
}

/** 200 tokens a second in messages of the engine's own rate; a window is committed after each 200 of them. */
export function streamTokens(jobId: string): void {
  const scope = window as unknown as { benchPort: MessagePort; benchStart: number; benchTimer: number };
  const beganMs = performance.now();
  let told = 0;
  const token = (i: number) => ({
    kind: 'token',
    jobId,
    id: 1000 + i,
    text: ` word${i % 97}`,
    logProbability: -0.1 - (i % 7) / 5,
    timestamp: null,
    elapsedMs: performance.now() - beganMs,
    latencyMs: 5,
    alternatives: [1, 2, 3, 4].map((id) => ({ id, text: ` other${id}`, probability: 0.05 })),
  });
  scope.benchTimer = window.setInterval(() => {
    const due = Math.floor(((performance.now() - beganMs) * 200) / 1000);
    const batch: unknown[] = [];
    for (; told < due; told++) {
      if (told % 200 === 199) {
        const windowStart = scope.benchStart + (told + 1) * 2400;
        batch.push({
          kind: 'attempt',
          jobId,
          windowStart,
          windowEnd: windowStart + 480_000,
          temperature: 0,
          retryReason: null,
        });
      }
      batch.push(token(told));
    }
    if (batch.length > 0) scope.benchPort.postMessage(batch);
  }, 17);
}

export function stopTokens(): void {
  clearInterval((window as unknown as { benchTimer: number }).benchTimer);
}
