/**
 * The plugin for XRT: out/native/libtilescribe_xrt.so, built where XRT's headers are installed, because XRT, driver
 * and firmware have to fit each other and so are the system's. Without it everything runs on the CPU, so that a
 * failure is a note; `tilescribe doctor` says what is missing.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashSources, isBuilt } from './build.mjs';
import { lastLines } from './command.mjs';
import { buildTree, treeFolder } from './native-tree.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

const PLUGIN = 'out/native/libtilescribe_xrt.so';
const STAMP = 'out/native/.plugin-sources.sha256';
const SOURCES = ['native/npu/xrt', 'native/CMakeLists.txt'];
const PRESETS = { configure: 'release', build: 'plugin' };
const HEADERS = ['/usr/include', '/opt/xilinx/xrt/include'].map((folder) =>
  join(folder, 'xrt/experimental/xrt_kernel.h'),
);

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @param {readonly string[]} [headers] any of which shows that XRT can be built against
 * @returns {Promise<void>}
 */
export async function tryPluginBuild(root, reporter, headers = HEADERS) {
  if (!headers.some((path) => existsSync(path))) {
    reporter.say(
      "Left out: the plugin for the NPU, because XRT's headers are not installed (npx tilescribe doctor).",
    );
    return;
  }
  const sourcesHash = await hashSources(root, SOURCES);
  if (await isBuilt(root, [PLUGIN], join(root, STAMP), sourcesHash)) return;
  await rm(join(root, PLUGIN), { force: true });
  const built = join(treeFolder(root, PRESETS.configure), 'libtilescribe_xrt.so');
  await rm(built, { force: true });
  const step = reporter.startStep('Building the plugin for the NPU');
  const result = await buildTree(root, PRESETS, (percent) => {
    step.update(`${percent} %`);
  });
  if (!result.isGood) {
    step.abandon();
    reporter.say(
      `Left out: the plugin for the NPU, which could not be built:\n${lastLines(result.output)}\n` +
        `The whole output is in ${result.logPath}.`,
    );
    return;
  }
  if (!existsSync(built)) {
    step.abandon();
    reporter.say(
      'Left out: the plugin for the NPU. It takes XRT 2.21 or later with all that its headers include, ' +
        `in Debian also the package uuid-dev; what was missing is in ${result.logPath}.`,
    );
    return;
  }
  await putInPlace(root, built);
  await writeFile(join(root, STAMP), `${sourcesHash}\n`);
  step.finish();
}

/**
 * By a rename: whole or not there, and a running app keeps the file that it has loaded.
 *
 * @param {string} root
 * @param {string} built
 */
async function putInPlace(root, built) {
  const target = join(root, PLUGIN);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(built, `${target}.new`);
  await rename(`${target}.new`, target);
}
