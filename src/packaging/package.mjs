/**
 * `npm run package`: a release from what is built and fetched already, without a network: the unpacked folder, a
 * .deb and a tar.gz. `-- rpm` makes a .rpm too, with rpmbuild; `-- AppImage` that, for which electron-builder downloads
 * its tools.
 */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Arch, Platform, build } from 'electron-builder';
import * as v from 'valibot';
import { readCatalog } from '../models/catalog.mjs';
import { modelsFolder } from '../models/store.mjs';
import { downloadsFolder } from '../setup/folders.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { createConfiguration } from './builder-config.mjs';
import { makeDeb } from './deb.mjs';
import { findFaults } from './inspect.mjs';
import { writeNotices } from './notices.mjs';
import { listPackagesInside } from './packages-inside.mjs';
import { makeRpm, requireRpmbuild } from './rpm.mjs';
import { run } from './tree.mjs';
import { PLUGIN, buildReleasePlugin, hasPlugin } from './xrt-plugin.mjs';

/** @typedef {import('../setup/progress.mjs').Reporter} Reporter */

/** Part of the package, so that it works without a network at its first start. */
export const BUNDLED_MODELS = ['base', 'silero-vad'];
const VersionSchema = v.object({ version: v.string() });
const TARGETS = ['AppImage', 'rpm'];

/**
 * @param {string} root
 * @returns {string}
 */
export function outputFolder(root) {
  return join(root, 'out', 'release');
}

/**
 * @param {string} root
 * @returns {string} the unpacked release
 */
export function unpackedFolder(root) {
  return join(outputFolder(root), 'linux-unpacked');
}

/**
 * Throws a SetupError when there is none.
 *
 * @param {string} root
 * @returns {Promise<string>} the .deb of this version
 */
export async function findDeb(root) {
  const path = debPath(root, (await readPackage(join(root, 'package.json'))).version);
  if (await stat(path).catch(() => null)) return path;
  throw new SetupError(`There is no ${path}.`, 'Make it first: npm run package');
}

/**
 * @param {string} root
 * @param {string} version
 */
function debPath(root, version) {
  return join(outputFolder(root), `tilescribe_${version}_amd64.deb`);
}

/**
 * @param {string} root
 * @param {readonly string[]} targets of TARGETS, besides the .deb and the tar.gz
 * @param {Reporter} reporter
 */
export async function makeRelease(root, targets, reporter) {
  const unknown = targets.find((target) => !TARGETS.includes(target));
  if (unknown !== undefined) {
    throw new SetupError(`There is no target "${unknown}".`, `Choose of: ${TARGETS.join(', ')}.`);
  }
  if (targets.includes('rpm')) await requireRpmbuild();
  const forBuilder = targets.filter((target) => target !== 'rpm');
  await makeUnpacked(root, forBuilder, reporter);
  if (!hasPlugin(unpackedFolder(root))) {
    throw new SetupError('A release without the plugin for the NPU is none.', 'What it lacks is said above.');
  }
  const { version } = await readPackage(join(root, 'package.json'));
  const epochSeconds = await readEpoch(root);
  const deb = debPath(root, version);
  const rpm = join(outputFolder(root), `tilescribe-${version}-1.x86_64.rpm`);
  const release = { root, unpackedFolder: unpackedFolder(root), version, epochSeconds };
  await step(reporter, 'Packing the .deb', async () => {
    await makeDeb({ ...release, workFolder: join(outputFolder(root), 'deb'), target: deb });
  });
  if (targets.includes('rpm')) {
    await step(reporter, 'Packing the .rpm', async () => {
      await makeRpm({ ...release, workFolder: join(outputFolder(root), 'rpm'), target: rpm });
    });
  }
  const tar = join(outputFolder(root), `tilescribe-${version}-linux-x64.tar.gz`);
  await step(reporter, 'Packing the tar.gz', async () => {
    const names = ['--transform', `s,^linux-unpacked,tilescribe-${version},`, 'linux-unpacked'];
    const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${epochSeconds}`];
    await run('tar', ['-czf', tar, '-C', outputFolder(root), ...same, ...names], { GZIP: '-9n' });
  });
  for (const path of [deb, tar, ...(targets.includes('rpm') ? [rpm] : [])]) {
    reporter.say(`${path}: ${((await stat(path)).size / 1e6).toFixed(1)} MB`);
  }
}

/**
 * Made and inspected. Without a network the first time there is no plugin for the NPU inside, which is said.
 *
 * @param {string} root
 * @param {readonly string[]} targets
 * @param {Reporter} reporter
 */
export async function makeUnpacked(root, targets, reporter) {
  const output = outputFolder(root);
  const accompanying = join(output, 'accompanying');
  await rm(unpackedFolder(root), { recursive: true, force: true });
  await rm(accompanying, { recursive: true, force: true });
  await mkdir(accompanying, { recursive: true });
  const { models, voiceDetector } = await readCatalog(join(root, 'resources'));
  const bundled = [...models, voiceDetector].filter(({ id }) => BUNDLED_MODELS.includes(id));
  const packages = await listPackagesInside(root);
  const { version } = await readPackage(join(root, 'package.json'));
  const electron = await readPackage(join(root, 'node_modules', 'electron', 'package.json'));
  await writeNotices(root, accompanying, {
    version,
    electronVersion: electron.version,
    packages,
    models: bundled,
  });
  // Where the command line looks for its version; electron-builder takes a file into one place only.
  await writeFile(join(accompanying, 'package.json'), `${JSON.stringify({ name: 'tilescribe', version })}\n`);
  await tryPlugin(root, join(accompanying, PLUGIN), reporter);
  await step(reporter, 'Putting the app together', async () => {
    await build({
      projectDir: root,
      publish: 'never',
      targets: Platform.LINUX.createTarget(['dir', ...targets], Arch.x64),
      config: createConfiguration({
        root,
        outputFolder: output,
        accompanyingFolder: accompanying,
        modelsFolder: modelsFolder(process.env),
        models: bundled,
        packages,
      }),
    });
  });
  const faults = await findFaults(unpackedFolder(root), BUNDLED_MODELS);
  if (faults.length > 0) {
    throw new SetupError(`The release is not as it must be:\n${faults.join('\n')}`, 'Mend src/packaging.');
  }
}

/**
 * @param {string} root
 * @param {string} target
 * @param {Reporter} reporter
 */
async function tryPlugin(root, target, reporter) {
  try {
    await buildReleasePlugin(root, downloadsFolder(process.env), target, reporter);
  } catch (thrown) {
    if (!(thrown instanceof SetupError)) throw thrown;
    reporter.say(`Left out: the plugin for the NPU. ${thrown.message} ${thrown.remedy}`);
  }
}

/**
 * @template T
 * @param {Reporter} reporter
 * @param {string} label
 * @param {() => Promise<T>} work
 */
async function step(reporter, label, work) {
  const shown = reporter.startStep(label);
  try {
    await work();
    shown.finish();
  } catch (thrown) {
    shown.abandon();
    throw thrown;
  }
}

/**
 * @param {string} path
 * @returns {Promise<{ readonly version: string }>}
 */
export async function readPackage(path) {
  return v.parse(VersionSchema, JSON.parse(await readFile(path, 'utf8')));
}

/**
 * The time of the last commit, so that the same commit gives the same package.
 *
 * @param {string} root
 */
async function readEpoch(root) {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const text = given ?? (await run('git', ['-C', root, 'log', '-1', '--format=%ct']));
  return Number(text.trim());
}
