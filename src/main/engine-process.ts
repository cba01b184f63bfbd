/**
 * Starts one engine process under Electron and opens the line from it to the page. The environment it
 * gets is an allow-list: variables that make Node or the loader run foreign code stay out.
 */
import { MessageChannelMain, utilityProcess } from 'electron';
import type { WebContents } from 'electron';
import { STREAM_PORT_CHANNEL } from '../shared/contract.js';
import type { EngineProcess, EngineProcessListener, LaunchEngine } from './engine-host.js';

export const ENGINE_SERVICE_NAME = 'tilescribe-engine';

/** The first two find ffmpeg; the rest is what the C library needs for names and temporary files. */
const PASSED_VARIABLES = [
  'PATH',
  'TILESCRIBE_FFMPEG',
  'HOME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TMPDIR',
  'TZ',
] as const;

export interface EnginePaths {
  readonly enginePath: string;
  readonly resourcesFolder: string;
  readonly modelsFolder: string;
}

export function pickEnvironment(): Record<string, string> {
  return Object.fromEntries(
    PASSED_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function createEngineLauncher(paths: EnginePaths, findPage: () => WebContents | null): LaunchEngine {
  return (listener: EngineProcessListener): EngineProcess => {
    const child = utilityProcess.fork(paths.enginePath, [paths.resourcesFolder, paths.modelsFolder], {
      serviceName: ENGINE_SERVICE_NAME,
      env: pickEnvironment(),
      stdio: 'inherit',
    });
    child.on('message', (message: unknown) => {
      listener.onMessage(message);
    });
    child.on('exit', () => {
      listener.onExit();
    });
    return {
      post: (request) => {
        child.postMessage(request);
      },
      connectStream: () => {
        const page = findPage();
        if (page === null) return;
        const { port1, port2 } = new MessageChannelMain();
        child.postMessage({ kind: 'connect' }, [port1]);
        page.postMessage(STREAM_PORT_CHANNEL, null, [port2]);
      },
      kill: () => {
        killNow(child);
      },
    };
  };
}

/** SIGKILL, because a process inside a long native call does not come round to answer SIGTERM. */
function killNow(child: Electron.UtilityProcess): void {
  if (child.pid === undefined) {
    child.kill();
    return;
  }
  try {
    process.kill(child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
}
