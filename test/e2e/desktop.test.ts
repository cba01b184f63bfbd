/** What the desktop is told of the work: not to sleep, and that it is done when nobody looks. */
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import type { ElectronApplication } from 'playwright-core';
import { KENNEDY } from '../speech.js';
import { addFiles, launchApp, waitForState } from './fixtures.js';

interface Heard {
  readonly power: string[];
  readonly notes: { readonly title: string; readonly body: string }[];
}

/** Writes down what main asks of the desktop, and passes on what has an effect. */
async function listen(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ Notification, powerSaveBlocker }) => {
    const heard: Heard = { power: [], notes: [] };
    Object.assign(globalThis, { heard });
    const start = powerSaveBlocker.start.bind(powerSaveBlocker);
    const stop = powerSaveBlocker.stop.bind(powerSaveBlocker);
    powerSaveBlocker.start = (type) => {
      const id = start(type);
      heard.power.push(`${type}, held: ${powerSaveBlocker.isStarted(id)}`);
      return id;
    };
    powerSaveBlocker.stop = (id) => {
      const wasHeld = powerSaveBlocker.isStarted(id);
      stop(id);
      heard.power.push(`${wasHeld ? 'let go' : 'was not held'}, held: ${powerSaveBlocker.isStarted(id)}`);
      return wasHeld;
    };
    // There is no desktop here to show one.
    Notification.isSupported = () => true;
    Notification.prototype.show = function show(this: Electron.Notification) {
      heard.notes.push({ title: this.title, body: this.body });
    };
  });
}

function hear(electron: ElectronApplication): Promise<Heard> {
  return electron.evaluate(() => (globalThis as unknown as { heard: Heard }).heard);
}

async function setFocus(electron: ElectronApplication, isFocused: boolean): Promise<void> {
  await electron.evaluate(({ BrowserWindow }, value) => {
    const window = BrowserWindow.getAllWindows()[0];
    // No window manager here gives or takes the focus.
    if (window !== undefined) window.isFocused = () => value;
  }, isFocused);
}

it('keeps the computer awake while a job runs, and tells of its end only who looks elsewhere', async () => {
  await using app = await launchApp();
  const { electron, page } = app;
  await listen(electron);
  await setFocus(electron, false);

  await addFiles(page, KENNEDY);
  await waitForState(page, basename(KENNEDY), 'done');
  await expect
    .poll(async () => (await hear(electron)).power)
    .toEqual(['prevent-app-suspension, held: true', 'let go, held: false']);
  await expect.poll(async () => (await hear(electron)).notes.length).toBe(1);
  const [note] = (await hear(electron)).notes;
  expect(`${note?.title} ${note?.body}`).toContain(basename(KENNEDY));

  await setFocus(electron, true);
  await addFiles(page, KENNEDY);
  await expect.poll(async () => (await hear(electron)).power.length).toBe(4);
  expect((await hear(electron)).notes).toHaveLength(1);

  // Nor who does not want to be told.
  await setFocus(electron, false);
  await page.getByTestId('view-settings').click();
  await page.getByTestId('setting-notifications').click();
  await addFiles(page, KENNEDY);
  await expect.poll(async () => (await hear(electron)).power.length).toBe(6);
  expect((await hear(electron)).notes).toHaveLength(1);
});
