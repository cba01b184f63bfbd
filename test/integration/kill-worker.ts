/**
 * All of a transcription that must survive, in one process without Electron: the queue, journals in a folder, and
 * the real engine behind an in-memory line. Told a folder and a recording, it goes on with what is there, or begins.
 * Writes a byte for each event of the engine, so that its parent can kill it at a chosen one, and ends when all is
 * done.
 */
import { serve } from '../../src/engine/serve.js';
import { createEngine } from '../../src/engine/engine.js';
import { EngineHost } from '../../src/main/engine-host.js';
import type { LaunchEngine } from '../../src/main/engine-host.js';
import { JobQueue } from '../../src/main/jobs.js';
import { Library } from '../../src/main/library.js';
import { modelsFolder } from '../../src/models/store.mjs';
import { isFinished } from '../../src/shared/job.js';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';

const [folder, recording, resourcesFolder] = process.argv.slice(2);
if (folder === undefined || recording === undefined || resourcesFolder === undefined) {
  throw new Error('a folder, a recording and the resources are asked for');
}

const launch: LaunchEngine = (listener) => {
  let receive: (message: unknown) => void = () => undefined;
  const port = {
    post: (message: unknown) => {
      process.stdout.write('.');
      setImmediate(() => {
        listener.onMessage(message);
      });
    },
    onMessage: (handle: (message: unknown, stream: null) => void) => {
      receive = (message) => {
        handle(message, null);
      };
    },
  };
  serve(port, createEngine({ resourcesFolder, modelsFolder: modelsFolder(process.env) }));
  return {
    post: (request) => {
      setImmediate(() => {
        receive(request);
      });
    },
    connectStream: () => undefined,
    kill: () => undefined,
  };
};

const library = new Library(folder);
const engine = new EngineHost(launch);
const jobs = new JobQueue({
  engine,
  expandPaths: (paths) =>
    Promise.resolve({
      inputs: paths.map((path) => ({ kind: 'file', fileName: 'talk.wav', path }) as const),
      isTruncated: false,
    }),
  keep: (job, path, order) => library.create(job, path, order),
  discard: (id) => library.delete(id),
  keepsAudio: () => true,
  now: Date.now,
  watch: () => undefined,
  pushJobs: (list) => {
    if (list.length === 0 || !list.every(isFinished)) return;
    void jobs.close().then(() => process.exit(0));
  },
  pushNotice: ({ message }) => {
    process.stderr.write(`${message}\n`);
  },
  pushEdit: () => undefined,
  onBusyChange: () => undefined,
});

const stored = await library.loadListed();
jobs.restore(stored);
if ((await library.list(null)).length === 0) {
  await jobs.add([recording], DEFAULT_OPTIONS);
}
