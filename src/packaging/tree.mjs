/**
 * The files of a package as they will lie on a system, for whatever packs them: what desktops look for in /usr/share,
 * the command in /usr/bin, the rest in /opt/tilescribe.
 */
import { copyFile, cp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runCaptured } from '../setup/command.mjs';

/** What the doctor would have the user write (src/engine/doctor/npu-lines.ts). A configuration file: who changes it keeps that. */
export const LIMITS = 'etc/security/limits.d/60-tilescribe.conf';

/**
 * @typedef {object} TreeRequest
 * @property {string} root of the repository
 * @property {string} unpackedFolder
 * @property {string} workFolder emptied first
 * @property {string} version
 * @property {number} epochSeconds time of all files inside
 */

/** @param {TreeRequest} request */
export async function placeTree({ root, unpackedFolder, workFolder, version, epochSeconds }) {
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(join(workFolder, 'opt'), { recursive: true });
  await cp(unpackedFolder, join(workFolder, 'opt', 'tilescribe'), { recursive: true });
  await placeForDesktops(root, workFolder, { version, epochSeconds });
  await symlinkCommand(workFolder);
  await mkdir(join(workFolder, LIMITS, '..'), { recursive: true });
  await copyFile(join(root, 'resources', 'linux', 'limits.conf'), join(workFolder, LIMITS));
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {{ readonly version: string, readonly epochSeconds: number }} release
 */
async function placeForDesktops(root, folder, { version, epochSeconds }) {
  const share = join(folder, 'usr', 'share');
  const linux = join(root, 'resources', 'linux');
  const place = async (/** @type {string} */ source, /** @type {string} */ target) => {
    await mkdir(join(share, target, '..'), { recursive: true });
    await copyFile(source, join(share, target));
  };
  await place(join(linux, 'tilescribe.desktop'), 'applications/tilescribe.desktop');
  await place(join(root, 'LICENSE'), 'doc/tilescribe/copyright');
  await place(join(root, 'resources', 'icons', 'icon.svg'), 'icons/hicolor/scalable/apps/tilescribe.svg');
  const sizes = join(root, 'resources', 'icons', 'sizes');
  for (const file of await readdir(sizes)) {
    await place(join(sizes, file), `icons/hicolor/${file.replace('.png', '')}/apps/tilescribe.png`);
  }
  const name = 'org.tilescribe.Tilescribe.metainfo.xml';
  const date = new Date(epochSeconds * 1000).toISOString().slice(0, 10);
  const text = await readFile(join(linux, name), 'utf8');
  await mkdir(join(share, 'metainfo'), { recursive: true });
  await writeFile(join(share, 'metainfo', name), text.replace('@VERSION@', version).replace('@DATE@', date));
}

/** @param {string} folder */
async function symlinkCommand(folder) {
  await mkdir(join(folder, 'usr', 'bin'), { recursive: true });
  await symlink('/opt/tilescribe/tilescribe', join(folder, 'usr', 'bin', 'tilescribe'));
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env]
 */
export async function run(command, args, env = {}) {
  const { exitCode, output } = await runCaptured(command, args, { env: { ...process.env, ...env } });
  if (exitCode !== 0) throw new Error(`${command} failed:\n${lastLines(output, 40)}`);
  return output;
}
