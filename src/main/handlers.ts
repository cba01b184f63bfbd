/** What each call of the contract does. Thin: the work is in jobs, library, exports, models and settings. */
import type { AppInfo, CallReply } from '../shared/contract.js';
import type { DoctorReport } from '../shared/doctor.js';
import { AppError } from '../shared/errors.js';
import { exportTranscript } from '../shared/export/index.js';
import type { LibrarySettings } from '../shared/settings.js';
import type { Handlers } from './calls.js';
import type { Exporter } from './exports.js';
import type { JobQueue } from './jobs.js';
import type { RunShelf } from './runs.js';
import type { LibraryDesk } from './library-desk.js';
import type { ModelShelf } from './models.js';
import { readPeaks } from './peaks-file.js';
import type { SettingsStore } from './settings.js';

export interface HandlerDependencies {
  readonly jobs: JobQueue;
  readonly exporter: Exporter;
  readonly models: ModelShelf;
  readonly library: LibraryDesk;
  readonly settings: SettingsStore;
  readonly describeApp: () => Promise<AppInfo>;
  /** The file dialog; empty when it was closed. */
  readonly chooseFiles: () => Promise<readonly string[]>;
  readonly runDoctor: () => Promise<DoctorReport>;
  readonly measureLimits: () => Promise<CallReply<'bench.run'>>;
  readonly runs: RunShelf;
  /** The folder dialog, and the library's move there; null when it was closed. */
  readonly chooseLibrary: () => Promise<LibrarySettings | null>;
  readonly copyText: (text: string) => void;
  readonly showInFolder: (path: string) => void;
}

const DONE = { ok: true } as const;

export function createHandlers(dependencies: HandlerDependencies): Handlers {
  const { jobs, exporter, models, library, settings } = dependencies;
  return {
    'app.info': () => dependencies.describeApp(),
    'jobs.add': ({ paths, options }) => jobs.add(paths, options),
    'jobs.browse': async ({ options }) => {
      const paths = await dependencies.chooseFiles();
      return paths.length === 0 ? [] : jobs.add(paths, options);
    },
    'jobs.list': () => jobs.list(),
    'jobs.segments': ({ id }) => {
      const { revision, segments, spans } = jobs.text(id);
      return { revision, segments: [...segments], spans: [...spans] };
    },
    'jobs.edit': ({ id, revision, edit }) => jobs.edit(id, revision, edit),
    'jobs.retrySpan': ({ id, start, end }) => jobs.retrySpan(id, start, end),
    'jobs.resume': ({ id }) => jobs.resume(id),
    'jobs.reorder': async ({ id, before }) => {
      await jobs.reorder(id, before);
      return DONE;
    },
    'jobs.cancel': ({ id }) => {
      jobs.cancel(id);
      return DONE;
    },
    'jobs.retry': ({ id, options }) => jobs.retry(id, options),
    'jobs.remove': async ({ id }) => {
      await jobs.remove(id);
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
    'jobs.timings': ({ id }) => dependencies.runs.find(id),
    'jobs.exportTimings': ({ id }) => exporter.saveTimings(id),
    'bench.run': () => dependencies.measureLimits(),
    'jobs.peaks': async ({ id }) => {
      const folder = jobs.folder(id);
      return folder === null ? null : await readPeaks(folder);
    },
    'models.status': () => models.list(),
    'models.repair': ({ id }) => models.repair(id),
    'doctor.run': () => dependencies.runDoctor(),
    'models.import': ({ id }) => models.import(id),
    'models.cancel': ({ id }) => {
      models.cancel(id);
      return DONE;
    },
    'models.remove': ({ id }) => models.remove(id),
    'library.list': ({ query }) => library.list(query),
    'library.open': ({ id }) => library.open(id),
    'library.delete': ({ id }) => library.delete(id),
    'library.reveal': ({ id }) => {
      const folder = library.folderOf(id);
      if (folder !== null) dependencies.showInFolder(folder);
      return DONE;
    },
    'settings.get': () => settings.get(),
    'settings.set': async ({ patch }) => {
      const changed = await settings.change(patch);
      if (patch.device !== undefined) await jobs.changeDevice(patch.device);
      return changed;
    },
    'settings.browseLibrary': async () => {
      const change = await dependencies.chooseLibrary();
      return change === null ? settings.get() : await settings.change(change);
    },
  };
}
