/**
 * `npm run screenshots`: every place of the window as the README and the documents show it, from the built app on
 * real speech: docs/screenshots/*.png, and docs/screenshot.png for the top of the README.
 */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addFiles, launchApp, makeLongRecording, REPOSITORY, waitForState } from '../e2e/fixtures.js';
import type { RunningApp } from '../e2e/fixtures.js';
import { modelsFolder } from '../../src/models/store.mjs';
import { KENNEDY } from '../speech.js';

const FOLDER = join(REPOSITORY, 'docs', 'screenshots');
const MAX_BYTES = 150_000;

/** The home of nobody, so that the pictures show no folder of this machine; the models are those that are installed. */
const HOME = mkdtempSync(join(tmpdir(), 'tilescribe-home-'));
const ENV = { HOME, TILESCRIBE_DATA_DIR: dirname(modelsFolder(process.env)) };
afterAll(() => {
  rmSync(HOME, { recursive: true, force: true });
});

/** As of somebody who has been here before, with transcripts where they are by default. */
function furnishHome(): void {
  const settings = { version: 1, isWelcomed: true, libraryFolder: join(HOME, 'Documents', 'Tilescribe') };
  mkdirSync(settings.libraryFolder, { recursive: true });
  mkdirSync(join(HOME, 'user-data'));
  writeFileSync(join(HOME, 'user-data', 'settings.json'), JSON.stringify(settings));
}

async function setTheme({ electron, page }: RunningApp, theme: 'light' | 'dark'): Promise<void> {
  await electron.evaluate(({ nativeTheme }, source) => {
    nativeTheme.themeSource = source;
  }, theme);
  await page.waitForFunction(
    (isDark) => matchMedia('(prefers-color-scheme: dark)').matches === isDark,
    theme === 'dark',
  );
}

test('screenshots', async () => {
  mkdirSync(FOLDER, { recursive: true });
  furnishHome();
  await using app = await launchApp({ folder: HOME, env: ENV });
  const { electron, page } = app;
  await electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800);
  });
  await page.waitForFunction(() => window.innerWidth === 1280);

  async function capture(name: string, theme: 'light' | 'dark' = 'light'): Promise<void> {
    await setTheme(app, theme);
    const path = join(FOLDER, `${name}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    expect(statSync(path).size, name).toBeLessThan(MAX_BYTES);
  }

  await capture('start');
  const long = join(HOME, 'North and South, read aloud.wav');
  renameSync(await makeLongRecording(HOME), long);
  const speeches = ['Inaugural address, 1961', 'Inaugural address, rehearsal'].map((name) =>
    join(HOME, `${name}${extname(KENNEDY)}`),
  );
  for (const speech of speeches) copyFileSync(KENNEDY, speech);
  await addFiles(page, long, ...speeches);
  await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
  const token = page.locator('[data-testid="segment"] [data-token]').last();
  await token.hover();
  await capture('live', 'dark');

  await waitForState(page, basename(long), 'done');
  await page
    .locator(`[data-file-name="${basename(long)}"] button`)
    .first()
    .click();
  // The list may still be scrolling to where the text begins: then the click meets nothing.
  await expect
    .poll(
      async () => {
        await page.locator('.word').nth(30).click();
        return await page.locator('.word[data-heard="true"]').count();
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBeGreaterThan(0);
  await page.keyboard.press(' ');
  await page.mouse.move(0, 0);
  await capture('transcript');
  copyFileSync(join(FOLDER, 'transcript.png'), join(REPOSITORY, 'docs', 'screenshot.png'));
  await capture('transcript-dark', 'dark');

  await page.keyboard.press('e');
  await page.getByTestId('export-srt').click();
  await page.getByTestId('export-preview').getByText('-->').first().waitFor();
  await capture('export');
  await page.keyboard.press('Escape');

  for (const view of ['library', 'models', 'settings', 'performance']) {
    await page.getByTestId(`view-${view}`).click();
    if (view === 'library') {
      await page.getByTestId('library-entry').nth(speeches.length).waitFor();
      await page.getByText('~/Documents/Tilescribe').waitFor();
    }
    if (view === 'performance')
      await page.getByTestId('performance-run').selectOption({ label: basename(long) });
    if (view === 'models') await page.locator('.model-device[data-usable="true"]').first().waitFor();
    await capture(view);
  }
});
