/**
 * The format of all sources: prettier for what it knows, clang-format for C++. What clang-format makes of
 * one style differs between its versions, so it is always version 14, of Debian 12 and Ubuntu 22.04.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runAttached, runCaptured } from './command.mjs';
import { EMPTY_TALLY, tallyStep } from './test-report.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

const CLANG_FORMAT = 'clang-format-14';
const NOT_FOUND = 127;

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<import('./test-report.mjs').Tally>}
 */
export async function checkNativeFormat(root, reporter) {
  const startMs = performance.now();
  const result = await runCaptured(CLANG_FORMAT, ['--dry-run', '--Werror', ...(await listSources(root))]);
  if (result.exitCode === NOT_FOUND) {
    reporter.say(`Left out: the format of the C++ sources, because ${CLANG_FORMAT} is not installed.`);
    return EMPTY_TALLY;
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const isGood = result.exitCode === 0;
  if (!isGood) reporter.say(`${lastLines(result.output, 40)}\nTo format them: npm run format`);
  reporter.say(`Check format of C++: ${isGood ? 'passed' : 'failed'} (${seconds} s)`);
  return tallyStep('check format of C++', isGood);
}

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<number>} exit code
 */
export async function formatSources(root, reporter) {
  const prettier = join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  const exitCode = await runAttached(
    process.execPath,
    [prettier, '--write', '--list-different', '--ignore-unknown', '.'],
    { cwd: root },
  );
  const result = await runCaptured(CLANG_FORMAT, ['-i', ...(await listSources(root))]);
  if (result.exitCode === NOT_FOUND) {
    reporter.say(`The C++ sources are not formatted, because ${CLANG_FORMAT} is not installed.`);
    return exitCode;
  }
  if (result.exitCode !== 0) reporter.say(lastLines(result.output));
  return exitCode === 0 ? result.exitCode : exitCode;
}

/** @param {string} root */
async function listSources(root) {
  const lists = await Promise.all(
    ['native', 'kernels', 'test/xrt'].map((folder) => listFolder(join(root, folder))),
  );
  return lists.flat();
}

/** @param {string} folder */
async function listFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(h|cc)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
