/**
 * kill -9 at a dozen moments of one short recording: what the journal holds in the end equals a transcription that
 * was never disturbed. The same in the real app, longer and more often: `npm run torture`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayJournal } from '../../src/shared/journal.js';
import type { JobHistory } from '../../src/shared/journal.js';
import { writeSound } from './joined-sound.js';
import { makeLongSound } from './long-sound.js';

const repository = join(import.meta.dirname, '..', '..');
const outDir = join(repository, '.cache', 'test-kill-worker');
const folder = mkdtempSync(join(tmpdir(), 'tilescribe-kills-'));
const recording = join(folder, 'talk.wav');

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    root: repository,
    build: { ssr: 'test/integration/kill-worker.ts', outDir, target: 'node20.19' },
  });
  await writeSound(recording, await makeLongSound(75));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param killAt the event of the engine at which it is killed; null: never. @returns whether it ended by itself. */
function runWorker(library: string, killAt: number | null): Promise<boolean> {
  const args = [join(outDir, 'kill-worker.js'), library, recording, join(repository, 'resources')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let events = 0;
  child.stdout.on('data', (bytes: Buffer) => {
    events += bytes.length;
    if (killAt !== null && events >= killAt) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`the worker ended with ${String(code ?? signal)}`));
    });
  });
}

function readHistory(library: string): JobHistory {
  const folders = readdirSync(library);
  expect(folders).toHaveLength(1);
  const replay = replayJournal(readFileSync(join(library, folders[0]!, 'journal.jsonl'), 'utf8'));
  expect(replay?.damagedCount).toBe(0);
  return replay!.history;
}

it('ends with the same text, however often it is killed', async () => {
  const undisturbed = join(folder, 'undisturbed');
  const killed = join(folder, 'killed');
  expect(await runWorker(undisturbed, null)).toBe(true);
  const expected = readHistory(undisturbed);
  expect(expected.segments.length).toBeGreaterThan(5);

  let kills = 0;
  // From the first event on, then ever later, so that it gets further now and then.
  for (const killAt of [1, 2, 3, 4, 5, 6, 4, 7, 5, 8, 6, 9]) {
    if (await runWorker(killed, killAt)) break;
    kills++;
  }
  await runWorker(killed, null);

  expect(kills).toBeGreaterThan(5);
  const found = readHistory(killed);
  expect(found.segments).toEqual(expected.segments);
  expect(found.spans).toEqual(expected.spans);
  expect(found.job).toMatchObject({ state: 'done', language: expected.job.language });
});
