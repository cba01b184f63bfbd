/** Settings as a person uses them: each one counts, is kept, and does what its sentence says. */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KENNEDY } from '../speech.js';
import { findViolations } from './axe.js';
import {
  addFiles,
  killApp,
  launchApp,
  listJobs,
  makeLongRecording,
  takeScreenshots,
  waitForState,
} from './fixtures.js';
import type { RunningApp } from './fixtures.js';

const NAME = basename(KENNEDY);

function readSettings({ page }: RunningApp) {
  return page.evaluate(() => window.tilescribe.call('settings.get', null));
}

function listLibrary({ page }: RunningApp) {
  return page.evaluate(() => window.tilescribe.call('library.list', { query: null }));
}

/** Makes the folder dialog answer with this folder. */
async function answerFolderDialog({ electron }: RunningApp, folder: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, folder);
}

async function chooseLibraryFolder(app: RunningApp, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await answerFolderDialog(app, folder);
  await app.page.getByTestId('view-settings').click();
  await app.page.getByTestId('setting-folder').click();
  await expect.poll(() => readSettings(app)).toMatchObject({ libraryFolder: folder });
}

describe('each setting', () => {
  it('is kept when it is changed, and is there after a restart', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    await page.getByTestId('view-settings').click();
    const choices: readonly (readonly [string, string])[] = [
      ['language', 'de'],
      ['task', 'translate'],
      ['model', 'tiny'],
      ['search', 'thorough'],
      ['theme', 'dark'],
      ['motion', 'reduced'],
      ['export', 'srt'],
      ['device', 'cpu'],
      ['vad', 'strict'],
    ];
    for (const [setting, value] of choices) await page.getByTestId(`setting-${setting}`).selectOption(value);
    const texts: readonly (readonly [string, string])[] = [
      ['languages', 'English, German'],
      ['vocabulary', 'Ada'],
      ['replacements', 'Jon = John'],
      ['threads', '2'],
    ];
    for (const [setting, value] of texts) await page.getByTestId(`setting-${setting}`).fill(value);
    for (const setting of ['notifications', 'audio', 'developer']) {
      await page.getByTestId(`setting-${setting}`).click();
    }

    const expected = {
      language: 'de',
      languages: ['en', 'de'],
      task: 'translate',
      model: 'tiny',
      search: 'thorough',
      vocabulary: ['Ada'],
      theme: 'dark',
      motion: 'reduced',
      exportFormat: 'srt',
      device: 'cpu',
      vad: 'strict',
      threads: 2,
      notifications: false,
      keepAudio: false,
      developer: true,
    };
    await expect.poll(() => readSettings(app)).toMatchObject(expected);
    expect((await readSettings(app)).replacements).toHaveLength(1);
    const shown = await page.locator('.setting').count();
    expect(shown).toBe(choices.length + texts.length + 3 + 1);
    await app.electron.close();

    await using second = await launchApp({ folder });
    await expect.poll(() => readSettings(second)).toMatchObject(expected);
    await second.page.getByTestId('view-settings').click();
    await expect.poll(() => second.page.getByTestId('setting-task').inputValue()).toBe('translate');
    expect(await second.page.getByTestId('setting-threads').inputValue()).toBe('2');
  });

  it('does what it says: threads, what Export offers first, motion', async () => {
    await using app = await launchApp();
    const { page } = app;
    const motion = () =>
      page
        .getByTestId('settings-shortcuts')
        .evaluate((button) => getComputedStyle(button).transitionDuration);
    await page.getByTestId('view-settings').click();
    expect(await motion()).not.toBe('0s');
    await page.getByTestId('setting-motion').selectOption('reduced');
    await expect.poll(motion).toBe('0s');
    await page.getByTestId('setting-threads').fill('1');
    await page.getByTestId('setting-export').selectOption('vtt');
    await expect.poll(() => readSettings(app)).toMatchObject({ threads: 1, exportFormat: 'vtt' });

    await addFiles(page, KENNEDY);
    await waitForState(page, NAME, 'done');
    await expect.poll(() => page.locator('.job-facts').textContent()).toMatch(/, 1 thread(?!s)/);
    await page.keyboard.press('e');
    await page.getByTestId('export-preview').getByText('WEBVTT').waitFor();
    expect(await page.getByTestId('export-vtt').getAttribute('aria-checked')).toBe('true');
  });

  it('leaves no sound beside a transcript when it is not to be kept', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    await page.getByTestId('view-settings').click();
    await page.getByTestId('setting-audio').click();
    await expect.poll(() => readSettings(app)).toMatchObject({ keepAudio: false });
    await addFiles(page, KENNEDY);
    await waitForState(page, NAME, 'done');

    const transcripts = join(folder, 'user-data', 'transcripts');
    const [kept] = readdirSync(transcripts);
    await expect
      .poll(() => readdirSync(join(transcripts, kept ?? '')))
      .toEqual(expect.arrayContaining(['journal.jsonl', 'transcript.txt', 'job.json']));
    expect(readdirSync(join(transcripts, kept ?? ''))).not.toContain('audio.wav');
  });
});

