/**
 * Not a test of `npm test` but a measurement: `npm run torture` kills the real app, its engine, or both, at random
 * moments of a long transcription, starts it again as a person would, and compares the text in the end with that of
 * a run that was left alone. TILESCRIBE_KILLS (50) says how often, TILESCRIBE_MINUTES (10) how long the recording
 * is, TILESCRIBE_SEED which moments.
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
/** Between two kills, from when the app is up. */
const LEAST_MS = 200;
const MOST_MS = 6000;

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

it(
  `${KILLS} kills during ${MINUTES} minutes of speech change nothing`,
  { timeout: 4 * 3_600_000 },
  async () => {
    const random = createRandom(SEED);
    await using first = await launchApp();
    const recording = await writeSound(join(first.folder, 'talk.wav'), await makeLongSound(MINUTES * 60));
    await start(first, recording);
    const expected = await finish(first);
    expect(expected.length).toBeGreaterThan(MINUTES);
    await clear(first);
    await start(first, recording);

    let app: RunningApp = first;
    const counts = { app: 0, engine: 0, both: 0, whileRunning: 0, compared: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(LEAST_MS + random() * (MOST_MS - LEAST_MS));
      const [job] = await listJobs(app.page);
      if (job?.state === 'done' || job?.state === 'failed') {
        expect(await finish(app)).toEqual(expected);
        counts.compared++;
        await clear(app);
        await start(app, recording);
      } else {
        counts.whileRunning++;
      }
      const victim = VICTIMS[Math.floor(random() * VICTIMS.length)]!;
      counts[victim]++;
      if (victim !== 'app') process.kill(await findEnginePid(app.electron), 'SIGKILL');
      if (victim !== 'engine') {
        await killApp(app);
        app = await launchApp({ folder: first.folder });
      }
    }
    expect(await finish(app)).toEqual(expected);
    counts.compared++;
    process.stdout.write(`${JSON.stringify({ ...counts, segments: expected.length, seed: SEED })}\n`);
    await app.electron.close();
  },
);
