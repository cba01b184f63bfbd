/**
 * `tilescribe serve`: the transcription server as a process. It runs until SIGINT or SIGTERM, lets requests under
 * way end, and then ends with 0, which is what supervisors expect; a second signal ends it at once.
 */
import { createEngine } from '../engine/engine.js';
import { findModel, readCatalog } from '../models/catalog.mjs';
import { checkModel, modelsFolder, requireModel } from '../models/store.mjs';
import type { ServerConfig } from '../server/config.js';
import { startServer } from '../server/server.js';
import { AppError } from '../shared/errors.js';
import { findResourcesFolder, readVersion } from './product-folder.js';
import type { Screen } from './screen.js';
import { parseServeCommand } from './serve-arguments.js';
import { SERVE_HELP } from './serve-help.js';

const INTERRUPTED = 130;

/** @param args what comes after `serve`. Throws AppError and ModelError. */
export async function runServe(args: readonly string[], screen: Screen): Promise<number> {
  const command = parseServeCommand(args, process.env);
  if (command.kind === 'help') {
    process.stdout.write(SERVE_HELP);
    return 0;
  }
  await serve(command.config, screen);
  return 0;
}

async function serve(config: ServerConfig, screen: Screen): Promise<void> {
  const resourcesFolder = findResourcesFolder(process.env, import.meta.url);
  const folder = modelsFolder(process.env);
  // A server without its model would answer nothing but errors: better not to start.
  await requireModel(findModel(await readCatalog(resourcesFolder), config.model), folder);
  const engine = createEngine({ resourcesFolder, modelsFolder: folder });
  const stopped = listenForStop();
  const server = await startServer({
    engine,
    config,
    version: await readVersion(resourcesFolder),
    listModels: async () => {
      const { models } = await readCatalog(resourcesFolder);
      const checks = await Promise.all(models.map((model) => checkModel(model, folder)));
      return models.filter((_model, index) => checks[index]?.state === 'ready').map(({ id }) => id);
    },
    note: (line) => {
      screen.note(line);
    },
  }).catch((thrown: unknown) => {
    throw cannotListen(thrown, config);
  });
  screen.note(`Listening on ${server.url} (model ${config.model}). Stop with Ctrl-C.`);
  await stopped;
  screen.note('Stopping: requests under way may end.');
  await server.close();
  await engine.close();
}

function listenForStop(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (isAsked) process.exit(INTERRUPTED);
        isAsked = true;
        resolve();
      });
    }
  });
}

function cannotListen(thrown: unknown, { host, port }: ServerConfig): AppError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    'wrong-usage',
    `${host}, port ${port} cannot be listened on: ${reason}.`,
    'Choose another --port (0 for any that is free) or --host.',
  );
}
