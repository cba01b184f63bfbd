/**
 * Where the engine's own process starts (Electron's utilityProcess, forked by src/main). Arguments:
 * the folder of read-only product data, and the folder of installed models. It says `ready`, then
 * serves requests until main ends it. Anything unforeseen ends the process with code 1 and a line on
 * stderr: main notices, keeps the text so far, and starts a fresh engine.
 */
import type { EngineEvent } from '../shared/events.js';
import { createEngine } from './engine.js';
import type { StreamPort } from './event-stream.js';
import { serve } from './serve.js';
import type { EnginePort } from './serve.js';

/** The part of Electron's MessagePortMain in use; types only, so that nothing of electron is imported. */
interface TransferredPort {
  postMessage(message: readonly EngineEvent[]): void;
  close(): void;
  start(): void;
  on(event: 'close', listener: () => void): void;
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(
    event: 'message',
    listener: (message: { readonly data: unknown; readonly ports: readonly TransferredPort[] }) => void,
  ): void;
}

/** Electron sets `parentPort` in a utility process only. */
declare const process: NodeJS.Process & { readonly parentPort?: ParentPort };

function endProcess(thrown: unknown): never {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`tilescribe-engine: ${text}\n`);
  process.exit(1);
}

function adaptStream(port: TransferredPort): StreamPort {
  // Without start() a port never tells that its other end closed.
  port.start();
  return {
    post: (events) => {
      port.postMessage(events);
    },
    close: () => {
      port.close();
    },
    onClose: (listener) => {
      port.on('close', listener);
    },
  };
}

function adaptParent(parent: ParentPort): EnginePort {
  return {
    post: (message) => {
      parent.postMessage(message);
    },
    onMessage: (listener) => {
      parent.on('message', ({ data, ports }) => {
        const [port] = ports;
        listener(data, port === undefined ? null : adaptStream(port));
      });
    },
  };
}

process.on('uncaughtException', endProcess);
// Since Electron 37 an unhandled rejection only warns in a utility process.
process.on('unhandledRejection', endProcess);

const [resourcesFolder, modelsFolder] = process.argv.slice(2);
if (process.parentPort === undefined || resourcesFolder === undefined || modelsFolder === undefined) {
  endProcess('this file is started by the app, with the folders of product data and of models');
}
serve(adaptParent(process.parentPort), createEngine({ resourcesFolder, modelsFolder }));
