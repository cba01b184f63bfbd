/**
 * The clean systems into which `npm run package:test` installs: made once by debootstrap, kept in .cache. Needs root and the
 * distribution's mirror the first time.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../setup/setup-error.mjs';
import { run } from './tree.mjs';

/** @typedef {import('../setup/progress.mjs').Reporter} Reporter */

const UBUNTU = 'http://archive.ubuntu.com/ubuntu';
/** Debian 12 has no package with Ubuntu's keys, so they come from Ubuntu, by hash. */
const UBUNTU_KEYS = {
  path: 'pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb',
  sha256: '36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8',
  file: 'usr/share/keyrings/ubuntu-archive-keyring.gpg',
};

/** @typedef {'bookworm' | 'noble'} Suite Debian 12, Ubuntu 24.04 */
/** @type {readonly Suite[]} */
export const SUITES = ['bookworm', 'noble'];

/**
 * @param {string} folder where systems are kept
 * @param {Suite} suite
 * @param {Reporter} reporter
 * @returns {Promise<string>} the folder of the system, which is to be copied and not changed
 */
export async function ensureCleanSystem(folder, suite, reporter) {
  const base = join(folder, suite);
  // Moved there when whole: what an interrupted debootstrap leaves looks like a system.
  if (existsSync(join(base, 'etc', 'os-release'))) return base;
  await mkdir(folder, { recursive: true });
  reporter.say(`Making a clean system (${suite}) ...`);
  const options = suite === 'noble' ? await prepareUbuntu(folder) : [];
  const from =
    suite === 'noble' ? [UBUNTU, '/usr/share/debootstrap/scripts/gutsy'] : ['http://deb.debian.org/debian'];
  const unfinished = `${base}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await run('debootstrap', ['--variant=minbase', ...options, suite, unfinished, ...from]);
  await run('mv', [unfinished, base]);
  return base;
}

/**
 * ffmpeg is in universe there.
 *
 * @param {string} folder
 */
async function prepareUbuntu(folder) {
  const response = await fetch(`${UBUNTU}/${UBUNTU_KEYS.path}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== UBUNTU_KEYS.sha256) {
    throw new SetupError(
      `Ubuntu's keys could not be fetched: ${response.status}, sha256 ${found}.`,
      `It needs ${UBUNTU}.`,
    );
  }
  const archive = join(folder, 'ubuntu-keyring.deb');
  const unpacked = join(folder, 'ubuntu-keyring');
  await writeFile(archive, bytes);
  await run('dpkg-deb', ['--extract', archive, unpacked]);
  return ['--components=main,universe', `--keyring=${join(unpacked, UBUNTU_KEYS.file)}`];
}
