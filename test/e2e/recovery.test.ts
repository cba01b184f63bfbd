/** What is left when something dies, and what is kept from one start to the next. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/shared/transcript.js';
import { transcriptText } from '../../src/shared/transcript.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import {
  addFiles,
  findEnginePid,
  killApp,
  launchApp,
  listJobs,
  makeLongRecording,
  waitForState,
} from './fixtures.js';

async function readSegments(page: Page, fileName: string): Promise<readonly Segment[]> {
  const job = (await listJobs(page)).find((one) => one.fileName === fileName);
  if (job === undefined) throw new Error(`${fileName} is not on the list`);
  const { segments } = await page.evaluate((id) => window.tilescribe.call('jobs.segments', { id }), job.id);
  return segments;
}

async function waitForText(page: Page): Promise<void> {
  await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('after a kill', () => {
  it('of the app in the middle of a file, the next start ends with the text of one that never died', async () => {
    await using whole = await launchApp();
    const long = await makeLongRecording(whole.folder);
    await addFiles(whole.page, long);
    await waitForState(whole.page, basename(long), 'done');
    const expected = await readSegments(whole.page, basename(long));

    await using first = await launchApp();
    await addFiles(first.page, long);
    await waitForText(first.page);
    const engine = await findEnginePid(first.electron);
    await killApp(first);
    await expect.poll(() => isAlive(engine), { timeout: 5000 }).toBe(false);

    await using second = await launchApp({ folder: first.folder });
    await waitForState(second.page, basename(long), 'done');

    expect(await readSegments(second.page, basename(long))).toEqual(expected);
  });

  it('of app and engine with a queue, all files are finished in their order after the next start', async () => {
    await using first = await launchApp();
    const long = await makeLongRecording(first.folder);
    await addFiles(first.page, long, KENNEDY);
    await waitForText(first.page);
    const engine = await findEnginePid(first.electron);
    const killed = killApp(first);
    process.kill(engine, 'SIGKILL');
    await killed;

    await using second = await launchApp({ folder: first.folder });
    await waitForState(second.page, basename(KENNEDY), 'done');
    await waitForState(second.page, basename(long), 'done');

    expect((await listJobs(second.page)).map(({ fileName }) => fileName)).toEqual([
      basename(long),
      basename(KENNEDY),
    ]);
    const text = transcriptText(await readSegments(second.page, basename(KENNEDY)));
    expect(plainWords(text)).toBe(KENNEDY_WORDS);
  });
});

describe('after the window was closed in the middle of a file', () => {
  it('the next start goes on by itself from where it was, keeps what was there, and a cancelled one on demand', async () => {
    await using first = await launchApp();
    const long = await makeLongRecording(first.folder, 400);
    await addFiles(first.page, long);
    await waitForText(first.page);
    // However fast this machine is, the file is not finished before the window is closed.
    process.kill(await findEnginePid(first.electron), 'SIGSTOP');
    const before = await readSegments(first.page, basename(long));
    await first.electron.close();

    await using second = await launchApp({ folder: first.folder });
    await waitForState(second.page, basename(long), 'done');
    const whole = await readSegments(second.page, basename(long));
    expect(whole.slice(0, before.length)).toEqual(before);
    expect(whole.at(-1)?.end).toBeGreaterThan(390 * 16_000);

    await addFiles(second.page, long);
    const again = second.page.getByTestId('job').nth(1);
    await again.locator('button').first().click();
    await waitForText(second.page);
    process.kill(await findEnginePid(second.electron), 'SIGSTOP');
    await again.getByTestId('job-cancel').click();
    await second.page.locator('[data-testid="job"][data-state="cancelled"]').waitFor();
    await second.page.getByTestId('resume').click();
    await expect.poll(() => again.getAttribute('data-state'), { timeout: 120_000 }).toBe('done');
    const [, job] = await listJobs(second.page);
    const { segments } = await second.page.evaluate(
      (id) => window.tilescribe.call('jobs.segments', { id }),
      job?.id ?? '',
    );
    expect(segments).toEqual(whole);
  });
});

describe('the library', () => {
  it('keeps a transcript with its edits, finds it, plays it and deletes it for good', async () => {
    await using first = await launchApp();
    await addFiles(first.page, KENNEDY);
    await waitForState(first.page, basename(KENNEDY), 'done');
    const [job] = await listJobs(first.page);
    const id = job?.id ?? '';
    const edited = await first.page.evaluate(async (jobId) => {
      const { revision, segments } = await window.tilescribe.call('jobs.segments', { id: jobId });
      const removed = segments.slice(0, 1);
      const inserted = removed.map((segment) => ({
        ...segment,
        text: ' Zanzibar speaks.',
        isEdited: true as const,
      }));
      const edit = { label: 'text' as const, splices: [{ at: 0, removed, inserted }] };
      const made = await window.tilescribe.call('jobs.edit', { id: jobId, revision, edit });
      const stale = await window.tilescribe.call('jobs.edit', { id: jobId, revision, edit });
      return { made, stale };
    }, id);
    expect(edited.made).toEqual({ ok: true, revision: 1 });
    expect(edited.stale).toMatchObject({ ok: false, failure: { code: 'edit-stale' } });
    await killApp(first);

    await using second = await launchApp({ folder: first.folder });
    const found = await second.page.evaluate(async () => ({
      jobs: await window.tilescribe.call('jobs.list', null),
      all: await window.tilescribe.call('library.list', { query: null }),
      some: await window.tilescribe.call('library.list', { query: 'zanzibar' }),
      none: await window.tilescribe.call('library.list', { query: 'nobody said this' }),
    }));
    expect(found.jobs).toEqual([]);
    expect(found.all.map((entry) => entry.id)).toEqual([id]);
    expect(found.none).toEqual([]);
    expect(found.some).toMatchObject([{ id, state: 'done', language: 'en' }]);
    const { text, match } = found.some[0]!.snippet;
    expect(text.slice(match?.from, match?.to)).toBe('Zanzibar');

    await second.page.evaluate((jobId) => window.tilescribe.call('library.open', { id: jobId }), id);
    const [reopened] = await listJobs(second.page);
    expect(reopened).toMatchObject({ id, state: 'done', revision: 1, hasAudio: true });
    expect((await readSegments(second.page, basename(KENNEDY)))[0]?.text).toBe(' Zanzibar speaks.');

    const transcripts = join(first.folder, 'user-data', 'transcripts');
    expect(readdirSync(transcripts)).toHaveLength(1);
    const folder = join(transcripts, readdirSync(transcripts)[0]!);
    expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).toContain('Zanzibar');
    await second.page.evaluate((jobId) => window.tilescribe.call('library.delete', { id: jobId }), id);
    expect(existsSync(folder)).toBe(false);
    expect(await listJobs(second.page)).toEqual([]);
  });

  it('plays the sound of a job from anywhere in it, and nothing else', async () => {
    await using app = await launchApp();
    const { page } = app;
    await addFiles(page, KENNEDY);
    await waitForState(page, basename(KENNEDY), 'done');
    const [job] = await listJobs(page);

    const heard = await page.evaluate(async (id) => {
      const load = (url: string) =>
        new Promise<{ duration: number; seekable: number; reached: number } | 'refused'>((resolve) => {
          const audio = document.createElement('audio');
          audio.onerror = () => {
            resolve('refused');
          };
          audio.onloadedmetadata = () => {
            audio.onseeked = () => {
              const seekable = audio.seekable.end(audio.seekable.length - 1);
              resolve({ duration: audio.duration, seekable, reached: audio.currentTime });
            };
            audio.currentTime = 9.5;
          };
          audio.src = url;
        });
      return {
        ours: await load(`app-media://job/${id}`),
        unknown: await load('app-media://job/nobody'),
        path: await load('app-media://job/../../etc/passwd'),
        peaks: await window.tilescribe.call('jobs.peaks', { id }),
      };
    }, job?.id ?? '');

    const seconds = (job?.duration ?? 0) / 16_000;
    expect(seconds).toBeGreaterThan(10);
    if (heard.ours === 'refused') throw new Error('the player did not take the sound');
    expect(heard.ours.duration).toBeCloseTo(seconds, 1);
    expect(heard.ours.seekable).toBeCloseTo(seconds, 1);
    expect(heard.ours.reached).toBeCloseTo(9.5, 2);
    expect(heard.unknown).toBe('refused');
    expect(heard.path).toBe('refused');
    expect(Object.keys(heard.peaks?.peaks ?? {}).length).toBe(2 * Math.ceil((seconds * 16_000) / 320));
  });
});

describe('settings', () => {
  it('hold from one start to the next; a spoiled file is set aside and said so', async () => {
    await using first = await launchApp();
    const path = join(first.folder, 'user-data', 'settings.json');
    await first.page.evaluate(() =>
      window.tilescribe.call('settings.set', { patch: { theme: 'dark', vocabulary: ['Ngũgĩ'] } }),
    );
    await killApp(first);

    {
      await using second = await launchApp({ folder: first.folder });
      const settings = await second.page.evaluate(() => window.tilescribe.call('settings.get', null));
      expect(settings).toMatchObject({ theme: 'dark', vocabulary: ['Ngũgĩ'], task: 'transcribe' });
    }

    writeFileSync(path, '{"theme": "da');
    await using third = await launchApp({ folder: first.folder });
    await third.page.getByTestId('notice').waitFor();
    expect(await third.page.getByTestId('notice').textContent()).toContain('settings could not be read');
    const settings = await third.page.evaluate(() => window.tilescribe.call('settings.get', null));
    expect(settings.theme).toBe('system');
    const aside = readdirSync(join(first.folder, 'user-data')).filter((name) => name.includes('.damaged-'));
    expect(aside).toHaveLength(1);
  });
});
