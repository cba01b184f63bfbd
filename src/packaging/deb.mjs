/**
 * Makes the .deb from the unpacked release with dpkg-deb alone: electron-builder would download fpm for it. Menus, icons
 * and MIME types are refreshed by dpkg's own triggers.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sizeOfFolder } from '../models/folder-size.mjs';
import { DEPENDENCIES } from './builder-config.mjs';
import { LIMITS, placeTree, run } from './tree.mjs';

/** @param {import('./tree.mjs').TreeRequest & { readonly target: string }} request `target`: path of the .deb */
export async function makeDeb({ root, unpackedFolder, workFolder, version, target, epochSeconds }) {
  await placeTree({ root, unpackedFolder, workFolder, version, epochSeconds });
  const control = join(workFolder, 'DEBIAN');
  await mkdir(control);
  for (const name of ['postinst', 'postrm']) {
    await copyFile(join(root, 'resources', 'linux', name), join(control, name));
    await chmod(join(control, name), 0o755);
  }
  await writeFile(join(control, 'conffiles'), `/${LIMITS}\n`);
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
