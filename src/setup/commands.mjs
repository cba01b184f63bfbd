/** The npm scripts that set up before they do their work, by name. Each gives the exit code. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureAppBuild, ensureToolBuild } from './build.mjs';
import { runAllChecks } from './checks.mjs';
import { runAttached } from './command.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { REPO_ROOT, downloadsFolder } from './folders.mjs';
import { hasDisplay, openApp, resolveFiles, transcribeInTerminal, userFolder } from './launch.mjs';
import { ensureModel } from './model-install.mjs';
import { ensureNativeBuild, tryNativeBuild } from './native-build.mjs';
import { DEFAULT_MODEL, prepareApp, prepareCommandLine, prepareRelease, prepareTests } from './prepare.mjs';
import { createTerminalReporter } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { formatSources } from './source-format.mjs';
import { ensureSystemPackages } from './system-install.mjs';
import { ensureTestSpeech } from './test-speech.mjs';
import { formatTally, tallyStep } from './test-report.mjs';
import { checkCorpus, checkEnglishModel, runOnScreen, runTests } from './tests.mjs';
import { tryPluginBuild } from './xrt-plugin.mjs';

const reporter = createTerminalReporter();

/** @type {Readonly<Record<string, (args: readonly string[]) => Promise<number>>>} */
const COMMANDS = {
  async start(args) {
    const canOpen = hasDisplay(process.env);
    await prepareApp(REPO_ROOT, { hasDisplay: canOpen }, reporter);
    return canOpen ? openApp(REPO_ROOT, args) : transcribeInTerminal(REPO_ROOT, args, reporter);
  },

  async setup(args) {
    const { model, fromFolder } = parseSetupArguments(args);
    await ensureModel(REPO_ROOT, { model, fromFolder }, reporter);
    await prepareApp(REPO_ROOT, { hasDisplay: true }, reporter);
    reporter.say('Tilescribe is set up. Start it with: npm start');
    return 0;
  },

  async 'setup-command-line'() {
    await prepareCommandLine(REPO_ROOT, reporter);
    return 0;
  },

  async build() {
    await ensureDependencies(REPO_ROOT, reporter);
    await ensureAppBuild(REPO_ROOT, reporter);
    await ensureNativeBuild(REPO_ROOT, reporter);
    await tryPluginBuild(REPO_ROOT, reporter);
    return 0;
  },

  async format() {
    await ensureDependencies(REPO_ROOT, reporter);
    return formatSources(REPO_ROOT, reporter);
  },

  async check() {
    await ensureDependencies(REPO_ROOT, reporter);
    const tally = await runAllChecks(REPO_ROOT, reporter);
    return tally.failed.length === 0 ? 0 : 1;
  },

  async test(args) {
    try {
      checkCorpus(REPO_ROOT, process.env, reporter);
      checkEnglishModel(REPO_ROOT, process.env, reporter);
      await prepareTests(REPO_ROOT, reporter);
      const tally = await runTests(REPO_ROOT, args, reporter);
      process.stdout.write(`${formatTally(tally)}\n`);
      return tally.failed.length === 0 ? 0 : 1;
    } catch (thrown) {
      reportError(thrown);
      process.stdout.write(`${formatTally(tallyStep('set-up', false))}\n`);
      return 1;
    }
  },

  async package(args) {
    await prepareRelease(REPO_ROOT, reporter);
    return runPackaging(['package', ...args]);
  },

  'package:test': (args) => runPackaging(['test', ...args]),

  async screenshots() {
    await prepareTests(REPO_ROOT, reporter);
    return runOnScreen(REPO_ROOT, 'screenshots');
  },

  async 'bench:window'() {
    await prepareTests(REPO_ROOT, reporter);
    return runOnScreen(REPO_ROOT, 'window');
  },

  async torture() {
    await prepareTests(REPO_ROOT, reporter);
    return runOnScreen(REPO_ROOT, 'torture');
  },

  eval: (args) => runTool('eval', args),

  async 'eval:words'(args) {
    await ensureSystemPackages(['alignment'], reporter);
    return runTool('words', args);
  },

  compare: (args) => runTool('compare', args),

  async bench(args) {
    await ensureSystemPackages(['native'], reporter);
    return runTool('bench', args);
  },
};

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
export async function runCommand(name, args) {
  const command = COMMANDS[name];
  try {
    if (!command) {
      throw new SetupError(
        `There is no command "${name}".`,
        `Choose one of: ${Object.keys(COMMANDS).join(', ')}.`,
      );
    }
    return await command(args);
  } catch (thrown) {
    reportError(thrown);
    return 1;
  }
}

/** @param {unknown} thrown */
function reportError(thrown) {
  if (thrown instanceof SetupError) reporter.say(`\n${thrown.message}\n${thrown.remedy}`);
  else reporter.say(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
}

/**
 * A process of its own, because its packages may have been installed only now.
 *
 * @param {readonly string[]} args
 */
function runPackaging(args) {
  return runAttached(process.execPath, [join(REPO_ROOT, 'src', 'packaging', 'run.mjs'), ...args]);
}

/**
 * Runs in the user's own folder, so that the paths in its arguments mean what the user meant.
 *
 * @param {'eval' | 'words' | 'compare' | 'bench'} name
 * @param {readonly string[]} args
 */
async function runTool(name, args) {
  await ensureSystemPackages(['media'], reporter);
  await ensureDependencies(REPO_ROOT, reporter);
  await ensureModel(REPO_ROOT, { model: DEFAULT_MODEL, fromFolder: null }, reporter);
  await ensureTestSpeech(REPO_ROOT, downloadsFolder(process.env), reporter);
  await tryNativeBuild(REPO_ROOT, reporter);
  const script = await ensureToolBuild(REPO_ROOT, name, reporter);
  return runAttached(process.execPath, [script, ...args], { cwd: userFolder(process.env) });
}

/**
 * @param {readonly string[]} args
 * @returns {{ readonly model: string, readonly fromFolder: string | null }}
 */
function parseSetupArguments(args) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { model: { type: 'string', default: DEFAULT_MODEL }, 'model-from': { type: 'string' } },
    });
    const from = values['model-from'];
    const [fromFolder = null] = from === undefined ? [] : resolveFiles([from], userFolder(process.env));
    return { model: values.model, fromFolder };
  } catch (thrown) {
    throw new SetupError(
      thrown instanceof Error ? thrown.message : String(thrown),
      'Usage: npm run setup -- [--model ID] [--model-from FOLDER]',
    );
  }
}
