/**
 * Takes a model from files that the user has: a folder on a stick, another computer's models folder. In: a model of
 * the catalogue and a folder. Out: its files in the models folder, verified like downloaded ones; all or nothing.
 */
import { copyFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fullDisk, isFullDisk, requireSpace } from './free-space.mjs';
import { sha256OfFile } from './hash.mjs';
import { ModelError } from './model-error.mjs';
import { dropPartials } from './partial-file.mjs';
import { listNeeded, putInPlace } from './placing.mjs';
import { checkModel, folderOfModel } from './store.mjs';
import { withWorkFolder } from './work-folder.mjs';

/** @typedef {import('./catalog.mjs').Model} Model */
/** @typedef {import('./catalog.mjs').ModelFile} ModelFile */

/**
 * Takes the model from a folder that has its files at the same paths, or all in one place. All or
 * nothing: a file that is not there or not the right one leaves the installed model as it was.
 *
 * @param {Model} model
 * @param {string} fromFolder
 * @param {string} folder the models folder
 * @param {{ readonly signal?: AbortSignal, readonly freeBytes?: (folder: string) => Promise<number> }} [options]
 * @returns {Promise<void>}
 */
export async function importModel(model, fromFolder, folder, options = {}) {
  const { signal, freeBytes } = options;
  const ownFolder = folderOfModel(model, folder);
  const needed = await listNeeded(model, folder, signal);
  const bytes = needed.reduce((sum, file) => sum + file.bytes, 0);
  await requireSpace({ modelId: model.id, folder: ownFolder, bytes, ...(freeBytes ? { freeBytes } : {}) });
  try {
    await withWorkFolder(ownFolder, async (workFolder) => {
      const copies = needed.map((file, index) => ({ file, copy: join(workFolder, String(index)) }));
      const problems = [];
      for (const { file, copy } of copies) {
        const problem = await copyVerified(file, fromFolder, copy, signal);
        if (problem) problems.push(`${file.path} ${problem}`);
      }
      if (problems.length > 0) throw new Error(problems.join('; '));
      for (const { file, copy } of copies) await putInPlace(copy, ownFolder, file);
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    if (isFullDisk(thrown)) throw fullDisk(model.id, `the disk of ${folder} is full`);
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ModelError(
      'model-fetch-failed',
      `The model "${model.id}" could not be taken from ${fromFolder}: ${cause}. Files that were good are kept.`,
      `Choose the folder that holds the files of ${model.origin}.`,
    );
  }
  await dropPartials(ownFolder, model.files);
  await checkModel(model, folder, signal ? { signal } : {});
}

/**
 * @param {ModelFile} file
 * @param {string} fromFolder
 * @param {string} copy
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string | null>} what is wrong, continuing a sentence
 */
async function copyVerified(file, fromFolder, copy, signal) {
  let isThere = false;
  for (const place of [join(fromFolder, file.path), join(fromFolder, basename(file.path))]) {
    const bytes = await stat(place).then(
      (found) => (found.isFile() ? found.size : null),
      () => null,
    );
    if (bytes === null) continue;
    isThere = true;
    if (bytes !== file.bytes) continue;
    await copyFile(place, copy);
    if ((await sha256OfFile(copy, signal)) === file.sha256) return null;
  }
  return isThere ? 'is another file than expected (size or sha256 differs)' : 'is not there';
}
