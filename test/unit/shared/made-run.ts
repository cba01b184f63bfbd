/** Totals of a run of ten seconds of sound in two seconds, in round numbers. */
import { toSamples } from '../../../src/shared/time.js';
import type { RunTimings } from '../../../src/shared/timing.js';

export const RUN: RunTimings = {
  elapsedMs: 2000,
  began: toSamples(0),
  processed: toSamples(160_000),
  backend: 'a backend',
  model: { id: 'base', width: 512, decoderLayers: 6, vocabularySize: 51_865 },
  isModelled: false,
  loadMs: 100,
  audioMs: 50,
  melMs: 10,
  encodeMs: 400,
  decodeMs: 1000,
  firstTokenMs: 300,
  windows: 1,
  tokens: 250,
  retries: 0,
  layers: null,
  cpuMs: 3000,
  memoryBytes: 1,
  jobsAtOnce: 1,
};
