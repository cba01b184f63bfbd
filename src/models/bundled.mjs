/**
 * Models that came with the package, made known to the user's models folder by symbolic links: no copy, and
 * whatever works with that folder (checks, repair, import) works with them. What the user has there stays. A link
 * whose target is gone (an older package) is renewed.
 */
import { lstat, mkdir, stat, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readCatalog } from './catalog.mjs';
import { folderOfModel } from './store.mjs';

/**
 * Best effort: a model that could not be linked is missing, which is told where it is needed.
 *
 * @param {string} resourcesFolder
 * @param {string} folder the models folder
 * @returns {Promise<void>}
 */
export async function linkBundledModels(resourcesFolder, folder) {
  const { models, voiceDetector } = await readCatalog(resourcesFolder);
  for (const model of [...models, voiceDetector]) {
    for (const { path } of model.files) {
      const source = join(resourcesFolder, 'models', model.id, path);
      if (!(await isThere(source))) continue;
      await linkFile(source, join(folderOfModel(model, folder), path)).catch(() => undefined);
    }
  }
}

/**
 * @param {string} source
 * @param {string} target
 */
async function linkFile(source, target) {
  if (await isThere(target)) return;
  await mkdir(dirname(target), { recursive: true });
  const found = await lstat(target).catch(() => null);
  if (found?.isSymbolicLink()) await unlink(target);
  await symlink(source, target);
}

/** @param {string} path links are followed */
async function isThere(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
