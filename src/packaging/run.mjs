/** `npm run package` and `npm run package:test`, after their set-up: `node src/packaging/run.mjs package|test`. */
import { REPO_ROOT } from '../setup/folders.mjs';
import { createTerminalReporter } from '../setup/progress.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { makeRelease } from './package.mjs';
import { testInstalled } from './test-installed.mjs';

const reporter = createTerminalReporter();
const [action, ...args] = process.argv.slice(2);
try {
  if (action === 'test') await testInstalled(REPO_ROOT, args[0] ?? 'bookworm', reporter);
  else await makeRelease(REPO_ROOT, args, reporter);
} catch (thrown) {
  if (!(thrown instanceof SetupError)) throw thrown;
  reporter.say(`${thrown.message}\n${thrown.remedy}`);
  process.exitCode = 1;
}
