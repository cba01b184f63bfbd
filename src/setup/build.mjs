/**
 * Builds what runs from TypeScript: the app with the command line (electron-vite, to out/), and the
 * tools for developers (vite, to out/tools/). Nothing is built when a stamp says that the sources are
 * those of the last complete build. The stamp hashes contents, not times: a fresh checkout has new times.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { lastLines, runCaptured } from './command.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

const APP_SOURCES = [
  'src/shared',
  'src/models',
  'src/node',
  'src/engine',
  'src/main',
  'src/preload',
  'src/renderer',
  'src/server',
  'src/cli',
  'src/start',
  'electron.vite.config.ts',
  'package-lock.json',
];
const APP_OUTPUTS = [
  'out/main/index.js',
  'out/main/engine.js',
  'out/main/doctor.js',
  'out/main/limits.js',
  'out/main/cli.js',
  'out/main/start.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
];
/** Programs for developers, by the name of their command. */
const TOOLS = {
  eval: 'test/eval/eval.ts',
  words: 'test/eval/words.ts',
  compare: 'test/eval/compare.ts',
  bench: 'test/bench/bench.ts',
};
const TOOL_SOURCES = [
  'src/shared',
  'src/models',
  'src/node',
  'src/engine',
  'src/server',
  'src/cli',
  'src/setup',
  'test/eval',
  'test/bench',
  'test/made-sound.ts',
  'package-lock.json',
];

/**
 * @typedef {object} BuildPlan
 * @property {string} label
 * @property {readonly string[]} sources files and folders, relative to the root
 * @property {readonly string[]} outputs files without which the build is not complete
 * @property {string} stamp
 * @property {readonly string[]} command script of node_modules and its arguments
 */

/** @type {BuildPlan} */
const APP_PLAN = {
  label: 'Building the app',
  sources: APP_SOURCES,
  outputs: APP_OUTPUTS,
  stamp: 'out/.app-sources.sha256',
  command: ['electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'],
};

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<void>}
 */
export async function ensureAppBuild(root, reporter) {
  await ensureBuild(root, APP_PLAN, reporter);
}

/**
 * @param {string} root
 * @param {keyof typeof TOOLS} name
 * @param {Reporter} reporter
 * @returns {Promise<string>} the script to run
 */
export async function ensureToolBuild(root, name, reporter) {
  const folder = `out/tools/${name}`;
  const output = `${folder}/${name}.js`;
  const entry = ['--ssr', TOOLS[name], '--outDir', folder, '--emptyOutDir'];
  await ensureBuild(
    root,
    {
      label: `Building ${name}`,
      sources: TOOL_SOURCES,
      outputs: [output],
      stamp: `${folder}/.sources.sha256`,
      command: ['vite/bin/vite.js', 'build', ...entry, '--logLevel', 'warn'],
    },
    reporter,
  );
  return join(root, output);
}

/**
 * @param {string} root
 * @param {BuildPlan} plan
 * @param {Reporter} reporter
 */
async function ensureBuild(root, plan, reporter) {
  const stampPath = join(root, plan.stamp);
  const sourcesHash = await hashSources(root, plan.sources);
  if (await isBuilt(root, plan.outputs, stampPath, sourcesHash)) return;
  const step = reporter.startStep(plan.label);
  await rm(stampPath, { force: true });
  const [script = '', ...args] = plan.command;
  const result = await runCaptured(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (result.exitCode !== 0) {
    step.abandon();
    throw new SetupError(
      `${plan.label} failed:\n${lastLines(result.output, 40)}`,
      'If you changed the sources, mend what is named above; if not, please report it with this message.',
    );
  }
  await mkdir(dirname(stampPath), { recursive: true });
  await writeFile(stampPath, `${sourcesHash}\n`);
  step.finish();
}

/**
 * @param {string} root
 * @param {readonly string[]} outputs
 * @param {string} stampPath
 * @param {string} sourcesHash
 * @returns {Promise<boolean>}
 */
export async function isBuilt(root, outputs, stampPath, sourcesHash) {
  try {
    if ((await readFile(stampPath, 'utf8')).trim() !== sourcesHash) return false;
    for (const output of outputs) await stat(join(root, output));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {readonly string[]} sources files and folders; one that is not there counts as empty
 * @returns {Promise<string>} changes when a file's name or content does
 */
export async function hashSources(root, sources) {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const path of await listFiles(join(root, source))) {
      const content = await readFile(path);
      hash.update(`${relative(root, path)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {Promise<readonly string[]>} files at and below it, sorted
 */
async function listFiles(path) {
  const found = await stat(path).catch(() => null);
  if (!found) return [];
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
