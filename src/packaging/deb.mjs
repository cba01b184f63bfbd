/**
 * Makes the .deb from the unpacked release with dpkg-deb alone: electron-builder would download fpm for it. What
 * desktops look for goes to /usr/share, the rest to /opt/tilescribe. Menus, icons and MIME types are refreshed by dpkg's
 * own triggers.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sizeOfFolder } from '../models/folder-size.mjs';
import { lastLines, runCaptured } from '../setup/command.mjs';
import { DEPENDENCIES } from './builder-config.mjs';

/**
 * @typedef {object} DebRequest
 * @property {string} root of the repository
 * @property {string} unpackedFolder
 * @property {string} workFolder emptied first
 * @property {string} version
 * @property {string} target path of the .deb
 * @property {number} epochSeconds time of all files inside
 */

/** @param {DebRequest} request */
export async function makeDeb({ root, unpackedFolder, workFolder, version, target, epochSeconds }) {
  await rm(workFolder, { recursive: true, force: true });
  const app = join(workFolder, 'opt', 'tilescribe');
  await mkdir(join(workFolder, 'opt'), { recursive: true });
  await cp(unpackedFolder, app, { recursive: true });
  await placeForDesktops(root, workFolder, { version, epochSeconds });
  await symlinkCommand(workFolder);
  const control = join(workFolder, 'DEBIAN');
  await mkdir(control);
  for (const name of ['postinst', 'postrm']) {
    await copyFile(join(root, 'resources', 'linux', name), join(control, name));
    await chmod(join(control, name), 0o755);
  }
  await writeFile(join(control, 'md5sums'), await listChecksums(workFolder));
  const installedKilobytes = Math.ceil((await sizeOfFolder(workFolder)) / 1024);
  await writeFile(join(control, 'control'), describePackage(version, installedKilobytes));
  await run('chmod', ['-R', 'u+rwX,go+rX,go-w', workFolder]);
  await run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', workFolder, target], {
    SOURCE_DATE_EPOCH: String(epochSeconds),
  });
  await rm(workFolder, { recursive: true });
}

/**
 * @param {string} version
 * @param {number} installedKilobytes
 */
export function describePackage(version, installedKilobytes) {
  return [
    'Package: tilescribe',
    `Version: ${version}`,
    'Architecture: amd64',
    'Maintainer: The Tilescribe contributors <tilescribe@localhost>',
    'Section: sound',
    'Priority: optional',
    `Installed-Size: ${installedKilobytes}`,
    `Depends: ${DEPENDENCIES.needed.join(', ')}`,
    `Recommends: ${DEPENDENCIES.recommended.join(', ')}`,
    'Description: speech to text on your own machine',
    " Turns audio and video files into text and subtitles with OpenAI's Whisper,",
    ' without a network: the multilingual base model is inside.',
    ' .',
    " Holds the window, the command line, and a server with OpenAI's interface.",
    '',
  ].join('\n');
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

/** @param {string} folder */
async function listChecksums(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = [];
  for (const path of paths.filter((file) => !file.includes('/DEBIAN/')).sort()) {
    const hash = createHash('md5');
    await pipeline(createReadStream(path), hash);
    lines.push(`${hash.digest('hex')}  ${relative(folder, path)}\n`);
  }
  return lines.join('');
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
