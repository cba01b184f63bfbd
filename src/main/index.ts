/**
 * The main process, in boot order. Two things must come before the app is ready: where its data is
 * kept (the lock of the single instance lies there) and the app:// scheme.
 */
import { resolve } from 'node:path';
import { app, session } from 'electron';
import { DEFAULT_OPTIONS } from '../shared/options.js';
import { EngineHost } from './engine-host.js';
import { createEngineLauncher } from './engine-process.js';
import { answerCalls } from './ipc.js';
import type { JobQueue } from './jobs.js';
import { setMenu } from './menu.js';
import { parseFileArguments, readHandOver } from './open-files.js';
import type { HandOver } from './open-files.js';
import { Page } from './page.js';
import { locatePaths } from './paths.js';
import { registerAppScheme, serveBundle } from './protocol.js';
import { lockDownPages, lockDownSession } from './security.js';
import { createWindow, focusWindow, loadPage } from './window.js';
import { createQueue, createShelf, wireHandlers } from './wiring.js';

const dataFolder = process.env['TILESCRIBE_USER_DATA'];
if (dataFolder !== undefined && dataFolder !== '') app.setPath('userData', resolve(dataFolder));

const startFiles: HandOver = {
  paths: parseFileArguments({ argv: process.argv, cwd: process.cwd(), isRunFromFolder: !app.isPackaged }),
};

if (app.requestSingleInstanceLock(startFiles)) {
  registerAppScheme();
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

  const engine = new EngineHost(createEngineLauncher(paths, () => page.contents()));
  const jobs = createQueue(engine, page);
  const models = await createShelf(paths, page);
  answerCalls(() => page.window(), wireHandlers(jobs, models, page, paths));
  setMenu(() => page.window(), hasDevTools);
  takeFilesOfLaterStarts(jobs, page);
  app.on('window-all-closed', () => {
    app.quit();
  });
  app.on('will-quit', () => {
    jobs.close();
    models.close();
    engine.close();
  });

  engine.start();
  const window = createWindow({
    ...paths,
    onLoaded: () => {
      engine.connectPage();
    },
  });
  page.attach(window);
  await addFiles(jobs, startFiles.paths);
  await loadPage(window);
}

function takeFilesOfLaterStarts(jobs: JobQueue, page: Page): void {
  app.on('second-instance', (_event, _arguments, _folder, handOver) => {
    addFiles(jobs, readHandOver(handOver)).catch(report);
    const window = page.window();
    if (window !== null) focusWindow(window);
  });
}

async function addFiles(jobs: JobQueue, files: readonly string[]): Promise<void> {
  if (files.length > 0) await jobs.add(files, DEFAULT_OPTIONS);
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
