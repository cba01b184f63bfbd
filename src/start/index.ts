/**
 * Where the packaged app begins: as the window or, with `--cli`, as the command line in the same binary, because a
 * release starts as nothing else (its fuse runAsNode is off) and bundling a Node of its own would cost 100 MB.
 *
 * The surprising thing: Electron waits for the entry's top-level await before it looks for a display, and turns the
 * event loop meanwhile. So the command line, which never lets this module end, runs where there is no display
 * at all, and before anything of Chromium's is started.
 */
import { linkBundledModels } from '../models/bundled.mjs';
import { modelsFolder } from '../models/store.mjs';
import { commandLineArguments } from './command-line-arguments.js';

/** Electron's own addition. */
declare const process: NodeJS.Process & { readonly resourcesPath: string };

const resourcesFolder = process.resourcesPath;
await linkBundledModels(resourcesFolder, modelsFolder(process.env));
const args = commandLineArguments(process.argv);
if (args === null) {
  await import('../main/index.js');
} else {
  process.env['TILESCRIBE_RESOURCES'] ??= resourcesFolder;
  process.argv = [process.execPath, 'tilescribe', ...args];
  await import('../cli/index.js');
}
