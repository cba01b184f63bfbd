import { describe, expect, it } from 'vitest';
import { reduceRuns } from '../../../src/renderer/stores/runs.js';
import type { RunsState } from '../../../src/renderer/stores/runs.js';
import type { EngineEvent } from '../../../src/shared/events.js';
import { KEPT_STEPS } from '../../../src/shared/timing.js';
import { RUN } from '../shared/made-run.js';

const EMPTY: RunsState = { runs: {}, limits: null };

function told(jobId: string, stepsMs: number[], elapsedMs: number): EngineEvent {
  return { kind: 'timings', jobId, timings: { ...RUN, elapsedMs }, stepsMs };
}

const OPENED: EngineEvent = { kind: 'opened', jobId: 'a', duration: null, format: 'WAV', backend: 'b' };

describe('reduceRuns', () => {
  it('keeps the last totals and all steps, job by job', () => {
    const state = reduceRuns(EMPTY, [told('a', [1, 2], 10), told('b', [9], 5), told('a', [3], 20)]);

    expect(state.runs['a']).toEqual({ timings: { ...RUN, elapsedMs: 20 }, stepsMs: [1, 2, 3] });
    expect(state.runs['b']?.stepsMs).toEqual([9]);
  });

  it('forgets a job that starts again, and nothing else', () => {
    const state = reduceRuns(reduceRuns(EMPTY, [told('a', [1], 1), told('b', [2], 1)]), [OPENED]);

    expect(Object.keys(state.runs)).toEqual(['b']);
  });

  it('does not grow without end', () => {
    const steps = Array.from({ length: KEPT_STEPS }, (_, step) => step);
    const state = reduceRuns(EMPTY, [told('a', steps, 1), told('a', [-1], 2)]);

    expect(state.runs['a']?.stepsMs).toHaveLength(KEPT_STEPS);
    expect(state.runs['a']?.stepsMs.at(-1)).toBe(-1);
  });

  it('is the same state when nothing of it was told', () => {
    expect(reduceRuns(EMPTY, [OPENED])).toBe(EMPTY);
  });
});
