import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunShelf, TIMINGS_FILE } from '../../../src/main/runs.js';
import type { EngineEvent } from '../../../src/shared/events.js';
import { RUN } from '../shared/made-run.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runs-'));
});
afterEach(() => rm(folder, { recursive: true }));

function told(stepsMs: number[]): EngineEvent {
  return { kind: 'timings', jobId: 'a', timings: RUN, stepsMs };
}
const CANCELLED: EngineEvent = { kind: 'cancelled', jobId: 'a' };

describe('RunShelf', () => {
  it('gives a later start of the app what a job ended with', async () => {
    const shelf = new RunShelf({ findFolder: () => folder });
    await shelf.receive(told([1.0004, 2]));
    await shelf.receive(told([3]));
    await shelf.receive(CANCELLED);

    const later = new RunShelf({ findFolder: () => folder });
    expect(await later.find('a')).toEqual({ timings: RUN, stepsMs: [1, 2, 3] });
  });

  it('forgets a run that starts again', async () => {
    const shelf = new RunShelf({ findFolder: () => null });
    await shelf.receive(told([1]));
    await shelf.receive({ kind: 'opened', jobId: 'a', duration: null, format: 'WAV', backend: 'b' });

    expect(await shelf.find('a')).toBeNull();
  });

  it('takes a damaged file for none, and leaves it as it is', async () => {
    await writeFile(join(folder, TIMINGS_FILE), '{"timings": 7');

    expect(await new RunShelf({ findFolder: () => folder }).find('a')).toBeNull();
    expect(await readFile(join(folder, TIMINGS_FILE), 'utf8')).toBe('{"timings": 7');
  });

  it('does not fail where there is no folder any more', async () => {
    const shelf = new RunShelf({ findFolder: () => join(folder, 'gone') });
    await shelf.receive(told([1]));
    await shelf.receive(CANCELLED);

    expect(await shelf.find('a')).toEqual({ timings: RUN, stepsMs: [1] });
  });
});
