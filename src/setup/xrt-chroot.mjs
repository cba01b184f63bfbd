/**
 * A small Debian system with XRT and a compiler for the tests that run the real XRT: made once by debootstrap, kept
 * in the user's cache for all clones. XRT that knows the NPU needs a newer C library than most systems have, so it
 * runs in a system of its own. Nothing in it is changed afterwards (test/xrt/enter.sh shows it read-only).
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withWorkFolder } from '../models/work-folder.mjs';
import { lastLines, runCaptured } from './command.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureSystemPackages } from './system-install.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */
/** @typedef {import('./progress.mjs').Step} Step */

const SUITE = 'forky';
// debootstrap knows how sid is put together, and every release since is put together so.
const SCRIPT = '/usr/share/debootstrap/scripts/sid';
const MIRROR = 'http://deb.debian.org/debian';
// uuid-dev: XRT's headers need it, but libxrt-dev does not ask for it.
const PACKAGES = [
  'g++',
  'libxrt-dev',
  'libxrt-npu2',
  'libxrt-utils',
  'libxrt-utils-npu',
  'linux-libc-dev',
  'uuid-dev',
];
/** After debootstrap. The device file belongs to the group, the tests run as the user. */
const FINISH =
  'groupadd --system render && useradd --create-home tester && rm -rf /var/cache/apt/archives/*.deb';
const READY = '.tilescribe-ready';
// What the first set-up unpacks and configures, so that its progress has an end.
const EXPECTED_STEPS = 480;

/**
 * @param {string} cacheFolder
 * @returns {string} where the system is, or would be
 */
export function xrtChrootFolder(cacheFolder) {
  const recipe = createHash('sha256')
    .update(JSON.stringify([SUITE, PACKAGES, FINISH]))
    .digest('hex');
  return join(cacheFolder, `xrt-${SUITE}-${recipe.slice(0, 12)}`);
}

/**
 * @param {string} cacheFolder
 * @returns {Promise<boolean>} whether the system is there and the tests can enter it
 */
export async function canUseXrtChroot(cacheFolder) {
  const isReady = await readFile(join(xrtChrootFolder(cacheFolder), READY)).then(
    () => true,
    () => false,
  );
  return isReady && (await whyNotPossible()) === null;
}

/**
 * Throws a SetupError when it cannot be made or used here.
 *
 * @param {string} cacheFolder
 * @param {Reporter} reporter
 * @returns {Promise<string>} the folder
 */
export async function ensureXrtChroot(cacheFolder, reporter) {
  const folder = xrtChrootFolder(cacheFolder);
  if (await canUseXrtChroot(cacheFolder)) return folder;
  const reason = await whyNotPossible();
  if (reason !== null) {
    throw new SetupError(reason, 'They run as root on x86-64 Linux, and always in continuous integration.');
  }
  await ensureSystemPackages(['xrt'], reporter);
  const step = reporter.startStep('Making a Debian system with XRT for the tests (once)');
  try {
    await rm(folder, { recursive: true, force: true });
    await withWorkFolder(cacheFolder, async (workFolder) => {
      const system = join(workFolder, 'system');
      await mkdir(system);
      await bootstrap(system, step);
      await writeFile(join(system, READY), '');
      await rename(system, folder).catch((/** @type {unknown} */ thrown) =>
        rethrowUnlessMade(thrown, folder),
      );
    });
  } catch (thrown) {
    step.abandon();
    throw thrown;
  }
  step.finish();
  return folder;
}

/** @returns {Promise<string | null>} */
async function whyNotPossible() {
  if (process.arch !== 'x64') return 'XRT for the NPU exists for x86-64 alone.';
  if (process.getuid?.() !== 0) return 'Entering a system of its own needs root.';
  const trial = await runCaptured('unshare', [
    '--mount',
    '--propagation',
    'private',
    'mount',
    '-t',
    'tmpfs',
    'tmpfs',
    '/mnt',
  ]);
  return trial.exitCode === 0
    ? null
    : `This container may not mount file systems: ${lastLines(trial.output, 1)}.`;
}

/**
 * @param {string} system
 * @param {Step} step
 */
async function bootstrap(system, step) {
  const mirror = process.env['TILESCRIBE_DEBIAN_MIRROR'] ?? MIRROR;
  let count = 0;
  const result = await runCaptured(
    'debootstrap',
    ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, system, mirror, SCRIPT],
    {
      // Whoever is cut off here begins anew, so that nothing need be flushed to the disk file by file.
      env: { ...process.env, LC_ALL: 'C', DPKG_FORCE: 'unsafe-io' },
      onOutput: (text) => {
        count += (text.match(/^I: (Unpacking|Configuring|Retrieving|Extracting)/gm) ?? []).length;
        step.update(`${Math.min(99, Math.floor((count / EXPECTED_STEPS) * 100))} %`);
      },
    },
  );
  if (result.exitCode !== 0) {
    throw new SetupError(
      `debootstrap could not make it:\n${lastLines(result.output)}`,
      'It needs 1 GB of disk and a Debian mirror (TILESCRIBE_DEBIAN_MIRROR names another one).',
    );
  }
  const finish = await runCaptured('chroot', [system, 'sh', '-c', FINISH]);
  if (finish.exitCode !== 0) {
    throw new SetupError(`Its user could not be made:\n${lastLines(finish.output)}`, 'Please report this.');
  }
}

/**
 * Another clone may have made it meanwhile.
 *
 * @param {unknown} thrown
 * @param {string} folder
 */
async function rethrowUnlessMade(thrown, folder) {
  await readFile(join(folder, READY)).catch(() => {
    throw thrown;
  });
}
