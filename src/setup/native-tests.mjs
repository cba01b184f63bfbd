/**
 * The C++ tests of native/, in three builds: as shipped; with AddressSanitizer and
 * UndefinedBehaviorSanitizer; and, those of threads, with ThreadSanitizer. Each is counted for itself.
 */
import { join } from 'node:path';
import { runCaptured } from './command.mjs';
import { buildTree, chooseJobs } from './native-tree.mjs';
import { EMPTY_TALLY, addTallies, tallyCtest, tallyStep } from './test-report.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */
/** @typedef {import('./test-report.mjs').Tally} Tally */

const BUILDS = [
  { preset: 'release', label: 'Native tests' },
  { preset: 'asan', label: 'Native tests, address and undefined behaviour checked' },
  { preset: 'tsan', label: 'Native tests of threads, data races checked' },
];

/**
 * @param {string} root
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
export async function runNativeTests(root, reporter) {
  let tally = EMPTY_TALLY;
  const wrapper = await findAddressLayoutWrapper();
  for (const { preset, label } of BUILDS) {
    tally = addTallies(tally, await runBuild(root, { preset, label, wrapper }, reporter));
  }
  return tally;
}

/**
 * @param {string} root
 * @param {{ readonly preset: string, readonly label: string, readonly wrapper: readonly string[] }} build
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
async function runBuild(root, { preset, label, wrapper }, reporter) {
  const step = reporter.startStep(label);
  const built = await buildTree(root, { configure: preset, build: preset }, (percent) => {
    step.update(`building, ${percent} %`);
  });
  if (!built.isGood) {
    step.abandon();
    reporter.say(built.output.trimEnd());
    return tallyStep(`build of C++ (${preset})`, false);
  }
  const ctest = ['ctest', '--preset', preset, '--parallel', String(chooseJobs())];
  const [command = '', ...args] = [...wrapper, ...ctest];
  const ticking = setInterval(step.tick, 1_000);
  const result = await runCaptured(command, args, { cwd: join(root, 'native') });
  clearInterval(ticking);
  const tally = tallyCtest(result.output, result.exitCode, preset);
  step.finish(`${tally.passed} passed, ${tally.failed.length} failed`);
  if (tally.failed.length > 0) reporter.say(result.output.trimEnd());
  return tally;
}

/**
 * ThreadSanitizer of GCC 13 and older stops where the kernel randomises addresses with 32 bits (Ubuntu
 * 24.04). setarch turns that off for one command; some containers forbid it, and mostly do not need it.
 *
 * @returns {Promise<readonly string[]>}
 */
async function findAddressLayoutWrapper() {
  const wrapper = ['setarch', '-R'];
  const trial = await runCaptured('setarch', ['-R', 'true']);
  return trial.exitCode === 0 ? wrapper : [];
}
