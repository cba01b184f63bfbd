/**
 * `npm run bench`: this process asks and measures, child processes of the same script run the engines.
 * Nothing but the one of the two is loaded, because the children's memory and start are measured.
 */
import { WORKER_FLAG } from './child.js';

const [flag, setting = ''] = process.argv.slice(2);
if (flag === WORKER_FLAG) await (await import('./worker.js')).runWorker(setting);
// Ends the children as well, should any still be there: they go when this process does.
else
  process.exit(await (await import('./main.js')).runBenchmark(process.argv.slice(2), process.argv[1] ?? ''));
