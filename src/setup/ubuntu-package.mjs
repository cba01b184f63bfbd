/**
 * A package of Ubuntu that Debian has not, taken apart and not installed. By its hash, as Debian has no keys of Ubuntu.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runCaptured } from './command.mjs';
import { SetupError } from './setup-error.mjs';

const APT_HELPER = '/usr/lib/apt/apt-helper';

/** @typedef {{ readonly path: string, readonly sha256: string }} UbuntuPackage `path`: below the mirror */

/** @returns {string} */
export function ubuntuMirror() {
  return process.env['TILESCRIBE_UBUNTU_MIRROR'] ?? 'http://archive.ubuntu.com/ubuntu';
}

/**
 * Throws a SetupError when it cannot be had here.
 *
 * @param {UbuntuPackage} wanted
 * @param {string} folder where the archive is put
 * @returns {Promise<string>} the folder in it that has the package's files
 */
export async function unpackUbuntuPackage({ path, sha256 }, folder) {
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'package.deb');
  const unpacked = join(folder, 'unpacked');
  await run(path, APT_HELPER, ['download-file', `${ubuntuMirror()}/${path}`, archive, `SHA256:${sha256}`]);
  await run(path, 'dpkg-deb', ['--extract', archive, unpacked]);
  return unpacked;
}

/**
 * @param {string} path of the package
 * @param {string} command
 * @param {readonly string[]} args
 */
async function run(path, command, args) {
  const { exitCode, output } = await runCaptured(command, args);
  if (exitCode === 0) return;
  throw new SetupError(
    `Ubuntu's ${path} could not be fetched: ${lastLines(output, 2)}.`,
    'That needs apt and a mirror of Ubuntu (TILESCRIBE_UBUNTU_MIRROR names another one).',
  );
}
