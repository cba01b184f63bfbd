/**
 * How the window feels, measured in its own renderer: `npm run bench:window`. A real job keeps all cores busy; its
 * transcript is made 20,000 segments long and tokens come at 200 a second, through the same port and code as the
 * engine's. Then keys and clicks are timed by Chromium's Event Timing (from the press to the next frame on the
 * screen), and frames while the list scrolls.
 *
 * Prints figures; judges nothing, because they are those of the machine and its load.
 */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { addFiles, launchApp, listJobs, makeLongRecording, waitForState } from '../e2e/fixtures.js';
import { makeCheckpoint } from '../unit/made-checkpoint.js';
import { connectLongJob, stopTokens, streamTokens } from './fake-stream.js';

const SEGMENTS = 20_000;
const ROUNDS = 60;

interface Timed {
  readonly events: readonly number[];
  readonly frames: readonly number[];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function report(name: string, values: readonly number[]): void {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(values, share).toFixed(1));
  const worst = Math.max(...values).toFixed(1);
  const long = values.filter((value) => value > 100).length;
  process.stdout.write(
    `${name}: n ${values.length}, p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, longest ${worst} ms, over 100 ms: ${long}\n`,
  );
}

async function beginTiming(page: Page): Promise<void> {
  await page.evaluate(() => {
    const timed = { events: [] as number[], frames: [] as number[], isOn: true };
    Object.assign(window, { timed });
    const names = ['keydown', 'pointerdown', 'click'];
    // Time to the next frame after each press, the same span as Event Timing's but not rounded to 8 ms.
    for (const name of names) {
      document.addEventListener(
        name,
        (event) => {
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => timed.events.push(performance.now() - event.timeStamp);
            port2.postMessage(null);
          });
        },
        { capture: true },
      );
    }
    let last = performance.now();
    const tick = (now: number): void => {
      timed.frames.push(now - last);
      last = now;
      if (timed.isOn) requestAnimationFrame(tick);
    };
    requestAnimationFrame((now) => {
      last = now;
      requestAnimationFrame(tick);
    });
  });
}

async function takeTimed(page: Page): Promise<Timed> {
  return page.evaluate(() => {
    const { timed } = window as unknown as { timed: { events: number[]; frames: number[] } };
    return { events: timed.events.splice(0), frames: timed.frames.splice(0) };
  });
}

test('responsiveness', { timeout: 180_000 }, async () => {
  await using app = await launchApp();
  const { page, folder } = app;
  const long = await makeLongRecording(folder);
  await addFiles(page, ...Array.from({ length: 8 }, () => long));
  await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
  const job = (await listJobs(page)).find(({ fileName }) => fileName === basename(long));
  if (job === undefined) throw new Error('there is no job');

  await page.evaluate(connectLongJob, {
    jobId: job.id,
    segments: SEGMENTS,
    checkpoint: makeCheckpoint(),
  });
  const last = page.locator(`[data-testid="segment"][aria-setsize="${SEGMENTS}"]`);
  await last.first().waitFor({ timeout: 30_000 });
  await beginTiming(page);
  process.stdout.write(
    `${availableParallelism()} cores, ${SEGMENTS} segments, 200 tokens a second, a job running\n`,
  );

  await page.evaluate(streamTokens, job.id);
  await page.waitForTimeout(2000);
  report('frames while tokens come', (await takeTimed(page)).frames);

  for (let round = 0; round < ROUNDS; round++) {
    await page.keyboard.press(round % 3 === 2 ? 'k' : 'j');
    if (round % 10 === 0) await page.getByTestId('device-cpu').click();
    if (round % 10 === 5) await page.getByTestId('device-auto').click();
    await page.waitForTimeout(30);
  }
  report('keys and clicks while tokens come', (await takeTimed(page)).events);

  await page.keyboard.press('/');
  await page.getByTestId('find-input').pressSequentially('lazy dog', { delay: 60 });
  report('typing in the search of 20,000 segments', (await takeTimed(page)).events);
  await page.keyboard.press('Escape');

  await page.locator('.words-scroll').hover();
  for (const step of [600, 4000, -2500, 20_000, -9000]) {
    for (let i = 0; i < 25; i++) await page.mouse.wheel(0, step);
  }
  report('frames while scrolling by wheel', (await takeTimed(page)).frames);
  await page.evaluate(async () => {
    const scroller = document.querySelector('.words-scroll');
    if (scroller === null) return;
    for (let i = 0; i < 120; i++) {
      scroller.scrollTop = (scroller.scrollHeight * i) / 120;
      await new Promise(requestAnimationFrame);
    }
  });
  report('frames while dragging the scroll bar from top to end', (await takeTimed(page)).frames);
  await page.evaluate(stopTokens);

  const rows = await page.getByTestId('segment').count();
  expect(rows).toBeLessThan(100);
  await waitForState(page, basename(long), 'running');
});
