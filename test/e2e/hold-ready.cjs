/**
 * Loaded by Electron before the app (`-r`): the app is not ready before Playwright is connected. Where windows are
 * made while it connects, it waits for ever at times for one it has missed. Playwright's own loader of the same
 * purpose (playwright-core, server/electron/loader) also sets dozens of Chromium's switches, and the app under test
 * would be another than the user's.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- `-r` takes CommonJS
const { app } = require('electron');

const at = process.argv.indexOf(__filename);
if (at > 0) process.argv.splice(at - 1, 2);

const ready = app.whenReady();
const emit = app.emit.bind(app);
/** @type {unknown[]} */
let readyArguments = [];
let isReleased = false;
const released = Promise.withResolvers();

app.emit = (/** @type {string} */ event, /** @type {unknown[]} */ ...rest) => {
  if (event !== 'ready') return emit(event, ...rest);
  readyArguments = rest;
  return app.listenerCount('ready') > 0;
};
app.isReady = () => isReleased;
app.whenReady = () => released.promise;

/** Playwright calls it by this name when it is connected. */
globalThis.__playwright_run = async () => {
  await ready;
  isReleased = true;
  released.resolve(undefined);
  emit('ready', ...readyArguments);
};
