/**
 * Where every npm script comes in: `node src/setup/run.mjs COMMAND [ARGUMENT...]`. It looks at Node's
 * version before it loads anything that an old Node could not even parse.
 */
import { describeNodeProblem } from './node-version.mjs';

const problem = describeNodeProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(problem + '\n');
  process.exit(1);
}
const { runCommand } = await import('./commands.mjs');
const [name = 'start', ...args] = process.argv.slice(2);
process.exitCode = await runCommand(name, args);
