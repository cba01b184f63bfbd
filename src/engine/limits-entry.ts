/**
 * A process that measures what this machine allows (native/machine) and sends it, or why it could not: one message.
 * Argument: the folder of read-only product data. Of its own, because for most of a second all cores are at work.
 */
import { availableParallelism } from 'node:os';
import type { MachineLimits } from '../shared/roofline.js';
import { loadAddon } from './backend/native-addon.js';
import { findAddon } from './engine.js';

/** Electron sets `parentPort` in a utility process only. */
declare const process: NodeJS.Process & { readonly parentPort?: { postMessage(message: unknown): void } };

async function measure(resourcesFolder: string): Promise<MachineLimits | { readonly reason: string }> {
  const loaded = loadAddon(findAddon(resourcesFolder));
  if (!loaded.ok) return { reason: loaded.reason };
  const threads = availableParallelism();
  try {
    return { threads, ...(await loaded.addon.measureMachine(threads)) };
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

const [resourcesFolder] = process.argv.slice(2);
if (process.parentPort === undefined || resourcesFolder === undefined) {
  process.stderr.write('tilescribe-limits: started by the app, with a folder\n');
  process.exit(1);
}
// Main ends the process when it has the answer: to exit here could lose the message.
process.parentPort.postMessage(await measure(resourcesFolder));
