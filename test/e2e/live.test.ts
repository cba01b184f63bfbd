/** The words while they come: single tokens with what the decoder knew, and a list that follows them. */
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CORPUS } from '../speech.js';
import { findViolations } from './axe.js';
import { addFiles, findEnginePid, launchApp, listJobs, makeLongRecording, waitForState } from './fixtures.js';
import { makePausedRecording, makeRepeatedRecording } from './recordings.js';

describe('the live view', () => {
  it('shows id, probability, four candidates and latency of a token, by pointer and by keyboard', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    // One sentence over and over without a pause is a loop, and decoded by sampling, which weighs several texts.
    const long = CORPUS === null ? await makePausedRecording(folder, 40) : await makeLongRecording(folder);
    await addFiles(page, long);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });

    // Committed ones stay for a while, where pending ones may be gone before the pointer is there.
    const token = page.locator('[data-testid="segment"] [data-token]').first();
    await token.waitFor();
    await token.hover();
    const card = page.getByTestId('token-card');
    const text = (await card.textContent()) ?? '';
    expect(text).toMatch(/Token id\d+/);
    expect(text).toMatch(/Probability[\d.]+%/);
    expect(text).toMatch(/[\d.]+ m?s/);
    expect(await card.locator('.token-candidate').count()).toBe(5);

    await page.locator('[data-testid="segment"] [data-token][tabindex="0"]').first().focus();
    const word = () => card.locator('strong').textContent();
    const before = await word();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(word).not.toBe(before);
    // The text goes on and is followed: the keyboard's place stays, however far above it is by then.
    const count = await page.getByTestId('segment').last().getAttribute('aria-setsize');
    await page.waitForFunction(
      (least) => Number(document.querySelector('[data-testid="segment"]')?.ariaSetSize) >= least,
      Number(count) + 10,
    );
    const after = await word();
    await page.keyboard.press('ArrowRight');
    await expect.poll(word).not.toBe(after);
    expect(await findViolations(page)).toEqual([]);
  });

  it('follows the newest words until the reader scrolls up, and again when asked', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const long = await makeLongRecording(folder);
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(900, 500);
    });
    await addFiles(page, long);
    const scroller = page.locator('.words-scroll');
    const distance = () =>
      scroller.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
    await page.waitForFunction(() => {
      const element = document.querySelector('.words-scroll');
      return element !== null && element.scrollHeight > element.clientHeight + 80;
    });
    await expect.poll(distance).toBeLessThanOrEqual(2);

    await scroller.hover();
    await page.mouse.wheel(0, -200);
    await page.getByText('Jump to latest').click();
    await expect.poll(distance).toBeLessThanOrEqual(40);
    await waitForState(page, basename(long), 'done');
  });

  it('keeps the words on the screen while the engine is started again, and when a job goes on after Cancel', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    // However fast this machine is, it is not done in the meantime.
    const long = await makeLongRecording(folder, 3600);
    await addFiles(page, long);
    const rows = page.getByTestId('segment');
    await rows.nth(3).waitFor({ timeout: 120_000 });
    // Looked at in each frame, for it would be gone for the length of one window.
    await page.evaluate(() => {
      const look = () => {
        const isEmpty = document.querySelector('[data-testid="segment"]') === null;
        if (isEmpty) document.documentElement.dataset['wasEmpty'] = 'true';
        requestAnimationFrame(look);
      };
      look();
    });
    const countSoon = async (least: number) => {
      await expect
        .poll(async () => (await listJobs(page))[0]?.segmentCount ?? 0, { timeout: 120_000 })
        .toBeGreaterThanOrEqual(least);
    };

    process.kill(await findEnginePid(electron), 'SIGKILL');
    await page.getByTestId('notice').waitFor();
    await countSoon(((await listJobs(page))[0]?.segmentCount ?? 0) + 10);
    // How much was heard is told when that is known.
    expect(await page.getByTestId('coverage').count()).toBe(0);
    await page.getByTestId('job-cancel').click();
    await waitForState(page, basename(long), 'cancelled');
    await page.getByTestId('coverage').waitFor();
    const count = (await listJobs(page))[0]?.segmentCount ?? 0;
    await page.getByTestId('resume').click();
    await countSoon(count + 10);

    expect(await page.evaluate(() => document.documentElement.dataset['wasEmpty'])).toBe(undefined);
  });

  it('marks in their places what was decoded again, at which temperature, and what the guards doubt', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const repeated = await makeRepeatedRecording(folder);
    await addFiles(page, repeated);
    await waitForState(page, basename(repeated), 'done');

    const row = page.getByTestId('segment').filter({ hasText: 'Decoded again at temperature 0.2' }).first();
    await row.waitFor();
    expect(await row.locator('.row-text').textContent()).toContain('country');
    await page.locator('.row-reasons').getByText('The text repeats itself').first().waitFor();
    expect(await findViolations(page)).toEqual([]);
  });
});
