import { basename, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { TEXT_FORMATS } from '../../src/shared/export/formats.js';
import { formatClock, samplesToSeconds } from '../../src/shared/time.js';
import { transcriptText } from '../../src/shared/transcript.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import {
  addFiles,
  answerSaveDialog,
  dropFiles,
  exportAs,
  launchApp,
  listJobs,
  waitForState,
} from './fixtures.js';

const KENNEDY_NAME = basename(KENNEDY);

describe('a recording', () => {
  it('shows its words while it is decoded, then exports as what is on the screen', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    const requests: string[] = [];
    electron.context().on('request', (request) => requests.push(request.url()));

    await dropFiles(page, KENNEDY);
    const words = await page.waitForFunction(() => {
      const pending = document.querySelector('[data-testid="pending"]')?.textContent.trim() ?? '';
      const job = document.querySelector('[data-testid="job"]');
      return pending !== '' && job?.getAttribute('data-state') === 'running' ? pending : null;
    });
    expect(await words.jsonValue()).not.toBe('');
    await waitForState(page, KENNEDY_NAME, 'done');

    const shown = await page.getByTestId('segment').locator('.row-text').allTextContents();
    expect(plainWords(shown.join(' '))).toBe(KENNEDY_WORDS);
    expect(await page.getByTestId('pending').count()).toBe(0);

    const exported = new Map<string, string>();
    for (const format of TEXT_FORMATS) {
      const path = join(folder, `export with 'quotes'.${format}`);
      await answerSaveDialog(electron, path);
      await exportAs(page, format);
      await page.getByText(basename(path)).first().waitFor();
      exported.set(format, readFileSync(path, 'utf8'));
    }

    const [job] = await listJobs(page);
    if (job === undefined) throw new Error('the job is gone');
    const { segments } = await page.evaluate((id) => window.tilescribe.call('jobs.segments', { id }), job.id);
    const first = segments[0];
    if (first === undefined) throw new Error('the transcript is empty');
    expect(shown).toEqual(segments.map((segment) => segment.text.trim()));
    expect(plainWords(exported.get('txt') ?? '')).toBe(KENNEDY_WORDS);
    expect(exported.get('srt')).toContain(
      `1\n${formatClock(first.start, ',')} --> ${formatClock(first.end, ',')}\n${first.text.trim()}`,
    );
    expect(exported.get('vtt')).toMatch(/^WEBVTT\n/);
    expect(exported.get('vtt')).toContain(
      `${formatClock(first.start, '.')} --> ${formatClock(first.end, '.')}`,
    );
    const json = v.parse(
      v.looseObject({
        text: v.string(),
        language: v.string(),
        segments: v.array(v.looseObject({ start: v.number(), end: v.number(), text: v.string() })),
      }),
      JSON.parse(exported.get('json') ?? ''),
    );
    expect(json.text).toBe(transcriptText(segments));
    expect(json.language).toBe('en');
    expect(json.segments.map(({ start, end }) => [start, end])).toEqual(
      segments.map(({ start, end }) => [samplesToSeconds(start), samplesToSeconds(end)]),
    );
    expect(exported.get('csv')).toContain(first.text.trim());

    // No network, from the first file to the last export.
    expect(requests.filter((url) => !/^app(:\/\/bundle|-media:\/\/job)\//.test(url))).toEqual([]);
  });

  it('goes from start to saved file by keyboard alone', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    const target = join(folder, 'by keyboard.srt');
    await answerSaveDialog(electron, target);
    await electron.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, KENNEDY);

    await page.keyboard.press('Control+o');
    await waitForState(page, KENNEDY_NAME, 'done');
    await page.keyboard.press('e');
    await page.getByTestId('export-dialog').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('by keyboard.srt').first().waitFor();

    expect(plainWords(readFileSync(target, 'utf8').split('\n').slice(2).join(' '))).toBe(KENNEDY_WORDS);
  });

  it('is taken from the menu too', async () => {
    await using app = await launchApp();
    const { electron, page } = app;
    await electron.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, KENNEDY);

    await electron.evaluate(({ Menu }) => {
      const file = Menu.getApplicationMenu()?.items.find((item) => item.label === '&File');
      const open = file?.submenu?.items.find((item) => item.label.startsWith('&Open'));
      if (open === undefined) throw new Error('the menu has no Open');
      Reflect.apply(open.click, open, []);
    });

    await waitForState(page, KENNEDY_NAME, 'done');
  });

  it('named on the command line is queued at start, relative to where the app was started', async () => {
    await using app = await launchApp({ args: [KENNEDY_NAME], cwd: join(KENNEDY, '..') });

    await waitForState(app.page, KENNEDY_NAME, 'done');

    const jobs = await listJobs(app.page);
    expect(jobs.map((job) => job.fileName)).toEqual([KENNEDY_NAME]);
  });

  it('says in the save dialog’s words what went wrong, and keeps the transcript', async () => {
    await using app = await launchApp();
    const { electron, page } = app;
    await addFiles(page, KENNEDY);
    await waitForState(page, KENNEDY_NAME, 'done');

    await answerSaveDialog(electron, '/dev/null/not-a-folder/x.txt');
    await exportAs(page, 'txt');

    await page.getByTestId('notice').getByText('could not be saved').waitFor();
    expect(await page.getByTestId('segment').count()).toBeGreaterThan(0);
  });
});
