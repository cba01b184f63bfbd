/** Other languages than English, through the window to the text that results. Needs the corpus: a clone has English only. */
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { joinSounds, readSound, writeSound } from '../integration/joined-sound.js';
import { makeSilence } from '../made-sound.js';
import { CORPUS, KENNEDY, plainWords } from '../speech.js';
import { addFiles, launchApp, waitForState } from './fixtures.js';

const GERMAN = join(CORPUS ?? '', 'dev', 'other-languages', 'fleurs_de_000.flac');

async function shownWords(page: Page): Promise<string> {
  const texts = await page.getByTestId('segment').locator('.row-text').allTextContents();
  return ` ${plainWords(texts.join(' '))} `;
}

describe.skipIf(CORPUS === null)('a German recording', () => {
  it('is written in German, and in English when Translate is chosen', async () => {
    await using app = await launchApp();
    const { page } = app;
    const entries = page.locator('[data-testid="job"][data-state="done"]');
    await addFiles(page, GERMAN);
    await waitForState(page, basename(GERMAN), 'done');
    await expect.poll(() => page.locator('.job-facts').textContent()).toMatch(/^German, \d+% sure/);
    await expect.poll(() => shownWords(page)).toMatch(/ (die|den|sie|und|zum) .* hong ?kong /);

    await page.getByTestId('new').click();
    await page.getByTestId('task-select').selectOption('translate');
    await addFiles(page, GERMAN);
    await entries.nth(1).waitFor({ timeout: 120_000 });
    await entries.nth(1).locator('button').first().click();
    await expect
      .poll(() => page.locator('.job-facts').textContent())
      .toMatch(/^German, \d+% sure, translated to English/);
    await expect.poll(() => shownWords(page)).toMatch(/ (the|and|to) .* hong ?kong /);
    expect(await shownWords(page)).not.toMatch(/ (die|den|sie|und|zum) /);
  });
});

describe.skipIf(CORPUS === null)('a recording in two languages', () => {
  it('is written in both when the setting says to detect again and again', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const [english, german] = [await readSound(KENNEDY), await readSound(GERMAN)];
    const pause = makeSilence(1);
    const path = join(folder, 'both.wav');
    await writeSound(path, joinSounds([english, german, pause, german, english]));
    await page.getByTestId('view-settings').click();
    await page.getByTestId('setting-language').selectOption('auto-multi');
    await page.getByTestId('view-transcribe').click();
    await addFiles(page, path);
    await waitForState(page, basename(path), 'done');

    await expect
      .poll(async () => (await shownWords(page)).split(' ask not what your country can do for you ').length)
      .toBe(3);
    const words = await shownWords(page);
    expect(words).toMatch(/ hong ?kong /);
    expect(words).toMatch(/ (verlassen|gegenüberliegenden|fahren) /);
  });

  it('is heard in the languages that are allowed alone', async () => {
    await using app = await launchApp();
    const { page } = app;
    await page.getByTestId('view-settings').click();
    await page.getByTestId('setting-languages').fill('French, German');
    await page.getByTestId('view-transcribe').click();
    await addFiles(page, KENNEDY);
    await waitForState(page, basename(KENNEDY), 'done');

    await expect.poll(() => page.locator('.job-facts').textContent()).toMatch(/^(French|German), /);
  });
});
