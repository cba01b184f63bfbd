/** What each call of the contract does. Thin: the work is in jobs, exports and models. */
import type { AppInfo } from '../shared/contract.js';
import type { DoctorReport } from '../shared/doctor.js';
import { AppError } from '../shared/errors.js';
import { exportTranscript } from '../shared/export/index.js';
import { DEFAULT_SETTINGS } from '../shared/settings.js';
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
  readonly runDoctor: () => Promise<DoctorReport>;
  readonly copyText: (text: string) => void;
  readonly showInFolder: (path: string) => void;
}

const notYet = (): never => {
  throw new AppError('internal', 'This is being built.', 'Try again with the next version.');
};
const NOT_YET = {
  'jobs.edit': notYet,
  'jobs.retrySpan': notYet,
  'jobs.resume': notYet,
  'jobs.reorder': notYet,
  'jobs.peaks': () => null,
  'jobs.timings': () => null,
  'jobs.exportTimings': notYet,
  'bench.run': notYet,
  'models.cancel': notYet,
  'models.remove': notYet,
  'library.list': () => [],
  'library.open': notYet,
  'library.delete': notYet,
  'library.reveal': notYet,
  'settings.get': () => DEFAULT_SETTINGS,
  'settings.set': notYet,
  'settings.browseLibrary': notYet,
};
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
    'jobs.segments': ({ id }) => ({ revision: 0, segments: [...jobs.segments(id)], spans: [] }),
    ...NOT_YET,
    'jobs.cancel': ({ id }) => {
      jobs.cancel(id);
      return DONE;
    },
    'jobs.retry': ({ id, options }) => jobs.retry(id, options),
    'jobs.remove': ({ id }) => {
      jobs.remove(id);
      return DONE;
    },
    'jobs.export': ({ id, format, shape }) => exporter.save(id, format, shape),
    'jobs.preview': ({ id, format, shape }) => exporter.preview(id, format, shape),
    'jobs.copy': ({ id }) => {
      dependencies.copyText(exportTranscript(exporter.transcript(id), 'txt'));
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
    'doctor.run': () => dependencies.runDoctor(),
    'models.import': ({ id }) => models.import(id),
  };
}
