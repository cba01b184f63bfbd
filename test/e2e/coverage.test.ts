/** What was passed over, had transcribed after all: by the pointer on the bar, and by the keyboard in the list. */
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { Segment } from '../../src/shared/transcript.js';
import { transcriptText } from '../../src/shared/transcript.js';
import { CORPUS, KENNEDY_WORDS, plainWords } from '../speech.js';
import { findViolations } from './axe.js';
import { addFiles, findEnginePid, launchApp, listJobs, makeLongRecording, waitForState } from './fixtures.js';
import type { RunningApp } from './fixtures.js';
import { makePausedRecording } from './recordings.js';

const SAMPLES = 16_000;
/** Long enough to be stopped in its middle; the one sentence over and over is decoded far more slowly. */
const SECONDS = CORPUS === null ? 90 : 300;

async function keptSegments(page: Page, fileName: string): Promise<readonly Segment[]> {
  const job = (await listJobs(page)).find((one) => one.fileName === fileName);
  const id = job?.id ?? '';
  return (await page.evaluate((of) => window.tilescribe.call('jobs.segments', { id: of }), id)).segments;
}

describe('the coverage bar', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await launchApp();
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  it('transcribes the stretch that a cancelled job left, when it is clicked, and keeps the rest', async () => {
    const { electron, page, folder } = app;
    const long = await makeLongRecording(folder, SECONDS);
    await addFiles(page, long);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
    // However fast this machine is, the job is not finished before it is cancelled.
    process.kill(await findEnginePid(electron), 'SIGSTOP');
    await page.getByTestId('job-cancel').click();
    await waitForState(page, basename(long), 'cancelled');
    const before = await keptSegments(page, basename(long));
    const end = before.at(-1)?.end ?? 0;
    expect(end).toBeLessThan((SECONDS - 5) * SAMPLES);

    const target = page.getByTestId('coverage-target').last();
    expect(await target.getAttribute('title')).toMatch(/^Not transcribed, .*: transcribe it$/);
    await target.click();
    await page.getByText(/^Transcribed \d/).waitFor({ timeout: 120_000 });

    const after = await keptSegments(page, basename(long));
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.at(-1)?.end).toBeGreaterThan((SECONDS - 10) * SAMPLES);
    expect(plainWords(transcriptText(after.slice(before.length))).split(' ').length).toBeGreaterThan(20);
    await page.locator(`[data-testid="segment"][aria-setsize="${after.length}"]`).first().waitFor();
  });

  it('says so when a skipped stretch that is clicked holds no speech, and is used by keyboard too', async () => {
    const { page, folder } = app;
    const paused = await makePausedRecording(folder);
    await addFiles(page, paused);
    await waitForState(page, basename(paused), 'done');
    await page
      .locator(`[data-file-name="${basename(paused)}"] button`)
      .first()
      .click();
    const target = page.getByTestId('coverage-target');
    expect(await target.getAttribute('title')).toMatch(/^Skipped as silence, 0:1\d–0:1\d: transcribe it$/);
    const before = await keptSegments(page, basename(paused));
    expect(plainWords(transcriptText(before))).toBe(`${KENNEDY_WORDS} ${KENNEDY_WORDS}`);

    await target.click();
    const isOverPlayer = await page.waitForFunction(() => {
      const message = document.querySelector('[data-testid="toast"]')?.getBoundingClientRect();
      const player = document.querySelector('[data-testid="player"]')?.getBoundingClientRect();
      return message && player ? { is: message.bottom > player.top } : null;
    });
    expect(await isOverPlayer.jsonValue()).toEqual({ is: false });
    await page.getByText(/^No speech was found in 0:1/).waitFor();
    await page.getByText(/^No speech was found in 0:1/).waitFor({ state: 'detached', timeout: 20_000 });

    await page.getByTestId('coverage').focus();
    await page.keyboard.press('Enter');
    const retry = page.getByTestId('retry-span');
    await retry.waitFor();
    expect(await findViolations(page)).toEqual([]);
    // Its own player comes first.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect.poll(() => retry.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByText(/^No speech was found in 0:1/).waitFor();

    expect(await keptSegments(page, basename(paused))).toEqual(before);
  });
});

describe('a stretch over which the engine dies', () => {
  it('stays as it was, which is said, and is transcribed at the next try', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    const long = await makeLongRecording(folder, SECONDS);
    await addFiles(page, long);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
    const hung = await findEnginePid(electron);
    process.kill(hung, 'SIGSTOP');
    await page.getByTestId('job-cancel').click();
    await waitForState(page, basename(long), 'cancelled');
    const before = await keptSegments(page, basename(long));

    // The engine that hung was ended, and another one is there. It stands still until it dies.
    await expect.poll(() => findEnginePid(electron).catch(() => hung)).not.toBe(hung);
    const target = page.getByTestId('coverage-target').last();
    await expect.poll(() => target.getAttribute('title')).toMatch(/^Not transcribed, /);
    const engine = await findEnginePid(electron);
    process.kill(engine, 'SIGSTOP');
    await target.click();
    await expect.poll(() => target.isDisabled()).toBe(true);
    process.kill(engine, 'SIGKILL');

    await page.getByTestId('notice').getByText('The stretch was not transcribed').waitFor();
    await expect.poll(() => target.isDisabled()).toBe(false);
    expect(await target.getAttribute('title')).toMatch(/^Not transcribed, /);
    expect(await keptSegments(page, basename(long))).toEqual(before);

    await target.click();
    await page.getByText(/^Transcribed \d/).waitFor({ timeout: 120_000 });
    const after = await keptSegments(page, basename(long));
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.at(-1)?.end).toBeGreaterThan((SECONDS - 10) * SAMPLES);
  });
});
