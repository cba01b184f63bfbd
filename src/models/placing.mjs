/** Which files of a model are still to come, and how one that has come gets its name. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkModel } from './store.mjs';

/** @typedef {import('./catalog.mjs').Model} Model */
/** @typedef {import('./catalog.mjs').ModelFile} ModelFile */

/**
 * @param {Model} model
 * @param {string} folder
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<readonly ModelFile[]>}
 */
export async function listNeeded(model, folder, signal) {
  const { problems } = await checkModel(model, folder, signalOption(signal));
  return model.files.filter((file) => problems.some(({ path }) => path === file.path));
}

/**
 * @param {AbortSignal | undefined} signal
 * @returns {{ readonly signal?: AbortSignal }}
 */
export function signalOption(signal) {
  return signal ? { signal } : {};
}

/**
 * @param {string} from
 * @param {string} ownFolder
 * @param {ModelFile} file
 */
export async function putInPlace(from, ownFolder, file) {
  const target = join(ownFolder, file.path);
  await mkdir(dirname(target), { recursive: true });
  // Only a file that is missing or wrong is replaced, and what is wrong may be a folder.
  await rm(target, { recursive: true, force: true });
  await rename(from, target);
}
