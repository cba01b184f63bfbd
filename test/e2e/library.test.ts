/** Past transcripts, settings, models and the first start, as a person meets them. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KENNEDY } from '../speech.js';
import { findViolations } from './axe.js';
import { addFiles, findEnginePid, launchApp, listJobs, takeScreenshot, waitForState } from './fixtures.js';

const NAME = basename(KENNEDY);

describe('the library', () => {
  it('finds words of past transcripts, opens one, and deletes for good', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const transcripts = join(folder, 'user-data', 'transcripts');
    await addFiles(page, KENNEDY);
    await waitForState(page, NAME, 'done');
    await page.getByTestId('job-remove').click();
    await expect.poll(() => listJobs(page)).toEqual([]);

    await page.getByTestId('view-library').click();
    const entry = page.getByTestId('library-entry');
    await entry.waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.getByTestId('library-search').fill('fellow');
    await page.locator('[data-testid="library-entry"] mark').waitFor();
    expect((await entry.locator('mark').textContent())?.toLowerCase()).toBe('fellow');
    await takeScreenshot(page, 'library-search');
    await page.getByTestId('library-search').fill('no such words');
    await page.getByText('Nothing found').waitFor();
    await page.getByTestId('library-search').fill('');
    await entry.locator('button').first().click();
    await page.getByTestId('segment').first().waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(NAME);

    expect(readdirSync(transcripts)).not.toEqual([]);
    const [kept] = readdirSync(transcripts).filter((name) => name.includes('jfk'));
    await page.getByTestId('view-library').click();
    await page.getByTestId('library-delete').click();
    await page.getByTestId('delete-dialog').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await entry.count()).toBe(1);
    await page.getByTestId('library-delete').click();
    await page.getByTestId('delete-confirm').click();
    await page.getByText('No transcripts yet').waitFor();
    expect(existsSync(join(transcripts, kept ?? ''))).toBe(kept === undefined);
    expect(await listJobs(page)).toEqual([]);
  });
});

describe('settings', () => {
  it('count at once, hold for the next recording, and are there after a reload', async () => {
    await using app = await launchApp();
    const { electron, page } = app;
    await page.getByTestId('view-settings').click();
    await page.getByTestId('setting-theme').selectOption('dark');
    await page.getByTestId('setting-vocabulary').fill('Ada\nBabbage');
    await page.getByTestId('setting-language').selectOption('en');
    await page.getByTestId('setting-notifications').click();
    await expect
      .poll(() => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme))
      .toBe('dark');
    const kept = () => page.evaluate(() => window.tilescribe.call('settings.get', null));
    await expect.poll(kept).toMatchObject({ vocabulary: ['Ada', 'Babbage'], notifications: false });

    await electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.reload();
    });
    await page.getByTestId('view-settings').click();
    await expect.poll(() => page.getByTestId('setting-theme').inputValue()).toBe('dark');
    await expect.poll(() => page.getByTestId('setting-vocabulary').inputValue()).toBe('Ada\nBabbage');
    await expect.poll(() => page.getByTestId('setting-notifications').isChecked()).toBe(false);

    await addFiles(page, KENNEDY);
    // The list has it when its folder is made.
    await expect
      .poll(async () => (await listJobs(page))[0]?.options)
      .toMatchObject({ language: 'en', vocabulary: ['Ada', 'Babbage'] });
    await waitForState(page, NAME, 'done');
  });

  it('are at most 20, each with a sentence', async () => {
    await using app = await launchApp();
    const { page } = app;
    await page.getByTestId('view-settings').click();
    const sentences = await page.locator('.setting .setting-text').allTextContents();

    expect(sentences.length).toBeGreaterThan(10);
    expect(sentences.length).toBeLessThanOrEqual(20);
    expect(sentences.every((sentence) => /\.$/.test(sentence.trim()))).toBe(true);
  });
});

describe('the device in the title bar', () => {
  it('is the device of the next recording', async () => {
    await using app = await launchApp();
    const { page } = app;
    await page.getByTestId('device-cpu').click();
    await expect.poll(() => page.getByTestId('device-cpu').getAttribute('aria-checked')).toBe('true');
    await addFiles(page, KENNEDY);

    await expect.poll(async () => (await listJobs(page))[0]?.options.device).toBe('cpu');
    await waitForState(page, NAME, 'done');
  });
});

describe('the first start', () => {
  it('transcribes bundled speech, says what works, and leaves nothing behind', async () => {
    await using app = await launchApp({ isFirstStart: true });
    const { page, folder } = app;
    await page.getByTestId('self-test-text').waitFor({ timeout: 60_000 });

    expect((await page.getByTestId('self-test-text').textContent())?.toLowerCase()).toContain(
      'movable types',
    );
    expect(await page.getByTestId('self-test-result').count()).toBe(3);
    expect(await findViolations(page)).toEqual([]);
    await takeScreenshot(page, 'welcome');
    await page.getByTestId('welcome-start').click();
    await expect.poll(() => listJobs(page)).toEqual([]);
    const transcripts = join(folder, 'user-data', 'transcripts');
    await expect
      .poll(() =>
        (existsSync(transcripts) ? readdirSync(transcripts) : []).filter((name) => /sample/.test(name)),
      )
      .toEqual([]);
    expect(await page.getByTestId('notice').count()).toBe(0);
  });
});

describe('the queue', () => {
  it('is put in another order by keyboard, among the files that wait', async () => {
    await using app = await launchApp();
    const { page } = app;
    await addFiles(page, ...Array.from({ length: 40 }, () => KENNEDY));
    const waiting = page.locator('[data-testid="job"][data-state="queued"]');
    await waiting.nth(1).waitFor();
    // However fast this machine is, some still wait.
    process.kill(await findEnginePid(app.electron), 'SIGSTOP');
    const last = waiting.last();
    const id = await last.getAttribute('data-id');
    await last.locator('button').first().focus();
    await page.keyboard.press('Alt+Home');

    await expect
      .poll(async () => {
        const rest = (await listJobs(page)).filter(({ state }) => state === 'queued');
        return rest[0]?.id;
      })
      .toBe(id);
  });
});
