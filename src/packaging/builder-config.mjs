/**
 * electron-builder's configuration. An allow-list: nothing is inside that is not named here. Models and native
 * libraries are outside the archive of scripts, because the loader and ONNX Runtime read them as files.
 */
import { join } from 'node:path';
import { RELEASE_FUSES } from './fuses.mjs';

/** @typedef {import('electron-builder').Configuration} Configuration */
/** @typedef {import('./packages-inside.mjs').InsidePackage} InsidePackage */

export const APP_BINARY = 'tilescribe-app';
/** Recommended, because Debian 12 has none that knows the NPU. */
const RECOMMENDED = ['libxrt-npu2', 'fonts-dejavu-core'];
/** With both names of what Ubuntu 24.04 and Debian 13 renamed. ffmpeg: without it only WAV could be opened. */
const NEEDED = [
  'ffmpeg',
  'libasound2 | libasound2t64',
  'libatk-bridge2.0-0 | libatk-bridge2.0-0t64',
  'libc6 (>= 2.36)',
  'libcups2 | libcups2t64',
  'libdrm2',
  'libgbm1',
  'libgtk-3-0 | libgtk-3-0t64',
  'libnotify4',
  'libnss3',
  'libsecret-1-0',
  'libstdc++6 (>= 12)',
  'libxkbcommon0',
  'libxss1',
  'xdg-utils',
];
/** The same in the names of Fedora; openSUSE provides them as well. */
const RPM = ['gtk3', 'nss', 'alsa-lib', 'libnotify', 'libsecret', 'xdg-utils', '/usr/bin/ffmpeg'];
export const DEPENDENCIES = { needed: NEEDED, recommended: RECOMMENDED, rpm: RPM };

/**
 * @param {object} parts
 * @param {string} parts.root
 * @param {string} parts.outputFolder
 * @param {string} parts.accompanyingFolder what lies beside the program
 * @param {string} parts.modelsFolder
 * @param {readonly { readonly id: string, readonly files: readonly { readonly path: string }[] }[]} parts.models
 * @param {readonly InsidePackage[]} parts.packages
 * @returns {Configuration}
 */
export function createConfiguration({
  root,
  outputFolder,
  accompanyingFolder,
  modelsFolder,
  models,
  packages,
}) {
  const folders = packages.filter(({ isBundled }) => !isBundled).map(({ name }) => name.split('/')[0]);
  return {
    appId: 'org.tilescribe.Tilescribe',
    productName: 'tilescribe',
    artifactName: '${name}-${version}-linux-x64.${ext}',
    directories: { output: outputFolder, buildResources: join(root, 'resources') },
    extraMetadata: { main: 'out/main/start.js' },
    files: [
      'package.json',
      'out/{main,preload,renderer}/**/*',
      // electron-builder adds all production packages by itself; some are for their installers alone.
      `!node_modules/!(${folders.join('|')})/**`,
      '!**/*.{map,ts,mts,cts,md,markdown}',
      '!node_modules/*/{bench,benchmarks,script,test,tests}/**',
      '!node_modules/onnxruntime-node/bin/napi-v6/!(linux)/**',
      '!node_modules/onnxruntime-node/bin/napi-v6/linux/!(x64)/**',
    ],
    asar: true,
    asarUnpack: ['**/*.node', '**/*.so*'],
    extraResources: [
      { from: 'resources/models/catalog.json', to: 'models/catalog.json' },
      { from: 'resources/icons/icon.png', to: 'icons/icon.png' },
      { from: 'resources/sample', to: 'sample' },
      { from: 'resources/linux/apparmor-profile', to: 'apparmor-profile' },
      ...models.map(({ id, files }) => ({
        from: join(modelsFolder, id),
        to: `models/${id}`,
        filter: files.map(({ path }) => path),
      })),
    ],
    extraFiles: [
      { from: 'out/native', to: 'out/native', filter: ['*.node'] },
      { from: 'resources/linux/tilescribe', to: 'tilescribe' },
      { from: accompanyingFolder, to: '.' },
    ],
    electronDist: join(root, 'node_modules', 'electron', 'dist'),
    electronLanguages: ['en-US'],
    electronFuses: RELEASE_FUSES,
    npmRebuild: false,
    linux: {
      executableName: APP_BINARY,
      category: 'AudioVideo',
      synopsis: 'Speech to text on your own machine',
      icon: join(root, 'resources', 'icons', 'sizes'),
      maintainer: 'The Tilescribe contributors <tilescribe@localhost>',
    },
  };
}
