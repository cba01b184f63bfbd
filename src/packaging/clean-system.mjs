/**
 * The clean systems into which `npm run package:test` installs: made once by debootstrap, kept in .cache. Needs root and the
 * distribution's mirror the first time.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ubuntuMirror, unpackUbuntuPackage } from '../setup/ubuntu-package.mjs';
import { run } from './tree.mjs';

/** @typedef {import('../setup/progress.mjs').Reporter} Reporter */

/** Debian 12 has no package with Ubuntu's keys, so they come from Ubuntu, by hash. */
const UBUNTU_KEYS = {
  path: 'pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb',
  sha256: '36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8',
};
const KEYRING = 'usr/share/keyrings/ubuntu-archive-keyring.gpg';

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
    suite === 'noble'
      ? [ubuntuMirror(), '/usr/share/debootstrap/scripts/gutsy']
      : ['http://deb.debian.org/debian'];
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
  const unpacked = await unpackUbuntuPackage(UBUNTU_KEYS, join(folder, 'ubuntu-keyring'));
  return ['--components=main,universe', `--keyring=${join(unpacked, KEYRING)}`];
}
