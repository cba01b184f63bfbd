/** Every state of the window as a picture, for people to look at: test-results/screenshots, not in git. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KENNEDY } from '../speech.js';
import { addFiles, launchApp, makeLongRecording, takeScreenshots, waitForState } from './fixtures.js';
import type { RunningApp } from './fixtures.js';

describe('screens', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await launchApp();
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  /** Nothing may stick out sideways. */
  async function capture(state: string): Promise<void> {
    expect(await takeScreenshots(app, state)).toBe(0);
  }

  it('idle', async () => {
    await capture('idle');
  });

  it('model choice: an English-only model leaves no choice of language and task', async () => {
    const { page } = app;
    const disabled = async () => [
      await page.getByTestId('language-select').isDisabled(),
      await page.getByTestId('task-select').isDisabled(),
    ];
    await page.getByTestId('task-select').selectOption('translate');
    await page.getByTestId('model-select').selectOption('base.en');

    expect(await disabled()).toEqual([true, true]);
    expect(await page.getByTestId('language-select').inputValue()).toBe('en');
    expect(await page.getByTestId('task-select').inputValue()).toBe('transcribe');
    await capture('english-only');
    await page.getByTestId('model-select').selectOption('base');
    expect(await disabled()).toEqual([false, false]);
    await page.getByTestId('language-select').selectOption('auto');
  });

  it('done', async () => {
    await addFiles(app.page, KENNEDY);
    await waitForState(app.page, basename(KENNEDY), 'done');

    await capture('done');
  });

  it('failed', async () => {
    const broken = join(app.folder, 'broken.mp3');
    writeFileSync(broken, 'this is no sound');
    await addFiles(app.page, broken);
    await waitForState(app.page, 'broken.mp3', 'failed');
    await app.page.locator('[data-file-name="broken.mp3"] button').first().click();

    await capture('failed');
  });

  it('working', async () => {
    const long = await makeLongRecording(app.folder);
    await addFiles(app.page, long, KENNEDY);
    await app.page
      .locator(`[data-file-name="${basename(long)}"] button`)
      .first()
      .click();
    await app.page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
    await app.page.getByTestId('pending').waitFor({ timeout: 60_000 });

    await capture('working');
  });
});
