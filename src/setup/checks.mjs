/** What can be said about the sources without running them: types, lint, format, who imports whom. */
import { join } from 'node:path';
import { runCaptured } from './command.mjs';
import { EMPTY_TALLY, addTallies, tallyStep } from './test-report.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

/** @type {readonly { readonly name: string, readonly script: string, readonly args: readonly string[] }[]} */
const STATIC_CHECKS = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['-b'] },
  { name: 'lint', script: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'] },
  { name: 'format', script: 'prettier/bin/prettier.cjs', args: ['--check', '.', '--log-level', 'warn'] },
];
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
 * @returns {Promise<import('./test-report.mjs').Tally>}
 */
export function runStaticChecks(root, reporter) {
  return runSideBySide(root, STATIC_CHECKS, reporter);
}

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<import('./test-report.mjs').Tally>}
 */
export function runAllChecks(root, reporter) {
  return runSideBySide(root, [...STATIC_CHECKS, LAYERS_CHECK], reporter);
}

/**
 * @param {string} root
 * @param {typeof STATIC_CHECKS} checks
 * @param {Reporter} reporter
 */
async function runSideBySide(root, checks, reporter) {
  const tallies = await Promise.all(
    checks.map(async ({ name, script, args }) => {
      const startMs = performance.now();
      const result = await runCaptured(process.execPath, [join(root, 'node_modules', script), ...args], {
        cwd: root,
      });
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      const isGood = result.exitCode === 0;
      if (!isGood) reporter.say(result.output.trimEnd());
      reporter.say(`Check ${name}: ${isGood ? 'passed' : 'failed'} (${seconds} s)`);
      return tallyStep(isGood);
    }),
  );
  return tallies.reduce(addTallies, EMPTY_TALLY);
}
