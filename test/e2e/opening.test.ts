/** The ways in that no other test takes: a folder, and the clipboard. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { KENNEDY } from '../speech.js';
import { dropFiles, launchApp, listJobs, waitForState } from './fixtures.js';

const KIND = extname(KENNEDY);

it('takes the recordings of a dropped folder, a pasted file and a pasted path', async () => {
  await using app = await launchApp();
  const { electron, page, folder } = app;
  const names = async () => (await listJobs(page)).map(({ fileName }) => fileName);
  const recordings = join(folder, 'Interviews 2026');
  mkdirSync(join(recordings, 'second day'), { recursive: true });
  copyFileSync(KENNEDY, join(recordings, `one${KIND}`));
  copyFileSync(KENNEDY, join(recordings, 'second day', `two${KIND}`));
  writeFileSync(join(recordings, 'notes.txt'), 'no recording');

  await dropFiles(page, recordings);
  await expect.poll(names).toEqual([`one${KIND}`, `two${KIND}`]);

  // As a file manager puts it there.
  const copied = join(folder, `copied file${KIND}`);
  copyFileSync(KENNEDY, copied);
  await electron.evaluate(({ clipboard }, address) => {
    clipboard.writeBuffer('text/uri-list', Buffer.from(`${address}\r\n`));
  }, pathToFileURL(copied).href);
  await page.keyboard.press('Control+v');
  await expect.poll(names).toContain(basename(copied));

  // As a terminal's user has it.
  const named = join(folder, `named by path${KIND}`);
  copyFileSync(KENNEDY, named);
  await electron.evaluate(({ clipboard }, text) => {
    clipboard.clear();
    clipboard.writeText(text);
  }, `'${named}'\n`);
  await page.keyboard.press('Control+v');
  await expect.poll(names).toContain(basename(named));

  // What names no file says so, and adds nothing.
  await electron.evaluate(({ clipboard }) => {
    clipboard.writeText('see you tomorrow');
  });
  await page.keyboard.press('Control+v');
  await page.getByTestId('notice').getByText('The clipboard holds no file.').waitFor();
  for (const name of [`one${KIND}`, `two${KIND}`, basename(copied), basename(named)]) {
    await waitForState(page, name, 'done');
  }
  expect(await names()).toHaveLength(4);
});
