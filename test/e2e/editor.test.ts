/** Reading along, correcting and searching a transcript, as a person does, in the built app. */
import { basename, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { Segment } from '../../src/shared/transcript.js';
import { listDoubtful } from '../../src/renderer/review.js';
import { KENNEDY } from '../speech.js';
import { findViolations } from './axe.js';
import { addFiles, answerSaveDialog, exportAs, launchApp, listJobs, waitForState } from './fixtures.js';
import { makeNoisyRecording, makePausedRecording } from './recordings.js';

const NAME = basename(KENNEDY);

async function openKennedy(page: Page): Promise<void> {
  await addFiles(page, KENNEDY);
  await waitForState(page, NAME, 'done');
  await page.locator('[data-testid="segment"] .word').first().waitFor();
}

/** What main has, not what the page shows. */
async function keptSegments(page: Page): Promise<readonly Segment[]> {
  const [job] = await listJobs(page);
  const { segments } = await page.evaluate(
    (id) => window.tilescribe.call('jobs.segments', { id }),
    job?.id ?? '',
  );
  return segments;
}

const keptText = async (page: Page) => (await keptSegments(page)).map(({ text }) => text.trim()).join(' | ');

const playedSeconds = (page: Page) =>
  page.getByTestId('audio').evaluate((audio) => (audio instanceof HTMLAudioElement ? audio.currentTime : -1));

describe('the player', () => {
  it('plays, follows with the words, and goes where a word is clicked', async () => {
    await using app = await launchApp();
    const { page } = app;
    await openKennedy(page);
    const words = (await keptSegments(page)).flatMap((segment) => segment.words ?? []);
    const country = words.findIndex(({ text }) => text.trim() === 'country');

    await page.locator('[data-testid="segment"] .word').nth(country).click();
    await expect
      .poll(() => playedSeconds(page))
      .toBeGreaterThanOrEqual((words[country]?.start ?? 0) / 16_000);
    await page.locator('.word[data-heard="true"]').first().waitFor();
    await page.keyboard.press(' ');
    await expect.poll(() => page.getByTestId('play').getAttribute('aria-label')).toBe('Play');
    const rest = await playedSeconds(page);
    expect(rest).toBeLessThan(11.1);

    // The end of the recording can be reached: the media scheme answers ranges.
    await page.getByTestId('seek').focus();
    await page.keyboard.press('End');
    await expect.poll(() => playedSeconds(page)).toBeGreaterThan(10.5);
    const picture = await page
      .getByTestId('waveform')
      .evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL().length : 0));
    expect(picture).toBeGreaterThan(1000);
  });

  it('plays what is around each doubtful word in turn, marks it, and leads to its correction', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const noisy = await makeNoisyRecording(folder);
    await addFiles(page, noisy);
    await waitForState(page, basename(noisy), 'done');
    const doubtful = listDoubtful(await keptSegments(page));
    expect(doubtful.length).toBeGreaterThanOrEqual(2);
    const audio = page.getByTestId('audio');
    const isPaused = () => audio.evaluate((element) => element instanceof HTMLAudioElement && element.paused);

    /** The word is the only one marked, and the sound from a second before it to a second after it is played. */
    async function expectReviewed(position: number): Promise<void> {
      const word = doubtful[position];
      if (word === undefined) throw new Error(`there is no doubtful word ${position}`);
      const count = `${position + 1} of ${doubtful.length}`;
      await bar.getByText(count, { exact: true }).waitFor();
      expect(await bar.locator('strong').textContent()).toBe(word.text);
      const marked = page.locator('.word[data-reviewed="true"]');
      await expect.poll(() => marked.count()).toBe(1);
      expect((await marked.textContent())?.trim()).toBe(word.text);
      expect(await marked.getAttribute('title')).toMatch(/^[\d.]+% certain$/);
      const from = Math.max(0, word.start / 16_000 - 1);
      const end = Math.min(11, word.end / 16_000 + 1);
      await expect.poll(() => playedSeconds(page)).toBeGreaterThan(from);
      // It stops by itself, within some frames of the second after the word.
      await expect.poll(isPaused, { timeout: 20_000 }).toBe(true);
      const stopped = await playedSeconds(page);
      expect(stopped).toBeGreaterThan(end - 0.1);
      expect(stopped).toBeLessThan(end + 1);
    }

    await page.keyboard.press('r');
    const bar = page.getByTestId('review-bar');
    await expectReviewed(0);
    expect(await page.locator('.word[data-doubtful="true"]').count()).toBe(doubtful.length);
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('r');
    await expectReviewed(1);
    await page.getByTestId('review-previous').click();
    await expectReviewed(0);
    await page.keyboard.press('Shift+R');
    await expectReviewed(doubtful.length - 1);

    // To the word itself, to be typed over.
    await bar.getByText('Edit').click();
    const caret = await page
      .getByTestId('row-editor')
      .evaluate((field) =>
        field instanceof HTMLTextAreaElement ? field.value.slice(field.selectionStart) : '',
      );
    expect(caret.startsWith(doubtful.at(-1)?.text ?? '?')).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect.poll(() => bar.count()).toBe(0);
    expect(await page.locator('.word:is([data-reviewed="true"], [data-doubtful="true"])').count()).toBe(0);
  });
});

