/**
 * The plugin for XRT as a release holds it: compiled against the headers of the oldest XRT that it runs on, so that it
 * runs on all later ones. In: the sources. Out: the shared library.
 *
 * XRT itself is not needed and not inside: driver, firmware and XRT have to fit each other and are the system's. The
 * plugin is linked against an empty library of XRT's name, which is only there to be named.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withWorkFolder } from '../models/work-folder.mjs';
import { ensureSystemPackages } from '../setup/system-install.mjs';
import { ensureXrtHeaders } from '../setup/xrt-headers.mjs';
import { run } from './tree.mjs';

export const PLUGIN = 'out/native/libtilescribe_xrt.so';
export const XRT_LIBRARY = 'libxrt_coreutil.so.2';

/**
 * Throws a SetupError when what it takes cannot be had here.
 *
 * @param {string} root
 * @param {string} cacheFolder
 * @param {string} target
 * @param {import('../setup/progress.mjs').Reporter} reporter
 */
export async function buildReleasePlugin(root, cacheFolder, target, reporter) {
  await ensureSystemPackages(['native', 'plugin'], reporter);
  const headers = await ensureXrtHeaders(cacheFolder, reporter);
  const native = join(root, 'native');
  const sources = ['plugin.cc', 'plugin_objects.cc'].map((name) => join(native, 'npu', 'xrt', name));
  await mkdir(dirname(target), { recursive: true });
  await withWorkFolder(dirname(target), async (workFolder) => {
    const stand = join(workFolder, XRT_LIBRARY);
    await run('c++', ['-shared', `-Wl,-soname,${XRT_LIBRARY}`, '-o', stand, '-x', 'c++', '/dev/null']);
    const warnings = ['-Wall', '-Wextra', '-Werror', '-Wshadow'];
    const options = ['-std=c++17', '-O2', '-DNDEBUG', '-shared', '-fPIC', '-fvisibility=hidden', '-s'];
    const include = ['-isystem', headers, `-I${native}`, `-ffile-prefix-map=${root}=.`];
    await run('c++', [
      ...options,
      ...warnings,
      ...include,
      '-o',
      target,
      ...sources,
      '-Wl,--no-as-needed',
      stand,
    ]);
  });
}

/**
 * @param {string} folder of an unpacked release
 * @returns {boolean}
 */
export function hasPlugin(folder) {
  return existsSync(join(folder, PLUGIN));
}
