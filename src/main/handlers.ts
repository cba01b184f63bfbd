/** What each call of the contract does. Thin: the work is in jobs, exports and models. */
import type { AppInfo } from '../shared/contract.js';
import { AppError } from '../shared/errors.js';
import type { Handlers } from './calls.js';
import type { Exporter } from './exports.js';
import type { JobQueue } from './jobs.js';
import type { ModelShelf } from './models.js';

export interface HandlerDependencies {
  readonly jobs: JobQueue;
  readonly exporter: Exporter;
  readonly models: ModelShelf;
  readonly describeApp: () => Promise<AppInfo>;
  /** The file dialog; empty when it was closed. */
  readonly chooseFiles: () => Promise<readonly string[]>;
  readonly copyText: (text: string) => void;
  readonly showInFolder: (path: string) => void;
}

const DONE = { ok: true } as const;

export function createHandlers(dependencies: HandlerDependencies): Handlers {
  const { jobs, exporter, models } = dependencies;
  return {
    'app.info': () => dependencies.describeApp(),
    'jobs.add': ({ paths, options }) => jobs.add(paths, options),
    'jobs.browse': async ({ options }) => {
      const paths = await dependencies.chooseFiles();
      return paths.length === 0 ? [] : jobs.add(paths, options);
    },
    'jobs.list': () => jobs.list(),
    'jobs.segments': ({ id }) => [...jobs.segments(id)],
    'jobs.cancel': ({ id }) => {
      jobs.cancel(id);
      return DONE;
    },
    'jobs.retry': ({ id, options }) => jobs.retry(id, options),
    'jobs.remove': ({ id }) => {
      jobs.remove(id);
      return DONE;
    },
    'jobs.export': ({ id, format }) => exporter.save(id, format),
    'jobs.copy': ({ id }) => {
      dependencies.copyText(exporter.text(id, 'txt'));
      return DONE;
    },
    'jobs.reveal': ({ path }) => {
      if (!exporter.isWritten(path)) {
        throw new AppError(
          'wrong-usage',
          'Only exported files can be shown.',
          'Export the transcript first.',
        );
      }
      dependencies.showInFolder(path);
      return DONE;
    },
    'models.status': () => models.list(),
    'models.repair': ({ id }) => models.repair(id),
    'models.import': ({ id }) => models.import(id),
  };
}
