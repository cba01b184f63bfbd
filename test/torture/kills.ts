/**
 * Not a test of `npm test` but a measurement: `npm run torture` kills the real app, its engine, or both, at random
 * moments of a long transcription, starts it again as a person would, and compares the text in the end with that of
 * a run that was left alone. TILESCRIBE_KILLS (50) says how often, TILESCRIBE_MINUTES (10) how long the recording
 * is, TILESCRIBE_SEED which moments. A kill counts when the job was running; one in three jobs that go on is killed
 * again, and a kill is "equal" when the text that its job came to in the end is.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import type { Segment } from '../../src/shared/transcript.js';
import { findEnginePid, killApp, launchApp, listJobs } from '../e2e/fixtures.js';
import type { RunningApp } from '../e2e/fixtures.js';
import { writeSound } from '../integration/joined-sound.js';
import { makeLongSound } from '../integration/long-sound.js';

const KILLS = Number(process.env['TILESCRIBE_KILLS'] ?? '50');
const MINUTES = Number(process.env['TILESCRIBE_MINUTES'] ?? '10');
const SEED = Number(process.env['TILESCRIBE_SEED'] ?? '1');
const VICTIMS = ['app', 'engine', 'both'] as const;
/** So often a job that goes on after a kill is killed again. */
const AGAIN = 1 / 3;
/** Moments that came too late, when the job was over already, are drawn again, at most so often for each kill. */
const MOST_DRAWS = 10;

type Victim = (typeof VICTIMS)[number];

/** mulberry32, as in decode-window.ts. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function start({ page }: RunningApp, path: string): Promise<unknown> {
  return page.evaluate((request) => window.tilescribe.call('jobs.add', request), {
    paths: [path],
    options: DEFAULT_OPTIONS,
  });
}

/** Waits until the one job is over; a job that gave up after many crashes is resumed, as a person would. */
async function finish({ page }: RunningApp): Promise<readonly Segment[]> {
  for (;;) {
    const entries = await page.evaluate(() => window.tilescribe.call('library.list', { query: null }));
    const [entry] = entries;
    if (entry?.state === 'failed') {
      await page.evaluate((id) => window.tilescribe.call('jobs.resume', { id }), entry.id);
    }
    if (entry?.state === 'done') return await read(page, entry.id);
    await sleep(500);
  }
}

async function read(page: RunningApp['page'], id: string): Promise<readonly Segment[]> {
  return await page.evaluate(async (job) => {
    await window.tilescribe.call('library.open', { id: job });
    return (await window.tilescribe.call('jobs.segments', { id: job })).segments;
  }, id);
}

async function clear({ page }: RunningApp): Promise<void> {
  await page.evaluate(async () => {
    for (const { id } of await window.tilescribe.call('library.list', { query: null })) {
      await window.tilescribe.call('library.delete', { id });
    }
  });
}

/** Kills what is named, and starts the app again if it was the one. Returns the app that goes on. */
async function kill(victim: Victim, app: RunningApp, folder: string): Promise<RunningApp> {
  if (victim !== 'app') process.kill(await findEnginePid(app.electron), 'SIGKILL');
  if (victim === 'engine') return app;
  await killApp(app);
  return await launchApp({ folder });
}

async function isRunning({ page }: RunningApp): Promise<boolean> {
  const [job] = await listJobs(page);
  return job?.state === 'running';
}

async function waitUntilRunning(app: RunningApp): Promise<boolean> {
  for (;;) {
    const [job] = await listJobs(app.page);
    if (job === undefined || job.state === 'done' || job.state === 'failed') return false;
    if (job.state === 'running') return true;
    await sleep(20);
  }
}

it(
  `${KILLS} kills during ${MINUTES} minutes of speech change nothing`,
  { timeout: 4 * 3_600_000 },
  async () => {
    const random = createRandom(SEED);
    await using first = await launchApp();
    const recording = await writeSound(join(first.folder, 'talk.wav'), await makeLongSound(MINUTES * 60));
    await start(first, recording);
    await waitUntilRunning(first);
    const begin = performance.now();
    const expected = await finish(first);
    const aloneMs = performance.now() - begin;
    expect(expected.length).toBeGreaterThan(MINUTES);
    await clear(first);

    let app: RunningApp = first;
    const victims = { app: 0, engine: 0, both: 0 };
    let kills = 0;
    let equal = 0;
    let runs = 0;
    for (let draw = 0; kills < KILLS; draw++) {
      if (draw > KILLS * MOST_DRAWS) throw new Error(`only ${kills} moments fell into a running job`);
      await start(app, recording);
      let ofThisJob = 0;
      do {
        // The place where a job goes on is random as well, so this moment may be any of what is left.
        if (!(await waitUntilRunning(app))) break;
        await sleep(random() * aloneMs);
        if (!(await isRunning(app))) break;
        const victim = VICTIMS[kills % VICTIMS.length]!;
        app = await kill(victim, app, first.folder);
        victims[victim]++;
        kills++;
        ofThisJob++;
      } while (kills < KILLS && random() < AGAIN);
      expect(await finish(app), `after ${kills} kills`).toEqual(expected);
      equal += ofThisJob;
      runs++;
      process.stdout.write(`${kills} kills: ${equal} equal\n`);
      await clear(app);
    }
    process.stdout.write(
      `${kills} kills: ${equal} equal (${victims.app} of the app, ${victims.engine} of the engine, ` +
        `${victims.both} of both; ${runs} jobs of ${MINUTES} minutes, ${expected.length} segments, ` +
        `${(aloneMs / 1000).toFixed(1)} s when left alone, seed ${SEED})\n`,
    );
    expect(equal).toBe(KILLS);
    await app.electron.close();
  },
);
