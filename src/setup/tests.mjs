/**
 * `npm test`: checks, then the C++ tests, then unit and integration tests, then the app itself on a screen of its own (Xvfb),
 * so that windows of the tests never come up on the user's. Says what it left out and ends with the counts.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { modelsFolder } from '../models/store.mjs';
import { runStaticChecks } from './checks.mjs';
import { omitVariables, runAttached } from './command.mjs';
import { runNativeTests } from './native-tests.mjs';
import { SetupError } from './setup-error.mjs';
import { EMPTY_TALLY, addTallies, tallyReport } from './test-report.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */
/** @typedef {import('./test-report.mjs').Tally} Tally */

const SHOWN_NAMES = 30;

/**
 * Throws a SetupError when the corpus must be there and is not.
 *
 * @param {string} root
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {Reporter} reporter
 */
export function checkCorpus(root, env, reporter) {
  const folder = env['TILESCRIBE_SPEECH'] ?? resolve(root, '..', 'shared', 'speech');
  if (existsSync(folder)) return;
  if (env['TILESCRIBE_REQUIRE_SPEECH'] === '1') {
    throw new SetupError(
      `The speech corpus is not at ${folder}, and TILESCRIBE_REQUIRE_SPEECH=1 asks for it.`,
      'Put it there, or name its folder in TILESCRIBE_SPEECH.',
    );
  }
  reporter.say(`Left out: the tests with the speech corpus, which is not at ${folder}.`);
}

/**
 * The tests use the model where it is (test/english-model.ts).
 *
 * @param {string} root
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {Reporter} reporter
 */
export function checkEnglishModel(root, env, reporter) {
  const places = [join(modelsFolder(env), 'base.en'), join(root, '.cache', 'bench', 'whisper.cpp')];
  if (places.some((folder) => existsSync(join(folder, 'ggml-base.en.bin')))) return;
  reporter.say(
    'Left out: the tests with the model base.en, which is not installed (npx tilescribe --fetch-model base.en).',
  );
}

/**
 * @param {string} root
 * @param {readonly string[]} vitestArgs the user's; empty for everything
 * @param {Reporter} reporter
 * @returns {Promise<Tally>}
 */
export async function runTests(root, vitestArgs, reporter) {
  const isEverything = vitestArgs.length === 0;
  let tally = EMPTY_TALLY;
  if (isEverything) {
    tally = addTallies(tally, await runStaticChecks(root, reporter));
    tally = addTallies(tally, await runNativeTests(root, reporter));
  } else {
    reporter.say('Left out: types, lint, format and the C++ tests, because arguments choose the tests.');
  }
  // A choice of tests may leave one of the two runs with none.
  const choice = isEverything ? [] : ['--passWithNoTests', ...vitestArgs];
  tally = addTallies(tally, await runVitest(root, ['unit', 'integration', 'xrt'], choice, []));
  tally = addTallies(tally, await runVitest(root, ['e2e'], choice, screenOfItsOwn()));
  reportNames('Skipped:', tally.skipped, reporter);
  reportNames('Failed:', tally.failed, reporter);
  return tally;
}

/**
 * Drives the app on a screen of its own for something that is no test.
 *
 * @param {string} root
 * @param {string} project of vitest.config.ts
 * @returns {Promise<number>} exit code
 */
export function runOnScreen(root, project) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const line = [...screenOfItsOwn(), process.execPath, vitest, 'run', '--project', project];
  const [command, ...args] = line;
  const env = omitVariables(process.env, ['DISPLAY', 'WAYLAND_DISPLAY', 'ELECTRON_RUN_AS_NODE']);
  return runAttached(command ?? process.execPath, args, { cwd: root, env });
}

/**
 * A virtual screen and a session bus, as a desktop would have them. Without -noreset the X server begins anew when its
 * last window goes, and an app that is started just then, as after a kill, finds no screen.
 */
function screenOfItsOwn() {
  return ['xvfb-run', '-a', '-s', '-screen 0 1400x1000x24 -noreset', 'dbus-run-session', '--'];
}

/**
 * @param {string} root
 * @param {readonly string[]} projects
 * @param {readonly string[]} choice
 * @param {readonly string[]} wrapper command that runs vitest
 * @returns {Promise<Tally>}
 */
async function runVitest(root, projects, choice, wrapper) {
  const folder = join(root, '.cache', 'test-reports');
  const reportPath = join(folder, `${projects.join('-')}.json`);
  await mkdir(folder, { recursive: true });
  await rm(reportPath, { force: true });
  const vitest = [
    process.execPath,
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportPath}`,
    ...choice,
  ];
  const [command = '', ...args] = [...wrapper, ...vitest];
  const env = omitVariables(process.env, ['DISPLAY', 'WAYLAND_DISPLAY', 'ELECTRON_RUN_AS_NODE']);
  const exitCode = await runAttached(command, args, { cwd: root, env });
  return tallyReport(
    await readFile(reportPath, 'utf8').catch(() => null),
    exitCode,
    `tests: ${projects.join(', ')}`,
  );
}

/**
 * @param {string} heading
 * @param {readonly string[]} names
 * @param {Reporter} reporter
 */
function reportNames(heading, names, reporter) {
  if (names.length === 0) return;
  reporter.say(heading);
  for (const name of names.slice(0, SHOWN_NAMES)) reporter.say(`  ${name}`);
  if (names.length > SHOWN_NAMES) reporter.say(`  and ${names.length - SHOWN_NAMES} more`);
}
