/** A checkpoint for events that tests make up. */
import type { Checkpoint, JobStats } from '../../src/shared/events.js';
import { toSamples } from '../../src/shared/time.js';

export const MADE_STATS: JobStats = {
  audio: toSamples(480_000),
  totalMs: 1000,
  loadMs: 1,
  audioMs: 1,
  melMs: 1,
  encodeMs: 1,
  decodeMs: 1,
  firstTokenMs: 1,
  windows: 1,
  tokens: 1,
  retries: 0,
};

export function makeCheckpoint(changes: Partial<Checkpoint> = {}): Checkpoint {
  return {
    start: toSamples(480_000),
    offset: toSamples(0),
    previous: [1, 2, 3],
    language: 'en',
    firstLanguage: 'en',
    segmentCount: 1,
    stats: MADE_STATS,
    ...changes,
  };
}