describe('the editor', () => {
  it('changes text in its place, keeps it by itself, undoes and does it again', async () => {
    await using app = await launchApp();
    const { page } = app;
    await openKennedy(page);
    const before = await keptText(page);

    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('Well, ');
    // Without leaving the field: a rest is enough.
    await expect.poll(() => keptText(page)).toBe(`Well, ${before}`);
    await page.keyboard.type('well, ');
    await page.keyboard.press('Escape');
    await expect.poll(() => keptText(page)).toBe(`Well, well, ${before}`);
    expect(await page.getByTestId('row-editor').count()).toBe(0);

    await page.keyboard.press('Control+z');
    await expect.poll(() => keptText(page)).toBe(before);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => keptText(page)).toBe(`Well, well, ${before}`);
    expect(await page.getByTestId('notice').count()).toBe(0);
    const kept = await keptSegments(page);
    expect(kept[0]?.words?.slice(0, 2).map(({ isEdited }) => isEdited)).toEqual([true, true]);
    expect(kept[0]?.words?.at(-1)?.probability).toBeGreaterThan(0);
  });

  it('is reached and left by keyboard alone: Tab, rows, the text and back', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const paused = await makePausedRecording(folder);
    await addFiles(page, paused);
    await waitForState(page, basename(paused), 'done');
    const segments = await keptSegments(page);
    expect(segments.length).toBeGreaterThanOrEqual(2);
    const list = page.getByRole('region', { name: `Transcript of ${basename(paused)}` });
    const hasFocus = () => list.evaluate((element) => element === document.activeElement);
    await page.getByTestId('export').focus();
    for (let presses = 0; presses < 3 && !(await hasFocus()); presses++) await page.keyboard.press('Tab');
    expect(await hasFocus()).toBe(true);
    // One stop: the next Tab leaves it, and Shift+Tab comes back.
    await page.keyboard.press('Tab');
    expect(await list.evaluate((element) => element.contains(document.activeElement))).toBe(false);
    await page.keyboard.press('Shift+Tab');
    expect(await hasFocus()).toBe(true);

    const current = () => page.locator('.row[aria-current="true"]').getAttribute('aria-posinset');
    await page.keyboard.press('j');
    await expect.poll(current).toBe('1');
    await page.keyboard.press('j');
    await expect.poll(current).toBe('2');
    await page.keyboard.press('k');
    await expect.poll(current).toBe('1');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByTestId('row-editor').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByTestId('row-editor').waitFor({ state: 'detached' });
    // The keyboard is where it was, so that the next key goes to the transcript.
    await expect.poll(hasFocus).toBe(true);
    await expect.poll(current).toBe('2');
    await page.keyboard.press('k');
    await expect.poll(current).toBe('1');
  });

  it('splits at the caret, joins at the start, and names who speaks', async () => {
    await using app = await launchApp();
    const { page, electron, folder } = app;
    await openKennedy(page);
    const before = await keptText(page);

    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByTestId('row-editor').evaluate((field) => {
      if (field instanceof HTMLTextAreaElement) field.setSelectionRange(6, 6);
    });
    await page.keyboard.press('Enter');
    await expect.poll(() => keptText(page)).toBe(`${before.slice(0, 6)} | ${before.slice(7)}`);
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Backspace');
    await expect.poll(() => keptText(page)).toBe(before);
    await page.keyboard.press('Escape');

    await page.getByTestId('speaker').click();
    await page.getByTestId('speaker-input').fill('Kennedy');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await keptSegments(page))[0]?.speaker).toBe('Kennedy');
    const target = join(folder, 'with speaker.json');
    await answerSaveDialog(electron, target);
    await exportAs(page, 'json');
    await page.getByText('with speaker.json').first().waitFor();
    expect(readFileSync(target, 'utf8')).toContain('"speaker":"Kennedy"');
  });

  it('searches and replaces everywhere at once', async () => {
    await using app = await launchApp();
    const { page } = app;
    await openKennedy(page);
    const before = await keptText(page);

    await page.keyboard.press('/');
    await page.getByTestId('find-input').fill('Country');
    expect(await page.getByTestId('find-count').textContent()).toBe('1 of 2');
    await page.keyboard.press('Enter');
    expect(await page.getByTestId('find-count').textContent()).toBe('2 of 2');
    await page.getByTestId('find-replace').click();
    await page.getByTestId('replace-input').fill('planet');
    await page.getByTestId('replace-all').click();
    await expect.poll(() => keptText(page)).toBe(before.replaceAll('country', 'planet'));
    await page.getByTestId('undo').click();
    await expect.poll(() => keptText(page)).toBe(before);
  });
});
