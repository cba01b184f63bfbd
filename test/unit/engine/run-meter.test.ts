import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { BackendTimings } from '../../../src/engine/backend/backend.js';
import { StepBatcher } from '../../../src/engine/backend/step-batcher.js';
import { RunMeter } from '../../../src/engine/run-meter.js';
import type { JobEvent } from '../../../src/shared/events.js';
import { RunTimingsSchema } from '../../../src/shared/timing.js';
import type { LayerTiming, SparseSteps } from '../../../src/shared/timing.js';
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

function createMeter(layers: () => readonly LayerTiming[] | null, sparse?: () => SparseSteps) {
  const backend = new FakeDecoder(1);
  Object.assign(backend.dimensions, { width: 512, decoderLayers: 6 });
  backend.timings = () => ({
    ...NO_TIMES,
    layers: layers(),
    ...(sparse === undefined ? {} : { sparse: sparse() }),
  });
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

  it('tells the steps over a sparse vocabulary since it began, where there is one', async () => {
    let steps = 40;
    const { meter, told } = createMeter(
      () => null,
      () => ({ steps, fallbacks: steps / 4 }),
    );
    await meter.begin();
    steps = 100;
    await meter.finish(() => PROGRESS);
    const without = createMeter(() => null);
    await without.meter.begin();
    await without.meter.finish(() => PROGRESS);

    expect(told).toMatchObject([{ timings: { sparse: { steps: 60, fallbacks: 15 } } }]);
    const [event] = without.told;
    expect(event?.kind === 'timings' && 'sparse' in event.timings).toBe(false);
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
