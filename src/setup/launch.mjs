/** Starts what was set up: the app's window, or without a display the command line in this terminal. */
import { join, resolve } from 'node:path';
import { omitVariables, runAttached } from './command.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

/** @param {Environment} env */
export function hasDisplay(env) {
  return Boolean(env['DISPLAY']) || Boolean(env['WAYLAND_DISPLAY']);
}

/**
 * npm runs scripts in the project's folder; the user's own is in INIT_CWD.
 *
 * @param {Environment} env
 */
export function userFolder(env) {
  return env['INIT_CWD'] ?? process.cwd();
}

/**
 * Absolute paths, so that a name with a leading dash is a file to whoever reads it next.
 *
 * @param {readonly string[]} files as the user wrote them
 * @param {string} folder in which they were written
 * @returns {readonly string[]}
 */
export function resolveFiles(files, folder) {
  return files.map((file) => resolve(folder, file));
}

/**
 * The folder of the app comes first and switches next, as the app's own reading of its arguments expects.
 *
 * @param {string} root
 * @param {readonly string[]} files absolute
 * @param {boolean} isRoot Chromium refuses to sandbox root, and to start then
 * @returns {readonly string[]}
 */
export function electronArguments(root, files, isRoot) {
  return [root, ...(isRoot ? ['--no-sandbox'] : []), ...(files.length > 0 ? ['--', ...files] : [])];
}

/**
 * @param {string} root
 * @param {readonly string[]} files
 * @returns {Promise<number>} exit code
 */
export async function openApp(root, files) {
  if (files.includes('-')) {
    throw new SetupError(
      'The window cannot read from standard input (-).',
      'Use the command line for that: npx tilescribe -',
    );
  }
  const args = electronArguments(
    root,
    resolveFiles(files, userFolder(process.env)),
    process.getuid?.() === 0,
  );
  // The terminals of some editors that are Electron themselves set this; it would start a bare Node.
  const env = omitVariables(process.env, ['ELECTRON_RUN_AS_NODE']);
  return runAttached(join(root, 'node_modules', 'electron', 'dist', 'electron'), args, { env });
}

/**
 * @param {string} root
 * @param {readonly string[]} files none: the sample
 * @param {import('./progress.mjs').Reporter} reporter
 * @returns {Promise<number>} exit code
 */
export async function transcribeInTerminal(root, files, reporter) {
  reporter.say(
    files.length > 0
      ? 'There is no display, so the transcription runs in this terminal.'
      : 'There is no display, so a short sample is transcribed in this terminal. Your own: npm start -- FILE...',
  );
  const sample = join(root, 'resources', 'sample', 'sample.flac');
  const isStandardInput = (/** @type {string} */ file) => file === '-';
  const chosen = files.map((file) =>
    isStandardInput(file) ? file : (resolveFiles([file], userFolder(process.env))[0] ?? file),
  );
  const inputs = chosen.length > 0 ? chosen : [sample];
  return runAttached(process.execPath, [join(root, 'src', 'cli', 'bin.mjs'), ...inputs]);
}
