/** The performance view as a person uses it: run, look, compare, measure, export, and find it again after a restart. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import * as v from 'valibot';
import type { Page } from 'playwright-core';
import { RunRecordSchema } from '../../src/shared/timing.js';
import { KENNEDY } from '../speech.js';
import { findViolations } from './axe.js';
import { addFiles, answerSaveDialog, launchApp, takeScreenshots, waitForState } from './fixtures.js';

async function figure(page: Page, name: string): Promise<number> {
  const text = await page
    .getByTestId('performance-figures')
    .getByText(name)
    .locator('xpath=../dd')
    .textContent();
  return Number.parseFloat(text ?? '');
}

it('shows where the time of a run went, and compares two', async () => {
  await using app = await launchApp();
  const { electron, page, folder } = app;
  await page.getByTestId('view-performance').click();
  await page.getByTestId('performance-empty').waitFor();

  await page.getByTestId('view-transcribe').click();
  await addFiles(page, KENNEDY);
  await waitForState(page, basename(KENNEDY), 'done');
  await page.getByTestId('view-performance').click();

  expect(await figure(page, 'Speed, of real time')).toBeGreaterThan(1);
  expect(await figure(page, 'Tokens a second')).toBeGreaterThan(1);
  const median = await figure(page, 'Step, median');
  expect(median).toBeGreaterThan(0);
  expect(await figure(page, 'Step, 99th percentile')).toBeGreaterThanOrEqual(median);
  expect(await takeScreenshots(app, 'performance')).toBe(0);
  // The native engine and Whisper base: six layers of each kind, a row each, in the tables as well.
  for (const part of ['encoder', 'decoder']) {
    const section = page.getByTestId(`performance-layers-${part}`);
    await section.locator('summary').click();
    expect(await section.locator('tbody tr').count()).toBe(6);
    expect(await section.locator('svg > g').count()).toBe(6);
  }
  expect(await findViolations(page)).toEqual([]);

  await page.getByTestId('performance-measure').click();
  await page.getByText('memory gives').waitFor();
  const shares = await page
    .getByTestId('performance-roofline')
    .locator('tbody td:nth-child(5)')
    .allTextContents();
  expect(shares).toHaveLength(4);
  expect(shares.every((share) => Number.parseInt(share) > 0)).toBe(true);

  const path = join(folder, 'run.json');
  await answerSaveDialog(electron, path);
  await page.getByTestId('performance-export').click();
  await page.getByText('run.json').first().waitFor();
  const record = v.parse(RunRecordSchema, JSON.parse(readFileSync(path, 'utf8')));
  expect(record.timings.isModelled).toBe(false);
  expect(record.stepsMs.length).toBeGreaterThan(10);

  await page.getByTestId('view-transcribe').click();
  await addFiles(page, KENNEDY);
  await page.locator('[data-testid="job"][data-state="done"]').nth(1).waitFor();
  await page.getByTestId('view-performance').click();
  await page.getByTestId('performance-compare').selectOption({ index: 1 });
  const rows = page.getByTestId('performance-comparison').locator('tbody tr');
  expect(await rows.count()).toBe(9);
  expect(await rows.first().locator('td').last().textContent()).toMatch(/^\d+(\.\d\d)?×$/);

  await page.reload();
  await page.getByTestId('view-performance').click();
  expect(await figure(page, 'Speed, of real time')).toBeGreaterThan(1);
});
