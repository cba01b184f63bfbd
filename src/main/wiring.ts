/** Gives the Electron-free parts (jobs, models, exports) their windows, dialogs and desktop. */
import { resolve } from 'node:path';
import { app, clipboard, shell } from 'electron';
import { findFfmpeg } from '../node/ffmpeg-location.js';
import { Attention } from './attention.js';
import type { Handlers } from './calls.js';
import { askWhereToSave, chooseMediaFiles, chooseModelFolder } from './dialogs.js';
import { runDoctorProcess } from './doctor.js';
import type { EngineHost } from './engine-host.js';
import { Exporter } from './exports.js';
import { createHandlers } from './handlers.js';
import { JobQueue } from './jobs.js';
import { expandPaths } from './media-files.js';
import { openModelStore } from './model-store.js';
import { ModelShelf } from './models.js';
import type { Page } from './page.js';
import type { Paths } from './paths.js';

export function createQueue(engine: EngineHost, page: Page): JobQueue {
  const attention = new Attention(() => page.window());
  const homeFolder = app.getPath('home');
  const jobs: JobQueue = new JobQueue({
    engine,
    expandPaths: (paths) => expandPaths(paths.map((path) => resolve(homeFolder, path))),
    pushJobs: (list) => {
      page.push('jobs.changed', list);
    },
    pushNotice: (notice) => {
      page.push('notice', notice);
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
    chooseFolder: () => chooseModelFolder(page.requireWindow()),
    pushModels: (models) => {
      page.push('models.changed', models);
    },
  });
}

export function wireHandlers(jobs: JobQueue, models: ModelShelf, page: Page, paths: Paths): Handlers {
  const homeFolder = app.getPath('home');
  const exporter = new Exporter({
    jobs,
    askWhere: (suggestedPath, format) => askWhereToSave(page.requireWindow(), suggestedPath, format),
    homeFolder,
  });
  return createHandlers({
    jobs,
    exporter,
    models,
    describeApp: async () => ({
      version: app.getVersion(),
      homeFolder,
      isFfmpegInstalled: (await findFfmpeg()) !== null,
      libraryFolder: homeFolder,
    }),
    chooseFiles: () => chooseMediaFiles(page.requireWindow()),
    runDoctor: () => runDoctorProcess(paths, app.getVersion()),
    copyText: (text) => {
      clipboard.writeText(text);
    },
    showInFolder: (path) => {
      shell.showItemInFolder(path);
    },
  });
}
