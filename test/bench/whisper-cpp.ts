/** whisper.cpp through the addon of whisper-cpp/peer.cc. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LANGUAGE } from './bench-engine.js';
import type { FileEngine, PartsEngine } from './bench-engine.js';
import type { WorkerSetting } from './protocol.js';
import { epochMs } from './protocol.js';
import { readSamples } from './wav-samples.js';

export const ADDON_NAME = 'whisper_cpp_peer.node';
export const MODEL_NAMES = { f16: 'ggml-base.en.bin', q8: 'ggml-base.en-q8_0.bin' } as const;

const WINDOW_SAMPLES = 30 * 16_000;

interface Peer {
  transcribe(
    samples: Float32Array,
    language: string,
    threads: number,
    beamSize: number,
  ): { readonly text: string; readonly firstTokenMs: number | null };
  encode(samples: Float32Array, threads: number): number;
  decode(steps: number, threads: number): number;
  close(): void;
}

interface Addon {
  readonly Peer: new (modelPath: string) => Peer;
  readonly version: string;
  readonly systemInfo: string;
}

export interface WhisperCppChoice {
  readonly model: keyof typeof MODEL_NAMES;
  /** 1 is greedy. */
  readonly beamSize: number;
}

function isAddon(loaded: unknown): loaded is Addon {
  return typeof loaded === 'object' && loaded !== null && 'Peer' in loaded && 'systemInfo' in loaded;
}

function open(setting: WorkerSetting, model: keyof typeof MODEL_NAMES): { peer: Peer; description: string } {
  const folder = setting.whisperCppFolder;
  if (folder === null) throw new Error('whisper.cpp is not there');
  const addon: unknown = createRequire(import.meta.url)(join(folder, ADDON_NAME));
  if (!isAddon(addon)) throw new Error(`${ADDON_NAME} is not the addon of the benchmark`);
  const features = addon.systemInfo
    .replace(/.*?CPU : /, '')
    .replaceAll(' = 1 |', '')
    .trim();
  return {
    peer: new addon.Peer(join(folder, MODEL_NAMES[model])),
    description: `whisper.cpp ${addon.version}, ${MODEL_NAMES[model]}, built with ${features}`,
  };
}

export function openWhisperCppFiles(setting: WorkerSetting, choice: WhisperCppChoice): FileEngine {
  const { peer, description } = open(setting, choice.model);
  const loaded = new Map<string, Float32Array>();
  return {
    description: `${description}, beam size ${choice.beamSize}`,
    async load(paths) {
      loaded.clear();
      for (const path of paths) loaded.set(path, await readSamples(path));
    },
    transcribe(paths, onFirstToken) {
      const texts = paths.map((path) => {
        const began = epochMs();
        const samples = loaded.get(path);
        if (samples === undefined) throw new Error(`${path} is not loaded`);
        const result = peer.transcribe(samples, LANGUAGE, setting.threads, choice.beamSize);
        if (result.firstTokenMs !== null) onFirstToken(began + result.firstTokenMs);
        return result.text;
      });
      return Promise.resolve(texts);
    },
    close() {
      peer.close();
      return Promise.resolve();
    },
  };
}

export function openWhisperCppParts(setting: WorkerSetting, model: keyof typeof MODEL_NAMES): PartsEngine {
  const { peer, description } = open(setting, model);
  let samples: Float32Array | null = null;
  let hasEncoded = false;
  const encode = async (path: string): Promise<number> => {
    samples ??= (await readSamples(path)).slice(0, WINDOW_SAMPLES);
    hasEncoded = true;
    return peer.encode(samples, setting.threads);
  };
  return {
    description,
    encode,
    async decode(path, { rows }, steps) {
      if (rows !== 1) throw new Error('whisper.cpp decodes one sequence here');
      if (!hasEncoded) await encode(path);
      return peer.decode(steps, setting.threads);
    },
    close() {
      peer.close();
      return Promise.resolve();
    },
  };
}
