/**
 * The child process that runs one engine. Each engine's code is loaded only when it is the one, so that no
 * process carries another's memory or start-up time.
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { TranscribeOptions } from '../../src/shared/options.js';
import type { FileEngine, PartsEngine } from './bench-engine.js';
import { hasBeams } from './engine-ids.js';
import { RequestSchema, WorkerSettingSchema } from './protocol.js';
import type { DoneReply, Reply, Request, WorkerSetting } from './protocol.js';

/** Our own engines, by their ids. */
const OWN_CHOICES: Readonly<Record<string, OwnChoice>> = {
  cpu: { model: 'base', device: 'cpu', isBatched: false },
  'cpu-batched': { model: 'base', device: 'cpu', isBatched: true },
  'cpu-base.en': { model: 'base.en', device: 'cpu', isBatched: false },
  'cpu-beam5': { model: 'base', device: 'cpu', isBatched: false },
  onnx: { model: 'base', device: 'onnx', isBatched: false },
};

interface OwnChoice extends Pick<TranscribeOptions, 'model' | 'device'> {
  readonly isBatched: boolean;
}

type Opened =
  | { readonly role: 'files'; readonly engine: FileEngine }
  | { readonly role: 'parts'; readonly engine: PartsEngine };

async function openFiles(setting: WorkerSetting): Promise<FileEngine> {
  const own = OWN_CHOICES[setting.engine];
  if (own !== undefined) {
    const { isBatched, ...choice } = own;
    const { openOwnFiles } = await import('./own-files.js');
    return openOwnFiles(setting, {
      ...choice,
      batchSize: isBatched ? setting.batchSize : 1,
      beamSize: hasBeams(setting.engine) ? 5 : 1,
    });
  }
  if (setting.engine === 'transformers.js') {
    return await (await import('./transformers-js.js')).openTransformersFiles(setting);
  }
  const { openWhisperCppFiles } = await import('./whisper-cpp.js');
  return openWhisperCppFiles(setting, {
    model: setting.engine.includes('f16') ? 'f16' : 'q8',
    beamSize: hasBeams(setting.engine) ? 5 : 1,
  });
}

async function openParts(setting: WorkerSetting): Promise<PartsEngine> {
  const own = OWN_CHOICES[setting.engine];
  if (own !== undefined) return await (await import('./own-parts.js')).openOwnParts(setting, own);
  const { openWhisperCppParts } = await import('./whisper-cpp.js');
  return openWhisperCppParts(setting, setting.engine.includes('f16') ? 'f16' : 'q8');
}

async function open(setting: WorkerSetting): Promise<Opened> {
  return setting.role === 'files'
    ? { role: 'files', engine: await openFiles(setting) }
    : { role: 'parts', engine: await openParts(setting) };
}

/** VmHWM of /proc/self/status, in bytes. */
export function readPeakBytes(): number {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(match?.[1] ?? Number.NaN) * 1024;
}

function cpuMs(): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1000;
}

interface Work {
  readonly texts?: readonly string[];
  /** Where the engine itself says how long it took. */
  readonly ms?: number;
}

async function work(opened: Opened, request: Request, onFirstToken: (at: number) => void): Promise<Work> {
  const { role, engine } = opened;
  if (request.kind === 'close') await engine.close();
  else if (role === 'files' && request.kind === 'load') await engine.load(request.paths);
  else if (role === 'files' && request.kind === 'transcribe') {
    return { texts: await engine.transcribe(request.paths, onFirstToken) };
  } else if (role === 'parts' && request.kind === 'encode') return { ms: await engine.encode(request.path) };
  else if (role === 'parts' && request.kind === 'decode') {
    return { ms: await engine.decode(request.path, request.batch, request.steps) };
  } else throw new Error(`a child for ${role} cannot ${request.kind}`);
  return {};
}

async function answer(opened: Opened, request: Request): Promise<DoneReply> {
  const firstTokens: number[] = [];
  const cpuBefore = cpuMs();
  const began = performance.now();
  const { texts = [], ms } = await work(opened, request, (at) => {
    if (firstTokens.length === 0) firstTokens.push(at);
  });
  const elapsedMs = performance.now() - began;
  return {
    kind: 'done',
    texts: [...texts],
    ms: ms ?? elapsedMs,
    cpuMs: cpuMs() - cpuBefore,
    firstTokenAt: firstTokens[0] ?? null,
    peakBytes: readPeakBytes(),
  };
}

function send(reply: Reply): void {
  process.send?.(reply);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @param text WorkerSetting as JSON. */
export async function runWorker(text: string): Promise<void> {
  const setting = v.parse(v.pipe(v.string(), v.parseJson(), WorkerSettingSchema), text);
  let opened: Opened;
  try {
    opened = await open(setting);
  } catch (error) {
    send({ kind: 'failed', message: describe(error) });
    process.disconnect();
    return;
  }
  process.on('message', (message) => {
    const request = v.parse(RequestSchema, message);
    void answer(opened, request)
      .then(send, (error: unknown) => {
        send({ kind: 'failed', message: describe(error) });
      })
      .then(() => {
        if (request.kind === 'close') process.disconnect();
      });
  });
  send({ kind: 'ready', description: opened.engine.description });
}
