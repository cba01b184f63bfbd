/** What is chosen before a recording is dropped, by what it makes of the text. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { CORPUS, KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import {
  addFiles,
  answerSaveDialog,
  dropFiles,
  launchApp,
  makeLongRecording,
  waitForState,
} from './fixtures.js';
import { makeNoisyRecording, makePausedRecording } from './recordings.js';

const NAME = basename(KENNEDY);

async function shownText(page: Page): Promise<string> {
  return (await page.getByTestId('segment').locator('.row-text').allTextContents()).join(' ');
}

async function chooseVocabulary(page: Page, words: string): Promise<void> {
  await page.getByTestId('view-settings').click();
  await page.getByTestId('setting-vocabulary').fill(words);
  const count = words.split('\n').length;
  await expect
    .poll(async () => {
      const { vocabulary } = await page.evaluate(() => window.tilescribe.call('settings.get', null));
      return vocabulary.length;
    })
    .toBe(count);
}

/** The second file of the queue, when it is done. */
async function openSecond(page: Page): Promise<void> {
  const second = page.locator('[data-testid="job"][data-state="done"]').nth(1);
  await second.waitFor({ timeout: 120_000 });
  await second.locator('button').first().click();
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

it('the vocabulary in Settings is spelled as it was written', async () => {
  await using app = await launchApp();
  const { page } = app;
  await chooseVocabulary(page, 'photosynthesis\nfellow amerikans');
  await dropFiles(page, KENNEDY);
  await waitForState(page, NAME, 'done');

  await expect.poll(() => shownText(page)).toContain('my fellow amerikans');
});

it.skipIf(CORPUS === null)('a name that is misheard is right with the vocabulary in Settings', async () => {
  await using app = await launchApp();
  const { page } = app;
  const recording = join(CORPUS ?? '', 'dev', 'en', 'librispeech_3005-163389-0003.flac');
  await dropFiles(page, recording);
  await waitForState(page, basename(recording), 'done');
  await expect.poll(() => shownText(page)).toContain('run his eyes');
  expect(await shownText(page)).not.toContain('Sherburn');

  await chooseVocabulary(page, 'Colonel Sherburn\nSherburn');
  await dropFiles(page, recording);
  await openSecond(page);
  await expect.poll(() => shownText(page)).toContain('Sherburn run his eyes');
});

it('the thorough search finds other words, and is told where the text, its tokens and its figures are', async () => {
  await using app = await launchApp();
  const { page, folder } = app;
  const noisy = await makeNoisyRecording(folder, 0.4);
  await addFiles(page, noisy);
  await waitForState(page, basename(noisy), 'done');
  await expect.poll(() => shownText(page)).toMatch(/^and so my fellow Americans ask not/);
  const facts = page.locator('.job-facts');
  expect(await facts.textContent()).not.toContain('beam');

  await page.getByTestId('view-settings').click();
  await page.getByTestId('setting-search').selectOption('thorough');
  await expect
    .poll(async () => (await page.evaluate(() => window.tilescribe.call('settings.get', null))).search)
    .toBe('thorough');
  await dropFiles(page, noisy);
  await openSecond(page);
  await expect.poll(() => shownText(page)).toMatch(/^And so, my fellow Americans, ask not/);
  await expect.poll(() => facts.textContent()).toMatch(/threads? · beam 5/);

  await page.getByTestId('view-performance').click();
  await page.getByTestId('performance-compare').selectOption({ index: 1 });
  const comparison = page.getByTestId('performance-comparison');
  expect(await comparison.textContent()).toMatch(/1: [^:]+, beam 5\. 2: [^:]+ threads?\. /);
  const [first, second] = await comparison
    .locator('thead th')
    .filter({ hasText: 'noisy.wav, ' })
    .allTextContents();
  expect(first?.slice(3)).not.toBe(second?.slice(3));

  // While it runs, a token has no candidates of its own: five texts are weighed against each other.
  const long = await makeLongRecording(folder, 600);
  await addFiles(page, long);
  await page
    .locator(`[data-file-name="${basename(long)}"] button`)
    .first()
    .click();
  const token = page.locator('[data-testid="segment"] [data-token]').first();
  await token.waitFor({ timeout: 120_000 });
  await token.hover();
  const card = page.getByTestId('token-card');
  await card.getByText('This search does not tell what else it weighed.').waitFor();
  expect(await card.textContent()).toContain('not measured');
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
  await openSecond(page);
  await expect.poll(() => page.getByTestId('coverage').textContent()).toBe('100% heard');
});

it('subtitles are saved in the shape that was chosen, as the preview shows them', async () => {
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
  // It follows each choice: one line of so few letters is what was chosen last.
  const preview = page.getByTestId('export-preview');
  const shown = async () => ((await preview.textContent()) ?? '').trim();
  await expect.poll(shown).toMatch(/^(\d+\n[\d:,]+ --> [\d:,]+\n.{1,16}(\n\n|$))+$/);
  const previewed = await shown();
  await page.getByTestId('export-save').click();
  await page.getByText('Saved narrow.srt').first().waitFor();

  const saved = readFileSync(path, 'utf8').trim();
  expect(saved).toBe(previewed);
  const cues = saved.split('\n\n');
  expect(cues.length).toBeGreaterThan(5);
  for (const cue of cues) {
    const [, times = '', ...lines] = cue.split('\n');
    expect(times).toMatch(/^[\d:,]+ --> [\d:,]+$/);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThanOrEqual(16);
  }
  expect(plainWords(cues.map((cue) => cue.split('\n').slice(2).join(' ')).join(' '))).toBe(KENNEDY_WORDS);
});
