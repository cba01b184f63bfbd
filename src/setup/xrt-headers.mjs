/**
 * The headers of the oldest XRT that the plugin is built against, for the test that it is: taken once out of the
 * package of Ubuntu 26.04, kept in the user's cache for all clones. Debian has no release with that version. Only the
 * headers are taken; nothing is installed.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { withWorkFolder } from '../models/work-folder.mjs';
import { unpackUbuntuPackage } from './ubuntu-package.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

const VERSION = '2.21.75';
const PACKAGE = {
  path: `pool/universe/x/xrt/libxrt-dev_${VERSION}+dfsg-4_amd64.deb`,
  sha256: '2932df269c3cf20d606b4cab2427a2279c09ea36ef64d66212986baf9bc129b1',
};

/**
 * @param {string} cacheFolder
 * @returns {string} where the folder "xrt" with the headers is, or would be
 */
export function xrtHeadersFolder(cacheFolder) {
  return join(cacheFolder, `xrt-headers-${VERSION}`);
}

/**
 * Throws a SetupError when they cannot be had here.
 *
 * @param {string} cacheFolder
 * @param {Reporter} reporter
 * @returns {Promise<string>} the folder
 */
export async function ensureXrtHeaders(cacheFolder, reporter) {
  const folder = xrtHeadersFolder(cacheFolder);
  if (existsSync(folder)) return folder;
  const step = reporter.startStep(`Fetching the headers of XRT ${VERSION} for the tests (once)`);
  try {
    await mkdir(cacheFolder, { recursive: true });
    await withWorkFolder(cacheFolder, async (workFolder) => {
      const unpacked = await unpackUbuntuPackage(PACKAGE, workFolder);
      await rename(join(unpacked, 'usr', 'include'), folder).catch((/** @type {unknown} */ thrown) => {
        // Another clone may have put them there meanwhile.
        if (!existsSync(folder)) throw thrown;
      });
    });
  } catch (thrown) {
    step.abandon();
    throw thrown;
  }
  step.finish();
  return folder;
}
