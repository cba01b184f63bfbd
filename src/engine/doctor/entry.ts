/**
 * The doctor as a process of its own, which main starts for one report: what it loads to look at may be broken, and
 * must then break nothing else. Arguments: the folder of read-only product data, the folder of models, the version of
 * Tilescribe. Sends one DoctorReport and ends.
 */
import { findAddon } from '../engine.js';
import { runDoctor } from './run-doctor.js';

/** Electron sets `parentPort` in a utility process only. */
declare const process: NodeJS.Process & { readonly parentPort?: { postMessage(message: unknown): void } };

const [resourcesFolder, modelsFolder, version] = process.argv.slice(2);
if (
  process.parentPort === undefined ||
  resourcesFolder === undefined ||
  modelsFolder === undefined ||
  version === undefined
) {
  process.stderr.write('tilescribe-doctor: started by the app, with two folders and a version\n');
  process.exit(1);
}
const addonPath = findAddon(resourcesFolder);
// Main ends the process when it has the report: to exit here could lose the message.
process.parentPort.postMessage(await runDoctor({ version, resourcesFolder, modelsFolder, addonPath }));
