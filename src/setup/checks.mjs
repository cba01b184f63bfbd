/**
 * What can be said about the sources without running them: types, lint, format, who imports whom. Types
 * and format are looked up where a file is as it was. Lint reads types across files, so no single file
 * can be looked up: it is left out only when the whole project is what it was when lint last passed.
 */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSources } from './build.mjs';
import { runCaptured } from './command.mjs';
import { checkNativeFormat } from './source-format.mjs';
import { EMPTY_TALLY, addTallies, tallyStep } from './test-report.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */
/** @typedef {import('./test-report.mjs').Tally} Tally */
/** @typedef {{ readonly name: string, readonly script: string, readonly args: readonly string[] }} Check */

/** @type {Check} */
const LINT_CHECK = { name: 'lint', script: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'] };
const LINT_STAMP = '.cache/lint-sources.sha256';
const NOT_SOURCES = new Set(['.cache', '.git', 'node_modules', 'out', 'test-results']);

/** @type {readonly Check[]} */
const OTHER_CHECKS = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['-b'] },
  {
    name: 'format',
    script: 'prettier/bin/prettier.cjs',
    args: [
      ...['--check', '.', '--log-level', 'warn', '--cache', '--cache-strategy', 'content'],
      ...['--cache-location', '.cache/prettier'],
    ],
  },
];
/** @type {Check} */
const LAYERS_CHECK = {
  name: 'layers',
  script: 'vitest/vitest.mjs',
  args: ['run', '--project', 'unit', 'test/unit/layers.test.ts'],
};

/**
 * Types, lint and format. They run side by side; lint is the longest and has a process of its own.
 *
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
export function runStaticChecks(root, reporter) {
  return runSideBySide(root, OTHER_CHECKS, reporter);
}

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
export function runAllChecks(root, reporter) {
  return runSideBySide(root, [...OTHER_CHECKS, LAYERS_CHECK], reporter);
}

/**
 * @param {string} root
 * @param {readonly Check[]} checks besides lint and the format of C++
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
async function runSideBySide(root, checks, reporter) {
  const tallies = await Promise.all([
    runLint(root, reporter),
    ...checks.map((check) => runCheck(root, check, reporter)),
    checkNativeFormat(root, reporter),
  ]);
  return tallies.reduce(addTallies, EMPTY_TALLY);
}

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
async function runLint(root, reporter) {
  const stampPath = join(root, LINT_STAMP);
  const sources = (await readdir(root)).filter((name) => !NOT_SOURCES.has(name)).sort();
  const sourcesHash = await hashSources(root, sources);
  if ((await readFile(stampPath, 'utf8').catch(() => '')).trim() === sourcesHash) {
    reporter.say('Check lint: passed (nothing has changed since it last did)');
    return tallyStep('check lint', true);
  }
  await rm(stampPath, { force: true });
  const tally = await runCheck(root, LINT_CHECK, reporter);
  if (tally.failed.length === 0) {
    await mkdir(join(root, '.cache'), { recursive: true });
    await writeFile(stampPath, `${sourcesHash}\n`);
  }
  return tally;
}

/**
 * @param {string} root
 * @param {Check} check
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
async function runCheck(root, { name, script, args }, reporter) {
  const startMs = performance.now();
  const result = await runCaptured(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const isGood = result.exitCode === 0;
  if (!isGood) reporter.say(result.output.trimEnd());
  reporter.say(`Check ${name}: ${isGood ? 'passed' : 'failed'} (${seconds} s)`);
  return tallyStep(`check ${name}`, isGood);
}
