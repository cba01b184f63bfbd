/** What is said while a file is worked on: the time that is left, to the eye, and finished sentences, to the ear. */
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { CORPUS, KENNEDY } from '../speech.js';
import { addFiles, findEnginePid, launchApp, listJobs, makeLongRecording, waitForState } from './fixtures.js';

const PAUSE_MS = 8000;

interface Shown {
  readonly atMs: number;
  readonly text: string;
}

/** Writes down each text that an element of the page has from now on: looking now and then would miss some. */
async function record(page: Page, name: string, selector: string): Promise<() => Promise<readonly Shown[]>> {
  await page.evaluate(
    ([key, wanted]) => {
      const shown: { atMs: number; text: string }[] = [];
      Object.assign(window, { [key]: shown });
      const look = () => {
        const text = document.querySelector(wanted)?.textContent.trim() ?? '';
        if (text !== (shown.at(-1)?.text ?? '')) shown.push({ atMs: performance.now(), text });
      };
      const changes = { childList: true, subtree: true, characterData: true };
      new MutationObserver(look).observe(document.body, changes);
    },
    [name, selector] as const,
  );
  return () => page.evaluate((key) => (window as unknown as Record<string, Shown[]>)[key] ?? [], name);
}

/** "about 40 s left", in seconds. */
function parseRemaining(text: string): number {
  if (text.endsWith('a few seconds left')) return 10;
  const [, hours = 0, minutes = 0, seconds = 0] =
    /about (?:(\d+) h ?)?(?:(\d+) min ?)?(?:(\d+) s ?)?left$/.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

describe('the time left', () => {
  it('is said after the first window, is about as long as it then takes, and falls', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    // The one sentence over and over is decoded far more slowly.
    const long = await makeLongRecording(folder, CORPUS === null ? 240 : 600);
    const readStatus = await record(page, 'shownStatus', '[data-testid="job"] .queue-status');
    const readEta = await record(page, 'shownEta', '[data-testid="eta"]');
    await addFiles(page, long);
    await page.getByTestId('eta').waitFor({ timeout: 60_000 });
    // A pause makes the job slower than it began: the time left is of what was measured, however fast this machine is.
    const engine = await findEnginePid(electron);
    process.kill(engine, 'SIGSTOP');
    await page.waitForTimeout(PAUSE_MS);
    process.kill(engine, 'SIGCONT');
    await waitForState(page, basename(long), 'done', 170_000);

    const status = await readStatus();
    const before = status.filter(({ text }) => !text.includes('left') && !text.startsWith('Done'));
    expect(before.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(Starting|Transcribing)/)]),
    );
    const estimates = (await readEta()).filter(({ text }) => text !== '');
    const first = estimates[0];
    const done = status.findLast(({ text }) => text.startsWith('Done'));
    if (first === undefined || done === undefined) throw new Error('nothing was said');
    // Nothing is guessed before something was measured.
    const firstPercent = status.find(({ text }) => /\d%/.test(text));
    expect(first.atMs).toBeGreaterThanOrEqual(firstPercent?.atMs ?? Infinity);
    // The machine may have other work at times: within a factor of four, and what rounding makes of little.
    const takenSeconds = (done.atMs - first.atMs - PAUSE_MS) / 1000;
    const [guessed, ...later] = estimates.map(({ text }) => parseRemaining(text));
    expect(guessed).toBeGreaterThan(0);
    expect(guessed).toBeLessThan(takenSeconds * 4 + 15);
    expect(guessed).toBeGreaterThan(takenSeconds / 4 - 15);
    const afterPause = Math.max(...later);
    expect(afterPause).toBeGreaterThan(10);
    expect(later.at(-1)).toBeLessThan(afterPause);
    expect(await page.getByTestId('eta').count()).toBe(0);
  });
});

describe('the live region', () => {
  it('says each finished segment once, whole and never by tokens, and that the file is done', async () => {
    await using app = await launchApp();
    const { page } = app;
    const readText = await record(page, 'saidText', '[aria-live="polite"]');
    const readState = await record(page, 'saidState', '[role="status"][aria-atomic="true"]');
    await addFiles(page, KENNEDY);
    await waitForState(page, basename(KENNEDY), 'done');

    const [job] = await listJobs(page);
    const { segments } = await page.evaluate(
      (id) => window.tilescribe.call('jobs.segments', { id }),
      job?.id ?? '',
    );
    const texts = segments.map(({ text }) => text.trim());
    expect(texts).not.toEqual([]);
    const said = async () => (await readText()).map(({ text }) => text).filter((text) => text !== '');
    await expect.poll(async () => (await said()).join(' ')).toBe(texts.join(' '));
    // Each is some segments, none is a part of one.
    for (const text of await said()) expect(texts.some((whole) => text.startsWith(whole))).toBe(true);
    await expect
      .poll(async () => (await readState()).map(({ text }) => text))
      .toContain(`${basename(KENNEDY)}: Done.`);
  });
});
