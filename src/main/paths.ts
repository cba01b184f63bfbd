/** Where everything is: in the repository while developing, in the package once installed. */
import { join } from 'node:path';
import type { App } from 'electron';
import { modelsFolder } from '../models/store.mjs';

export interface Paths {
  readonly rendererFolder: string;
  readonly preloadPath: string;
  /** The engine process's own build; an entry of electron.vite.config.ts. */
  readonly enginePath: string;
  /** The doctor's, likewise. */
  readonly doctorPath: string;
  /** That of the measurement of the machine, likewise. */
  readonly limitsPath: string;
  readonly iconPath: string;
  readonly resourcesFolder: string;
  /** Speech of a few seconds, for a self-test. */
  readonly samplePath: string;
  readonly modelsFolder: string;
  readonly settingsPath: string;
  /** Where transcripts are kept unless the user chose another folder. */
  readonly defaultLibraryFolder: string;
}

export function locatePaths(app: App): Paths {
  const root = app.getAppPath();
  const resourcesFolder = app.isPackaged ? process.resourcesPath : join(root, 'resources');
  return {
    rendererFolder: join(root, 'out', 'renderer'),
    preloadPath: join(root, 'out', 'preload', 'index.cjs'),
    enginePath: join(root, 'out', 'main', 'engine.js'),
    doctorPath: join(root, 'out', 'main', 'doctor.js'),
    limitsPath: join(root, 'out', 'main', 'limits.js'),
    iconPath: join(resourcesFolder, 'icons', 'icon.png'),
    resourcesFolder,
    samplePath: join(resourcesFolder, 'sample', 'sample.flac'),
    modelsFolder: modelsFolder(process.env),
    settingsPath: join(app.getPath('userData'), 'settings.json'),
    defaultLibraryFolder: hasOwnData(process.env)
      ? join(app.getPath('userData'), 'transcripts')
      : join(app.getPath('documents'), 'Tilescribe'),
  };
}

/** The user, or a test, keeps all data apart: then transcripts too. */
export function hasOwnData(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['TILESCRIBE_USER_DATA'] ?? '') !== '';
}