describe('the transcripts folder', () => {
  it('that is changed takes the next transcript, and the library has both', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    await addFiles(page, KENNEDY);
    await waitForState(page, NAME, 'done');
    const elsewhere = join(folder, 'elsewhere');
    await chooseLibraryFolder(app, elsewhere);
    expect(await page.locator('.setting-folder code').textContent()).toBe(elsewhere);
    expect(await takeScreenshots(app, 'settings')).toBe(0);

    const second = join(folder, 'second.flac');
    copyFileSync(KENNEDY, second);
    await page.getByTestId('view-transcribe').click();
    await addFiles(page, second);
    await waitForState(page, 'second.flac', 'done');
    expect(readdirSync(elsewhere)).toHaveLength(1);
    expect(readdirSync(join(folder, 'user-data', 'transcripts'))).toHaveLength(1);
    await page.getByTestId('view-library').click();
    await page.getByText(elsewhere).waitFor();
    await expect
      .poll(async () => (await listLibrary(app)).map(({ fileName }) => fileName).sort())
      .toEqual([NAME, 'second.flac'].sort());
    await app.electron.close();

    await using again = await launchApp({ folder });
    expect((await listLibrary(again)).map(({ fileName }) => fileName).sort()).toEqual(
      [NAME, 'second.flac'].sort(),
    );
  });

  it('that is changed while a job runs does not lose the job when the app is killed', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const recording = await makeLongRecording(folder, 600);
    await addFiles(page, recording);
    const name = basename(recording);
    await expect.poll(async () => (await listJobs(page))[0]?.segmentCount ?? 0).toBeGreaterThan(0);
    await chooseLibraryFolder(app, join(folder, 'elsewhere'));
    await killApp(app);

    await using again = await launchApp({ folder });
    await expect
      .poll(async () => (await listLibrary(again)).map(({ fileName, state }) => [fileName, state]), {
        timeout: 120_000,
        interval: 500,
      })
      .toEqual([[name, 'done']]);
  });
});

describe('deleting', () => {
  it('a transcript whose job runs ends the job, and its files do not come back', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    await addFiles(page, await makeLongRecording(folder, 600));
    await expect.poll(async () => (await listJobs(page))[0]?.segmentCount ?? 0).toBeGreaterThan(0);
    const [job] = await listJobs(page);
    const transcripts = join(folder, 'user-data', 'transcripts');
    expect(readdirSync(transcripts)).toHaveLength(1);

    const reply = await page.evaluate(
      (id) => window.tilescribe.call('library.delete', { id }),
      job?.id ?? '',
    );
    expect(reply).toEqual({ ok: true });
    expect(readdirSync(transcripts)).toEqual([]);
    expect(await listJobs(page)).toEqual([]);

    // The engine is at work again, and has had the time to write what it should not.
    await addFiles(page, KENNEDY);
    await waitForState(page, NAME, 'done');
    expect((await listLibrary(app)).map(({ fileName }) => fileName)).toEqual([NAME]);
    expect(readdirSync(transcripts)).toHaveLength(1);
    expect(existsSync(join(folder, 'long talk.wav'))).toBe(true);
  });
});

describe('from Settings', () => {
  it('the keys are listed, and the self-test comes again and leaves nothing', async () => {
    await using app = await launchApp();
    const { page } = app;
    await page.getByTestId('view-settings').click();
    await page.getByTestId('settings-shortcuts').click();
    await page.getByTestId('shortcuts').waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(await takeScreenshots(app, 'shortcuts')).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByTestId('shortcuts').waitFor({ state: 'detached' });

    for (let round = 0; round < 2; round++) {
      await page.getByTestId('settings-self-test').click();
      await page.getByTestId('self-test-text').waitFor({ timeout: 60_000 });
      await page.getByTestId('welcome-start').click();
      await page.getByTestId('welcome').waitFor({ state: 'detached' });
      await expect.poll(() => listJobs(page)).toEqual([]);
      await expect.poll(() => listLibrary(app)).toEqual([]);
    }
  });
});
