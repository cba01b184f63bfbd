/**
 * The main process, in boot order. Two things must come before the app is ready: where its data is
 * kept (the lock of the single instance lies there) and the app:// scheme.
 */
import { resolve } from 'node:path';
import { app, session } from 'electron';
import { optionsFromSettings } from '../shared/settings.js';
import { EngineHost } from './engine-host.js';
import { createEngineLauncher } from './engine-process.js';
import { answerCalls } from './ipc.js';
import type { JobQueue } from './jobs.js';
import { Library } from './library.js';
import { setMenu } from './menu.js';
import { parseFileArguments, readHandOver } from './open-files.js';
import type { HandOver } from './open-files.js';
import { Page } from './page.js';
import { locatePaths } from './paths.js';
import { registerAppSchemes, serveBundle, serveMedia } from './protocol.js';
import { lockDownPages, lockDownSession } from './security.js';
import type { SettingsStore } from './settings.js';
import { createWindow, focusWindow, loadPage } from './window.js';
import { RunShelf } from './runs.js';
import { createQueue, createShelf, openSettings, wireHandlers } from './wiring.js';

const SAVE_TIMEOUT_MS = 3000;

const dataFolder = process.env['TILESCRIBE_USER_DATA'];
if (dataFolder !== undefined && dataFolder !== '') app.setPath('userData', resolve(dataFolder));

const startFiles: HandOver = {
  paths: parseFileArguments({ argv: process.argv, cwd: process.cwd(), isRunFromFolder: !app.isPackaged }),
};

if (app.requestSingleInstanceLock(startFiles)) {
  registerAppSchemes();
  lockDownPages(app);
  app.whenReady().then(start).catch(failToStart);
} else {
  app.quit();
}

async function start(): Promise<void> {
  const paths = locatePaths(app);
  const hasDevTools = !app.isPackaged;
  const page = new Page();

  lockDownSession(session.defaultSession, hasDevTools);
  serveBundle(paths.rendererFolder);

  const settings = await openSettings(paths, page);
  const { libraryFolder, formerLibraryFolders } = settings.get();
  const library = new Library(libraryFolder ?? paths.defaultLibraryFolder, formerLibraryFolders);
  const runs = new RunShelf({ findFolder: (id) => library.folderOf(id) });
  const engine = new EngineHost(createEngineLauncher(paths, () => page.contents()));
  const jobs = createQueue({ engine, page, library, settings, runs });
  const models = await createShelf(paths, page);
  serveMedia((id) => jobs.folder(id));
  answerCalls(() => page.window(), wireHandlers({ jobs, models, library, settings, page, paths, runs }));
  setMenu(() => page.window(), hasDevTools);
  takeFilesOfLaterStarts(jobs, settings, page);
  app.on('window-all-closed', () => {
    app.quit();
  });
  saveBeforeQuit(async () => {
    models.close();
    engine.close();
    await jobs.close();
  });

  engine.start();
  const window = createWindow({
    ...paths,
    onLoaded: () => {
      page.markLoaded();
      engine.connectPage();
    },
  });
  page.attach(window);
  await loadPage(window);
  jobs.restore(await library.loadListed());
  await addFiles(jobs, settings, startFiles.paths);
}

/** Once, and not longer than a person waits: what is not written by then is in the journals already. */
function saveBeforeQuit(save: () => Promise<void>): void {
  app.on('will-quit', (event) => {
    event.preventDefault();
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, SAVE_TIMEOUT_MS));
    Promise.race([save(), timeout])
      .catch(report)
      .finally(() => {
        // Not quit(): while Electron still works on the first one, a second one is lost.
        app.exit();
      });
  });
}

function takeFilesOfLaterStarts(jobs: JobQueue, settings: SettingsStore, page: Page): void {
  app.on('second-instance', (_event, _arguments, _folder, handOver) => {
    addFiles(jobs, settings, readHandOver(handOver)).catch(report);
    const window = page.window();
    if (window !== null) focusWindow(window);
  });
}

async function addFiles(jobs: JobQueue, settings: SettingsStore, files: readonly string[]): Promise<void> {
  if (files.length > 0) await jobs.add(files, optionsFromSettings(settings.get()));
}

function report(thrown: unknown): void {
  process.stderr.write(
    `tilescribe: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
  );
}

function failToStart(thrown: unknown): void {
  report(thrown);
  app.exit(1);
}
