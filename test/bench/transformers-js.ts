/** transformers.js as test/eval/peer.ts has it, with a given number of threads and on samples in memory. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { env, pipeline, TextStreamer } from '@huggingface/transformers';
import * as v from 'valibot';
import { layOutModel } from '../eval/peer.js';
import { LANGUAGE } from './bench-engine.js';
import type { FileEngine } from './bench-engine.js';
import type { WorkerSetting } from './protocol.js';
import { epochMs } from './protocol.js';
import { readSamples } from './wav-samples.js';

const WINDOW_SECONDS = 30;
const WINDOW_SAMPLES = WINDOW_SECONDS * 16_000;
const ResultSchema = v.object({ text: v.string() });

export async function openTransformersFiles(setting: WorkerSetting): Promise<FileEngine> {
  const layout = await layOutModel(join(setting.modelsFolder, 'base'));
  env.allowRemoteModels = false;
  env.localModelPath = layout;
  const recognize = await pipeline('automatic-speech-recognition', 'whisper', {
    dtype: 'q8',
    session_options: { intraOpNumThreads: setting.threads, interOpNumThreads: 1 },
  });
  const loaded = new Map<string, Float32Array>();

  const transcribe = async (path: string, onFirstToken: (at: number) => void): Promise<string> => {
    const samples = loaded.get(path);
    if (samples === undefined) throw new Error(`${path} is not loaded`);
    const result = await recognize(samples, {
      language: LANGUAGE,
      task: 'transcribe',
      return_timestamps: true,
      streamer: new TextStreamer(recognize.tokenizer, {
        skip_prompt: true,
        callback_function: () => undefined,
        token_callback_function: () => {
          onFirstToken(epochMs());
        },
      }),
      ...(samples.length > WINDOW_SAMPLES ? { chunk_length_s: WINDOW_SECONDS } : {}),
    });
    return v.parse(ResultSchema, result).text;
  };

  return {
    description: `transformers.js ${env.version}, q8 ONNX`,
    async load(paths) {
      loaded.clear();
      for (const path of paths) loaded.set(path, await readSamples(path));
    },
    async transcribe(paths, onFirstToken) {
      const texts: string[] = [];
      for (const path of paths) texts.push(await transcribe(path, onFirstToken));
      return texts;
    },
    async close() {
      await recognize.dispose();
      await rm(layout, { recursive: true, force: true });
    },
  };
}
