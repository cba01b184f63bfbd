import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { BackendTimings } from '../../../src/engine/backend/backend.js';
import { StepBatcher } from '../../../src/engine/backend/step-batcher.js';
import { RunMeter } from '../../../src/engine/run-meter.js';
import type { JobEvent } from '../../../src/shared/events.js';
import { RunTimingsSchema } from '../../../src/shared/timing.js';
import type { LayerTiming } from '../../../src/shared/timing.js';
import { FakeDecoder } from './fake-decoder.js';

const NO_TIMES: BackendTimings = {
  melMs: 0,
  encodeMs: 0,
  encodeCount: 0,
  prefillMs: 0,
  prefillCount: 0,
  stepMs: 0,
  stepCount: 0,
  chooseMs: 0,
  layers: null,
};

const PROGRESS = {
  firstTokenMs: 5,
  windows: 1,
  tokens: 7,
  retries: 0,
  audioMs: 3,
  began: 0,
  processed: 16_000,
};

function createMeter(layers: () => readonly LayerTiming[] | null) {
  const backend = new FakeDecoder(1);
  Object.assign(backend.dimensions, { width: 512, decoderLayers: 6 });
  backend.timings = () => ({ ...NO_TIMES, layers: layers() });
  const job = new StepBatcher(backend).join();
  const told: JobEvent[] = [];
  const meter = new RunMeter({
    backend: job,
    options: { model: 'base' },
    beganMs: performance.now(),
    cpuBegan: process.cpuUsage(),
    loadMs: 2,
    jobsAtOnce: () => 3,
    emit: (event) => told.push(event),
  });
  return { meter, job, told };
}

describe('RunMeter', () => {
  it('tells what was spent since it began, and each step once', async () => {
    let totalMs = 10;
    const { meter, job, told } = createMeter(() => [
      { part: 'decoder', layer: 1, operation: 'feed-forward', totalMs, count: totalMs },
    ]);
    await meter.begin();
    totalMs = 14;
    job.countStep(1.5);
    await meter.finish(() => PROGRESS);
    job.countStep(2.5);
    await meter.finish(() => PROGRESS);

    const events = told.map((event) => (event.kind === 'timings' ? event : null));
    expect(events.map((event) => event?.stepsMs)).toEqual([[1.5], [2.5]]);
    const timings = v.parse(RunTimingsSchema, events[0]?.timings);
    expect(timings.layers).toEqual([
      { part: 'decoder', layer: 1, operation: 'feed-forward', totalMs: 4, count: 4 },
    ]);
    expect(timings).toMatchObject({ loadMs: 2, jobsAtOnce: 3, tokens: 7, processed: 16_000 });
    expect(timings.memoryBytes).toBeGreaterThan(1e6);
  });

  it('keeps still when it has just spoken, but not at the end', async () => {
    const { meter, told } = createMeter(() => null);
    await meter.begin();
    await meter.measure(() => PROGRESS);
    await meter.measure(() => PROGRESS);
    expect(told).toHaveLength(1);

    await meter.finish(() => PROGRESS);
    expect(told).toHaveLength(2);
    expect(told.every((event) => event.kind === 'timings' && event.timings.layers === null)).toBe(true);
  });
});
