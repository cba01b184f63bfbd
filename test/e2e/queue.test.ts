import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transcriptText } from '../../src/shared/transcript.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import {
  addFiles,
  findEnginePid,
  launchApp,
  listJobs,
  makeLongRecording,
  startAgain,
  waitForState,
} from './fixtures.js';
import { makePausedRecording } from './recordings.js';

describe('the queue', () => {
  it('finishes the files around a broken one, and says what is wrong with it', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const first = join(folder, `first${extname(KENNEDY)}`);
    const broken = join(folder, 'broken "quoted" -name.mp3');
    const last = join(folder, `--last${extname(KENNEDY)}`);
    copyFileSync(KENNEDY, first);
    writeFileSync(broken, 'this is no sound');
    copyFileSync(KENNEDY, last);

    await addFiles(page, first, broken, last);
    await waitForState(page, basename(last), 'done');

    // Files side by side may end in any order.
    await expect
      .poll(async () => (await listJobs(page)).map((job) => job.state))
      .toEqual(['done', 'failed', 'done']);
    const jobs = await listJobs(page);
    expect(jobs[1]?.failure?.code).toBe('not-audio');
    expect(await page.getByTestId('job').count()).toBe(3);
    for (const job of [jobs[0], jobs[2]]) {
      const { segments } = await page.evaluate(
        (id) => window.tilescribe.call('jobs.segments', { id }),
        job?.id ?? '',
      );
      expect(plainWords(transcriptText(segments))).toBe(KENNEDY_WORDS);
    }
  });

  it('ends a job within 2 s of Cancel, keeps its text, and can start it again', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    const long = await makeLongRecording(folder);
    await addFiles(page, long);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });

    await page.getByTestId('job-cancel').click();
    await waitForState(page, basename(long), 'cancelled', 2000);

    const kept = await page.getByTestId('segment').count();
    expect(kept).toBeGreaterThan(0);
    expect(await page.getByTestId('pending').count()).toBe(0);
    // The rest is shown for what it is, and could be transcribed by a click.
    const rest = page.getByTestId('coverage-target').last();
    await expect.poll(() => rest.getAttribute('title')).toMatch(/^Not transcribed, /);
    await page.getByTestId('job-retry').first().click();
    await waitForState(page, basename(long), 'running', 10_000);
  });

  it('ends a job within 2 s of Cancel even when the engine does not answer any more', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    const long = await makeLongRecording(folder);
    await addFiles(page, long);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
    const stuckPid = await findEnginePid(electron);
    process.kill(stuckPid, 'SIGSTOP');

    await page.getByTestId('job-cancel').click();
    await waitForState(page, basename(long), 'cancelled', 2000);

    expect(await page.getByTestId('segment').count()).toBeGreaterThan(0);
    await addFiles(page, KENNEDY);
    await waitForState(page, basename(KENNEDY), 'done');
    expect(await findEnginePid(electron)).not.toBe(stuckPid);
  });

  it('survives the death of the engine: text kept, said so, the file and the next one go on', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    const long = await makeLongRecording(folder);
    await addFiles(page, long, KENNEDY);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
    const deadPid = await findEnginePid(electron);

    process.kill(deadPid, 'SIGKILL');

    await page.getByTestId('notice').waitFor({ timeout: 10_000 });
    expect(await page.getByTestId('notice').textContent()).toContain('was started again');
    await waitForState(page, basename(long), 'done');
    await waitForState(page, basename(KENNEDY), 'done');
    const [resumed, next] = await listJobs(page);
    expect(resumed).toMatchObject({ state: 'done', failure: null });
    expect(resumed?.segmentCount).toBeGreaterThan(0);
    expect(next?.state).toBe('done');
    expect(await findEnginePid(electron)).not.toBe(deadPid);
  });

  it('is still there, with its text and its live words, after the page was loaded again', async () => {
    await using app = await launchApp();
    const { page, folder } = app;
    // So long that it runs still when the page is back, on a fast machine, too.
    const long = await makeLongRecording(folder, 1500);
    await addFiles(page, long);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });

    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.reload();
    });

    await page.getByTestId('segment').first().waitFor();
    await page.getByTestId('pending').waitFor({ timeout: 60_000 });
    await waitForState(page, basename(long), 'running');
  });

  it('takes the files of a second start into the window that is there', async () => {
    await using app = await launchApp();

    const second = startAgain(app, KENNEDY);
    await waitForState(app.page, basename(KENNEDY), 'done');

    expect(await second).toBe(0);
    expect(app.electron.windows()).toHaveLength(1);
  });

  it('is put in another order by dragging a waiting file', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    const long = await makeLongRecording(folder);
    const files = ['one', 'two', 'three'].map((name) => join(folder, `${name}${extname(KENNEDY)}`));
    for (const file of files) copyFileSync(KENNEDY, file);
    const [one = '', two = '', three = ''] = files.map((file) => basename(file));
    await addFiles(page, long);
    await waitForState(page, basename(long), 'running');
    // While it stands still, nothing is finished that is to be moved.
    const engine = await findEnginePid(electron);
    process.kill(engine, 'SIGSTOP');
    await addFiles(page, ...files);
    const entry = (name: string) => page.locator(`[data-testid="job"][data-file-name="${name}"]`);
    await entry(three).waitFor();

    await entry(three).dragTo(entry(one), { targetPosition: { x: 40, y: 4 } });
    const order = async () => (await listJobs(page)).map(({ fileName }) => fileName);
    await expect.poll(order).toEqual([basename(long), three, one, two]);
    const shown = () =>
      page
        .getByTestId('job')
        .evaluateAll((entries) => entries.map((item) => item.getAttribute('data-file-name')));
    await expect.poll(shown).toEqual([basename(long), three, one, two]);

    process.kill(engine, 'SIGCONT');
    for (const name of [three, one, two]) await waitForState(page, name, 'done');
    expect(await order()).toEqual([basename(long), three, one, two]);
  });

  it('goes on with another device in the middle of a file, and keeps the text up to there', async () => {
    await using app = await launchApp();
    const { electron, page, folder } = app;
    // A window for each sentence, and none that repeats itself and is decoded again and again.
    const long = await makePausedRecording(folder, 6, 25);
    await page.getByTestId('view-settings').click();
    await page.getByTestId('setting-developer').click();
    await page.getByTestId('device-npu-emulated').click();
    await expect
      .poll(() => page.getByTestId('device-npu-emulated').getAttribute('aria-checked'))
      .toBe('true');
    await addFiles(page, long);
    await page.getByTestId('segment').first().waitFor({ timeout: 120_000 });
    // While it stands still, no window is finished on the device that is to be left.
    const engine = await findEnginePid(electron);
    process.kill(engine, 'SIGSTOP');
    const [before] = await listJobs(page);
    expect(before).toMatchObject({ state: 'running', options: { device: 'npu-emulated' } });
    expect(before?.backend).toContain('emulated');
    const read = () =>
      page.evaluate((id) => window.tilescribe.call('jobs.segments', { id }), before?.id ?? '');
    const { segments } = await read();

    await page.getByTestId('device-cpu').click();
    await expect.poll(async () => (await listJobs(page))[0]?.options.device).toBe('cpu');
    process.kill(engine, 'SIGCONT');
    await waitForState(page, basename(long), 'done');

    const [after] = await listJobs(page);
    expect(after?.backend).not.toContain('emulated');
    const whole = (await read()).segments;
    expect(whole.length).toBeGreaterThan(segments.length);
    expect(whole.slice(0, segments.length)).toEqual(segments);
    expect(plainWords(transcriptText(whole))).toBe(Array<string>(6).fill(KENNEDY_WORDS).join(' '));
  });
});
