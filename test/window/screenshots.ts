/**
 * `npm run screenshots`: every place of the window as the README and the documents show it, from the built app on
 * real speech: docs/screenshots/*.png, and docs/screenshot.png for the top of the README.
 */
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { addFiles, launchApp, makeLongRecording, REPOSITORY, waitForState } from '../e2e/fixtures.js';
import type { RunningApp } from '../e2e/fixtures.js';
import { KENNEDY } from '../speech.js';

const FOLDER = join(REPOSITORY, 'docs', 'screenshots');
const MAX_BYTES = 150_000;

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
  await using app = await launchApp();
  const { electron, page, folder } = app;
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
  const long = await makeLongRecording(folder);
  await addFiles(page, long, KENNEDY, KENNEDY);
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

  for (const view of ['library', 'models', 'settings']) {
    await page.getByTestId(`view-${view}`).click();
    if (view === 'library') await page.getByTestId('library-entry').first().waitFor();
    await capture(view);
  }
});
