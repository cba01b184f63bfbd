/** The engines that can be compared. Data only: the parent process must not load any of them. */

export const ENGINE_IDS = [
  'cpu',
  'cpu-batched',
  'cpu-base.en',
  'cpu-beam5',
  'onnx',
  'whisper.cpp-q8',
  'whisper.cpp-f16',
  'whisper.cpp-q8-beam5',
  'transformers.js',
] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

/** All that decode greedily. */
export const DEFAULT_ENGINES: readonly EngineId[] = ENGINE_IDS.filter((id) => !hasBeams(id));

export const ENGINE_LABELS: Readonly<Record<EngineId, string>> = {
  cpu: 'Tilescribe cpu, in order',
  'cpu-batched': 'Tilescribe cpu, batched',
  'cpu-base.en': 'Tilescribe cpu, base.en',
  'cpu-beam5': 'Tilescribe cpu, beam 5',
  onnx: 'Tilescribe onnx, in order',
  'whisper.cpp-q8': 'whisper.cpp q8_0',
  'whisper.cpp-f16': 'whisper.cpp f16',
  'whisper.cpp-q8-beam5': 'whisper.cpp q8_0, beam 5',
  'transformers.js': 'transformers.js q8',
};

/** Those whose speed is held against all others. */
export const OWN_ENGINES: readonly EngineId[] = ['cpu', 'cpu-batched', 'cpu-base.en', 'cpu-beam5'];

/** Five of them. */
export function hasBeams(id: string): boolean {
  return id.endsWith('-beam5');
}

export function isWhisperCpp(id: EngineId): boolean {
  return id.startsWith('whisper.cpp');
}
