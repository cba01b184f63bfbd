/** Gives the Electron-free parts (jobs, library, models, exports, settings) their windows, dialogs and desktop. */
import { resolve } from 'node:path';
import { app, clipboard, shell } from 'electron';
import { findFfmpeg } from '../node/ffmpeg-location.js';
import { Attention } from './attention.js';
import { isFinished } from '../shared/job.js';
import type { Handlers } from './calls.js';
import { askWhereToSave, chooseLibraryFolder, chooseMediaFiles, chooseModelFolder } from './dialogs.js';
import { runDoctorProcess } from './doctor.js';
import type { EngineHost } from './engine-host.js';
import { Exporter } from './exports.js';
import { createHandlers } from './handlers.js';
import { JobQueue } from './jobs.js';
import { LibraryDesk } from './library-desk.js';
import type { Library } from './library.js';
import { expandPaths } from './media-files.js';
import { keepInMemory } from './memory-store.js';
import { openModelStore } from './model-store.js';
import { measureLimits } from './machine-limits.js';
import { ModelShelf } from './models.js';
import type { Page } from './page.js';
import type { Paths } from './paths.js';
import type { RunShelf } from './runs.js';
import { SettingsStore } from './settings.js';

export async function openSettings(paths: Paths, page: Page): Promise<SettingsStore> {
  return await SettingsStore.open({
    path: paths.settingsPath,
    pushNotice: (notice) => {
      page.tell(notice);
    },
    pushSettings: (settings) => {
      page.push('settings.changed', settings);
    },
  });
}

export interface QueueParts {
  readonly engine: EngineHost;
  readonly page: Page;
  readonly library: Library;
  readonly settings: SettingsStore;
  readonly runs: RunShelf;
}

export function createQueue({ engine, page, library, settings, runs }: QueueParts): JobQueue {
  const attention = new Attention({
    findWindow: () => page.window(),
    wantsNotifications: () => settings.get().notifications,
  });
  const homeFolder = app.getPath('home');
  const jobs: JobQueue = new JobQueue({
    engine,
    expandPaths: (paths) => expandPaths(paths.map((path) => resolve(homeFolder, path))),
    keep: (job, path, order) =>
      library.create(job, path, order).catch((thrown: unknown) => keepInMemory(job, path, order, thrown)),
    discard: (id) => library.delete(id),
    keepsAudio: () => settings.get().keepAudio,
    now: Date.now,
    pushJobs: (list) => {
      page.push('jobs.changed', list);
      attention.showProgress(list);
    },
    pushNotice: (notice) => {
      page.tell(notice);
    },
    pushEdit: (change) => {
      page.push('transcript.changed', change);
    },
    watch: (event) => {
      void runs.receive(event);
    },
    onBusyChange: (isBusy) => {
      attention.changeBusy(isBusy, jobs.list());
    },
  });
  return jobs;
}

export async function createShelf(paths: Paths, page: Page): Promise<ModelShelf> {
  return new ModelShelf({
    store: await openModelStore(paths),
    now: Date.now,
    chooseFolder: () => chooseModelFolder(page.requireWindow()),
    pushModels: (models) => {
      page.push('models.changed', models);
    },
  });
}

export interface HandlerParts {
  readonly jobs: JobQueue;
  readonly models: ModelShelf;
  readonly library: Library;
  readonly settings: SettingsStore;
  readonly page: Page;
  readonly paths: Paths;
  readonly runs: RunShelf;
}

export function wireHandlers({ jobs, models, library, settings, page, paths, runs }: HandlerParts): Handlers {
  const homeFolder = app.getPath('home');
  const exporter = new Exporter({
    jobs,
    askWhere: (suggestedPath, format) => askWhereToSave(page.requireWindow(), suggestedPath, format),
    homeFolder,
    findRun: (id) => runs.find(id),
  });
  return createHandlers({
    jobs,
    exporter,
    models,
    library: new LibraryDesk(library, jobs),
    settings,
    describeApp: async () => ({
      version: app.getVersion(),
      homeFolder,
      isFfmpegInstalled: (await findFfmpeg()) !== null,
      samplePath: paths.samplePath,
      libraryFolder: library.root,
    }),
    runs,
    measureLimits: () =>
      measureLimits(
        paths,
        jobs.list().some((job) => !isFinished(job)),
      ),
    chooseFiles: () => chooseMediaFiles(page.requireWindow()),
    runDoctor: () => runDoctorProcess(paths, app.getVersion()),
    chooseLibrary: async () => {
      const folder = await chooseLibraryFolder(page.requireWindow());
      return folder === null ? null : library.move(folder);
    },
    copyText: (text) => {
      clipboard.writeText(text);
    },
    showInFolder: (path) => {
      shell.showItemInFolder(path);
    },
  });
}
