/** The encoder and the decoder of our backends, called as the search calls them. */
import { join } from 'node:path';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { folderOfModel } from '../../src/models/store.mjs';
import type {
  DecoderBackend,
  EncodedWindow,
  StartReply,
  TokenRule,
} from '../../src/engine/backend/backend.js';
import { openBackend } from '../../src/engine/backend/open-backend.js';
import { EDGE_SAMPLES, reflectStart, WINDOW_SAMPLES } from '../../src/engine/mel/log-mel.js';
import { describeModel } from '../../src/engine/model/describe-model.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { LANGUAGE } from './bench-engine.js';
import type { PartsEngine } from './bench-engine.js';
import type { Batch, WorkerSetting } from './protocol.js';
import { readSamples } from './wav-samples.js';

export async function openOwnParts(
  setting: WorkerSetting,
  choice: Pick<TranscribeOptions, 'device' | 'model'>,
): Promise<PartsEngine> {
  const model = findModel(await readCatalog(setting.resourcesFolder), choice.model);
  const modelFolder = folderOfModel(model, setting.modelsFolder);
  const { dimensions, tokenizer } = await describeModel(model, modelFolder);
  const { backend } = await openBackend({
    device: choice.device,
    model,
    modelFolder,
    dimensions,
    threads: setting.threads,
    addonPath: join(setting.resourcesFolder, '..', 'out', 'native', 'tilescribe_native.node'),
    signal: new AbortController().signal,
  });
  const { special } = tokenizer;
  const prompt = [...tokenizer.startSequence(LANGUAGE, 'transcribe'), special.noTimestamps];
  // Text alone and no end, so that every sequence is as long as asked.
  const suppressed = new Uint8Array(backend.dimensions.vocabularySize).fill(1, special.endOfText);
  return new OwnParts(backend, prompt, suppressed);
}

class OwnParts implements PartsEngine {
  readonly description: string;
  readonly #backend: DecoderBackend;
  readonly #prompt: readonly number[];
  readonly #rule: TokenRule;
  #samples: Float32Array | null = null;
  /** Encoded windows of the file, kept from one call to the next. */
  readonly #windows: EncodedWindow[] = [];

  constructor(backend: DecoderBackend, prompt: readonly number[], suppressed: Uint8Array) {
    this.#backend = backend;
    this.description = backend.description;
    this.#prompt = prompt;
    this.#rule = { suppressed, barred: [], timestampBegin: null, top: 1, sample: null };
  }

  async encode(path: string): Promise<number> {
    const before = this.#backend.timings().encodeMs;
    const window = await this.#encodeWindow(path, 0);
    window.release();
    return this.#backend.timings().encodeMs - before;
  }

  async decode(path: string, { rows, windows }: Batch, steps: number): Promise<number> {
    while (this.#windows.length < windows) {
      this.#windows.push(await this.#encodeWindow(path, this.#windows.length));
    }
    const started: StartReply[] = [];
    for (const window of this.#windows.slice(0, windows)) {
      const request = { window, prompt: this.#prompt, rule: this.#rule, probe: null };
      started.push(await this.#backend.start(request));
    }
    const share = rows / windows;
    for (const { sequences } of started) this.#backend.reorder(sequences, new Array<number>(share).fill(0));
    let tokens = started.map(({ choice }) => new Array<number>(share).fill(choice.top[0]!.id));
    const rules = new Array<TokenRule>(share).fill(this.#rule);
    const began = performance.now();
    for (let step = 0; step < steps; step++) {
      const inputs = started.map(({ sequences }, row) => {
        return { sequences, tokens: tokens[row]!, rules };
      });
      const choices = await this.#backend.step(inputs);
      tokens = choices.map((ofWindow) => ofWindow.map(({ top }) => top[0]!.id));
    }
    const ms = (performance.now() - began) / steps;
    for (const { sequences } of started) sequences.release();
    return ms;
  }

  async close(): Promise<void> {
    for (const window of this.#windows) window.release();
    await this.#backend.close();
  }

  /** Of window `index` of the file. */
  async #encodeWindow(path: string, index: number): Promise<EncodedWindow> {
    this.#samples ??= await readSamples(path);
    const { audioContext } = this.#backend.dimensions;
    const window = takeWindow(this.#samples, index);
    return await this.#backend.encode(window, audioContext, new AbortController().signal);
  }
}

/**
 * Window `index` of the samples with its edges, as DecoderBackend.encode takes it; sound that is too short is
 * gone through again.
 */
export function takeWindow(samples: Float32Array, index: number): Float32Array {
  const count = Math.max(1, Math.floor(samples.length / WINDOW_SAMPLES));
  const start = (index % count) * WINDOW_SAMPLES - EDGE_SAMPLES;
  const window = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
  window.set(samples.subarray(Math.max(0, start), start + window.length), Math.max(0, -start));
  if (start < 0) reflectStart(window);
  return window;
}
