/** What is chosen before a recording is dropped, by what it makes of the text. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { addFiles, answerSaveDialog, dropFiles, launchApp, waitForState } from './fixtures.js';
import { makePausedRecording } from './recordings.js';

const NAME = basename(KENNEDY);

async function shownText(page: Page): Promise<string> {
  return (await page.getByTestId('segment').locator('.row-text').allTextContents()).join(' ');
}

it('a video that is dropped is transcribed like a recording, and its sound plays', async () => {
  await using app = await launchApp();
  const { page, folder } = app;
  const video = join(folder, 'speech.mp4');
  const picture = ['-f', 'lavfi', '-i', 'color=c=teal:s=160x120:r=10'];
  const codecs = ['-c:v', 'mpeg4', '-c:a', 'aac', '-shortest'];
  execFileSync('ffmpeg', ['-v', 'error', ...picture, '-i', KENNEDY, ...codecs, video]);
  await dropFiles(page, video);
  await waitForState(page, 'speech.mp4', 'done');

  await expect.poll(async () => plainWords(await shownText(page))).toBe(KENNEDY_WORDS);
  await page.locator('[data-testid="segment"] .word').nth(4).click();
  await page.locator('.word[data-heard="true"]').first().waitFor();
});

it('words to expect are spelled as they were written', async () => {
  await using app = await launchApp();
  const { page } = app;
  await page.locator('.options summary').click();
  await page.locator('.options textarea').fill('my fellow amerikans');
  await addFiles(page, KENNEDY);
  await waitForState(page, NAME, 'done');

  await expect.poll(() => shownText(page)).toContain('my fellow amerikans');
});

it('replacements rewrite the text that is heard', async () => {
  await using app = await launchApp();
  const { page } = app;
  await page.getByTestId('view-settings').click();
  await page.getByTestId('setting-replacements').fill('fellow Americans = dear neighbours');
  await expect
    .poll(async () => {
      const { replacements } = await page.evaluate(() => window.tilescribe.call('settings.get', null));
      return replacements.length;
    })
    .toBe(1);
  // Anywhere in the window, and without leaving the field.
  await dropFiles(page, KENNEDY);
  await waitForState(page, NAME, 'done');

  await expect
    .poll(async () => plainWords(await shownText(page)))
    .toBe(KENNEDY_WORDS.replace('fellow americans', 'dear neighbours'));
});

it('a pause is skipped, and listened to when nothing is to be skipped', async () => {
  await using app = await launchApp();
  const { page, folder } = app;
  const paused = await makePausedRecording(folder);
  await addFiles(page, paused);
  await waitForState(page, basename(paused), 'done');
  await expect.poll(() => page.getByTestId('coverage').textContent()).toMatch(/^[78]\d% heard$/);

  await page.getByTestId('view-settings').click();
  await page.getByTestId('setting-vad').selectOption('off');
  await page.getByTestId('new').click();
  await addFiles(page, paused);
  const second = page.locator('[data-testid="job"][data-state="done"]').nth(1);
  await second.waitFor({ timeout: 120_000 });
  await second.locator('button').first().click();
  await expect.poll(() => page.getByTestId('coverage').textContent()).toBe('100% heard');
});

it('subtitles are saved in the shape that was chosen', async () => {
  await using app = await launchApp();
  const { electron, page, folder } = app;
  await addFiles(page, KENNEDY);
  await waitForState(page, NAME, 'done');
  const path = join(folder, 'narrow.srt');
  await answerSaveDialog(electron, path);
  await page.getByTestId('export').click();
  await page.getByTestId('export-srt').click();
  await page.getByTestId('shape-on').check();
  await page.getByTestId('shape-maxLineWidth').fill('16');
  await page.getByTestId('shape-maxLineCount').fill('1');
  await page.getByTestId('export-save').click();
  await page.getByText('Saved narrow.srt').first().waitFor();

  const cues = readFileSync(path, 'utf8').trim().split('\n\n');
  expect(cues.length).toBeGreaterThan(5);
  for (const cue of cues) {
    const [, times = '', ...lines] = cue.split('\n');
    expect(times).toMatch(/^[\d:,]+ --> [\d:,]+$/);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThanOrEqual(16);
  }
  expect(plainWords(cues.map((cue) => cue.split('\n').slice(2).join(' ')).join(' '))).toBe(KENNEDY_WORDS);
});
