/** Every place of the window: reached by keyboard, free of what axe calls a violation, whole at 200 % zoom. */
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import { KENNEDY } from '../speech.js';
import { findViolations } from './axe.js';
import { addFiles, launchApp, takeScreenshot, waitForState } from './fixtures.js';
import type { RunningApp } from './fixtures.js';

const THEMES = ['light', 'dark'] as const;

describe('views', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await launchApp();
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  async function expectAccessible(name: string): Promise<void> {
    const { electron, page } = app;
    for (const theme of THEMES) {
      await electron.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source;
      }, theme);
      await page.waitForFunction(
        (isDark) => matchMedia('(prefers-color-scheme: dark)').matches === isDark,
        theme === 'dark',
      );
      // A colour in the middle of its transition is no colour of the theme.
      await page.waitForTimeout(200);
      expect(await findViolations(page), `${name}, ${theme}`).toEqual([]);
    }
    // As when the user zooms to 200 % in a window of 1280 x 800.
    await setZoom(2);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    await takeScreenshot(page, `${name}-zoom-200`);
    expect(overflow, `${name} sticks out sideways at 200 %`).toBe(0);
    await setZoom(1);
  }

  async function setZoom(factor: number): Promise<void> {
    const { electron, page } = app;
    await electron.evaluate(({ BrowserWindow }, zoom) => {
      BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(zoom);
    }, factor);
    await page.waitForFunction((zoom) => Math.abs(window.devicePixelRatio - zoom) < 0.01, factor);
  }

  it('start', async () => {
    await expectAccessible('start');
  });

  it('transcript, with a marked row, the search and the replacement', async () => {
    const { page } = app;
    await addFiles(page, KENNEDY);
    await waitForState(page, basename(KENNEDY), 'done');
    await expectAccessible('transcript');

    await page.keyboard.press('j');
    await page.keyboard.press('/');
    await page.getByTestId('find-input').fill('country');
    await page.getByTestId('find-replace').click();
    expect(await page.getByTestId('find-count').textContent()).toBe('1 of 2');
    await expectAccessible('find');
    await page.keyboard.press('Escape');
    expect(await page.getByTestId('find-bar').count()).toBe(0);
  });

  it('export dialog, with a preview that follows the shape', async () => {
    const { page } = app;
    await page.keyboard.press('e');
    await page.getByTestId('export-srt').click();
    const preview = page.getByTestId('export-preview');
    await preview.getByText('-->').first().waitFor();
    await page.getByTestId('shape-on').check();
    await page.getByTestId('shape-maxLineWidth').fill('16');
    // The preview changes twice, for the box and for the width: the lines that are meant are waited for.
    await expect
      .poll(async () => {
        const text = (await preview.textContent()) ?? '';
        const lines = text.split('\n').filter((line) => /^[A-Za-z]/.test(line));
        return lines.length > 3 && lines.every((line) => line.length <= 16);
      })
      .toBe(true);
    await expectAccessible('export');
    await page.keyboard.press('Escape');
    await page.getByTestId('export-dialog').waitFor({ state: 'detached' });
  });

  it.each(['library', 'models', 'settings', 'doctor'])('%s', async (view) => {
    await app.page.getByTestId(`view-${view}`).click();
    if (view === 'doctor') await app.page.getByTestId('doctor-line').first().waitFor();
    await expectAccessible(view);
  });

  it('doctor: its report can be copied as text', async () => {
    const { electron, page } = app;
    await page.getByText('Copy as text').click();
    await page.getByText('Report copied').waitFor({ timeout: 5000 });

    expect(await electron.evaluate(({ clipboard }) => clipboard.readText())).toMatch(
      /^Tilescribe [\s\S]*NPU/,
    );
  });

  it('shortcuts', async () => {
    await app.page.keyboard.press('?');
    await app.page.getByTestId('shortcuts').waitFor();
    await expectAccessible('shortcuts');
    await app.page.keyboard.press('Escape');
  });

  it('stay usable in forced colours: what is chosen, heard or marked is still told apart', async () => {
    const { page } = app;
    await page.emulateMedia({ forcedColors: 'active' });
    await page.getByTestId('view-transcribe').click();
    await page.locator('[data-testid="segment"] .word').nth(3).click();
    const heard = page.locator('.word[data-heard="true"]');
    await heard.first().waitFor();
    const styleOf = (locator: Locator, name: string) =>
      locator
        .first()
        .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);
    await page.keyboard.press(' ');
    expect(await styleOf(heard, 'text-decoration-line')).toBe('underline');
    expect(await styleOf(page.locator('.row[aria-current="true"]'), 'outline-style')).toBe('solid');
    expect(await styleOf(page.locator('[role="radio"][aria-checked="true"]'), 'outline-style')).toBe('solid');
    for (const view of ['start', 'library', 'settings', 'models', 'doctor', 'performance'] as const) {
      if (view === 'start') await page.getByTestId('new').click();
      else await page.getByTestId(`view-${view}`).click();
      await takeScreenshot(page, `${view}-forced-colours`);
      // The system's own colours replace ours when they are painted: axe still reads ours.
      expect(await findViolations(page, ['color-contrast']), `${view} in forced colours`).toEqual([]);
    }
    await page.emulateMedia({ forcedColors: null });
  });

  it('says why a device cannot be used, to the keyboard too', async () => {
    const { page } = app;
    await page.getByTestId('device-auto').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');

    expect(await page.getByTestId('device-reason').isVisible()).toBe(true);
    expect(await page.getByTestId('device-npu').getAttribute('aria-checked')).toBe('false');
    expect(await page.getByTestId('device-reason').textContent()).toContain('NPU cannot be used');
    await page.keyboard.press('Escape');
  });

  it('are reached by the Tab key in the order they are read', async () => {
    const { page } = app;
    await page.getByTestId('new').focus();
    const order: string[] = [];
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Tab');
      order.push(
        (await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))) ?? '(nothing)',
      );
    }

    expect(order).toEqual([
      'view-transcribe',
      'view-library',
      'view-performance',
      'view-models',
      'view-settings',
      'view-doctor',
    ]);
    await page.keyboard.press('Enter');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Doctor');
  });
});
