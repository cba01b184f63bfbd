/**
 * The native engine: out/native/tilescribe_native.node, built from native/ when its sources are not those
 * of the last complete build. The app runs without it on ONNX Runtime, slower; so starting and setting up
 * go on with a note when it cannot be built, while `npm run build` and `npm test` insist.
 */
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashSources, isBuilt } from './build.mjs';
import { lastLines } from './command.mjs';
import { buildTree, treeFolder } from './native-tree.mjs';
import { SetupError } from './setup-error.mjs';
import { MissingPackagesError, ensureSystemPackages } from './system-install.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

const ADDON = 'out/native/tilescribe_native.node';
const STAMP = 'out/native/.addon-sources.sha256';
const PRESETS = { configure: 'release', build: 'addon' };
/** In native/, but no part of the addon. */
const LEFT_OUT = ['bench', 'reference', 'test'];

/**
 * @param {string} root
 * @returns {Promise<readonly string[]>} what the addon is made of; the lock file names the version of its headers
 */
async function listSources(root) {
  const names = await readdir(join(root, 'native'));
  const parts = names.filter((name) => !LEFT_OUT.includes(name)).sort();
  return [...parts.map((name) => `native/${name}`), 'kernels', 'package-lock.json'];
}

/**
 * Throws a SetupError when it cannot be built. Needs node_modules (Node's headers come from there).
 *
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<void>}
 */
export async function ensureNativeBuild(root, reporter) {
  const sourcesHash = await hashSources(root, await listSources(root));
  if (await isBuilt(root, [ADDON], join(root, STAMP), sourcesHash)) return;
  // An addon of other sources than the app's would be worse than none.
  await rm(join(root, ADDON), { force: true });
  await ensureSystemPackages(['native'], reporter);
  const step = reporter.startStep('Building the native engine');
  try {
    const result = await buildTree(root, PRESETS, (percent) => {
      step.update(`${percent} %`);
    });
    if (!result.isGood) {
      throw new SetupError(
        `Building the native engine failed:\n${lastLines(result.output)}`,
        `The whole output is in ${result.logPath}.`,
      );
    }
    await putInPlace(root, sourcesHash);
  } catch (thrown) {
    step.abandon();
    throw thrown;
  }
  step.finish();
}

/**
 * The same, but a failure is a note.
 *
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<void>}
 */
export async function tryNativeBuild(root, reporter) {
  try {
    await ensureNativeBuild(root, reporter);
  } catch (thrown) {
    if (!(thrown instanceof SetupError)) throw thrown;
    reporter.say(describeFallback(thrown));
  }
}

/**
 * @param {SetupError} error
 * @returns {string} one line when only packages are missing
 */
export function describeFallback(error) {
  const consequence = 'The native engine is not built, so the slower portable engine is used.';
  return error instanceof MissingPackagesError
    ? `${consequence} To build it: ${error.installation}`
    : `${consequence} ${error.message}\n${error.remedy}`;
}

/**
 * By a rename: whole or not there, and a running app keeps the file that it has loaded.
 *
 * @param {string} root
 * @param {string} sourcesHash
 */
async function putInPlace(root, sourcesHash) {
  const target = join(root, ADDON);
  const copy = `${target}.new`;
  await mkdir(dirname(target), { recursive: true });
  await copyFile(join(treeFolder(root, PRESETS.configure), 'tilescribe_native.node'), copy);
  await rename(copy, target);
  await writeFile(join(root, STAMP), `${sourcesHash}\n`);
}
