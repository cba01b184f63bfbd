/** Every format as it comes out of the dialog, opened again by something that did not write it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { formatDuration } from '../../src/shared/time.js';
import { KENNEDY } from '../speech.js';
import { addFiles, answerSaveDialog, exportAs, launchApp, listJobs, waitForState } from './fixtures.js';
import { makePausedRecording } from './recordings.js';

/** By unzip, as an office program would: our own zip code has no part in it. */
function unzip(path: string, part: string): string {
  return execFileSync('unzip', ['-p', path, part], { encoding: 'utf8' });
}

it('exports documents that hold the whole transcript, edits included', async () => {
  await using app = await launchApp();
  const { electron, page, folder } = app;
  const paused = await makePausedRecording(folder);
  await addFiles(page, paused);
  await waitForState(page, basename(paused), 'done');
  // What a format has to escape.
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('"Tom & <Ann>", ');
  await page.keyboard.press('Escape');
  const [job] = await listJobs(page);
  const fetchTexts = async () => {
    const { segments } = await page.evaluate(
      (id) => window.tilescribe.call('jobs.segments', { id }),
      job?.id ?? '',
    );
    return segments.map(({ start, text }) => ({ time: formatDuration(start), text: text.trim() }));
  };
  await expect.poll(async () => (await fetchTexts())[0]?.text).toMatch(/^"Tom & <Ann>", And so/);
  const kept = await fetchTexts();

  const files = new Map<string, string>();
  for (const format of ['docx', 'md', 'lrc', 'csv', 'txt'] as const) {
    const path = join(folder, `document.${format}`);
    await answerSaveDialog(electron, path);
    await exportAs(page, format);
    await page.getByText(`Saved document.${format}`).first().waitFor();
    files.set(format, path);
  }
  const read = (format: string) => readFileSync(files.get(format) ?? '', 'utf8');

  const docx = files.get('docx') ?? '';
  const names = execFileSync('unzip', ['-Z1', docx], { encoding: 'utf8' }).trim().split('\n');
  expect(names).toEqual(expect.arrayContaining(['[Content_Types].xml', '_rels/.rels', 'word/document.xml']));
  execFileSync('unzip', ['-tq', docx]);
  // Parsed by the page's own XML parser: what is not well-formed gives an error element.
  const shown = await page.evaluate(
    (xml) => {
      const document = new DOMParser().parseFromString(xml, 'application/xml');
      const errors = document.querySelectorAll('parsererror').length;
      const lines = [...document.getElementsByTagName('w:p')].map((line) =>
        [...line.getElementsByTagName('w:t')].map((run) => run.textContent).join(''),
      );
      return { errors, lines };
    },
    unzip(docx, 'word/document.xml'),
  );
  expect(shown.errors).toBe(0);
  const [title, ...paragraphs] = shown.lines;
  expect(title).toBe(basename(paused));
  expect(paragraphs[0]?.startsWith(kept[0]?.time ?? '?')).toBe(true);
  const plain = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  const whole = plain(kept.map(({ text }) => text).join(' '));
  expect(plain(paragraphs.map((line) => line.replace(/^[\d:]+ {2}/, '')).join(' '))).toBe(whole);

  expect(plain(read('txt'))).toBe(whole);
  expect(read('lrc').match(/^\[\d\d:\d\d\.\d\d\]/gm)).toHaveLength(kept.length);
  expect(read('md')).toContain('ask what you can do for your country');
  // Quotation marks are doubled inside of a field.
  expect(read('csv')).toContain('""Tom & <Ann>""');
  expect(read('csv').trim().split(/\r?\n/)).toHaveLength(kept.length + 1);
});

it('hands the choices of the start page to the job: language, task, search and words to expect', async () => {
  await using app = await launchApp();
  const { page } = app;
  await page.getByTestId('language-select').selectOption('en');
  await page.getByTestId('task-select').selectOption('translate');
  await page.getByTestId('search-select').selectOption('thorough');
  await page.locator('.options summary').click();
  await page.locator('.options textarea').fill('Ich bin ein Berliner.');
  await addFiles(page, KENNEDY);
  await waitForState(page, basename(KENNEDY), 'done');

  const [job] = await listJobs(page);
  expect(job?.options).toMatchObject({
    language: 'en',
    task: 'translate',
    beamSize: 5,
    initialPrompt: 'Ich bin ein Berliner.',
  });
  expect(await page.locator('.job-facts').textContent()).toContain('translated to English');
  expect(await page.getByTestId('segment').first().textContent()).toContain('fellow');

  await page.getByTestId('view-settings').click();
  await page.getByTestId('setting-language').selectOption('auto-multi');
  await addFiles(page, KENNEDY);
  await expect.poll(async () => (await listJobs(page))[1]?.options.language).toBe('auto-multi');
  await page.locator('[data-testid="job"][data-state="done"]').nth(1).waitFor();
});
