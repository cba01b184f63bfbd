/** The native addon itself, through the backend over it: what it refuses, and what it keeps. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecoderBackend, TokenRule } from '../../src/engine/backend/backend.js';
import { loadAddon } from '../../src/engine/backend/native-addon.js';
import type { NativeAddon } from '../../src/engine/backend/native-addon.js';
import { NativeBackend } from '../../src/engine/backend/native-backend.js';
import { judge, probe } from '../../src/engine/backend/npu-choice.js';
import { StepBatcher } from '../../src/engine/backend/step-batcher.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../../src/engine/mel/log-mel.js';
import { ensureWeights } from '../../src/engine/weights/ensure-weights.js';
import { sourceFilesOf } from '../../src/engine/weights/weights-source.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { folderOfModel, modelsFolder } from '../../src/models/store.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const ADDON = join(ROOT, 'out', 'native', 'tilescribe_native.node');
const START_OF_TRANSCRIPT = 50_258;

let addon: NativeAddon;
let weights: string;
let backend: NativeBackend;
let masksMade = 0;

function openAddon(): NativeAddon {
  const loaded = loadAddon(ADDON);
  if (!loaded.ok) throw new Error(loaded.reason);
  const { Mask } = loaded.addon;
  class CountedMask extends Mask {
    constructor(suppressed: Uint8Array) {
      super(suppressed);
      masksMade++;
    }
  }
  return { ...loaded.addon, Mask: CountedMask };
}

function createRule(suppressed: Uint8Array): TokenRule {
  return { suppressed, barred: [], timestampBegin: null, top: 1, sample: null };
}

const { signal } = new AbortController();
const WITHOUT_DESIGN = { vocabulary: 'full', sparseGroups: [], design: null } as const;

/** A tenth of a second of a constant, then nothing. */
const createSamples = (): Float32Array =>
  new Float32Array(EDGE_SAMPLES + WINDOW_SAMPLES + EDGE_SAMPLES).fill(0.1, EDGE_SAMPLES, EDGE_SAMPLES + 1600);

/** Writes down when calls begin and end. */
function logCalls(inner: NativeBackend, log: string[]): DecoderBackend {
  const logged = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    log.push(`${name} begins`);
    return await call().finally(() => log.push(`${name} ends`));
  };
  return {
    description: inner.description,
    device: inner.device,
    dimensions: inner.dimensions,
    encodesBesideSteps: inner.encodesBesideSteps,
    encode: (...request) => logged('encode', () => inner.encode(...request)),
    start: (request) => logged('start', () => inner.start(request)),
    step: (inputs) => logged('step', () => inner.step(inputs)),
    reorder: (...request) => {
      inner.reorder(...request);
    },
    align: null,
    timings: () => inner.timings(),
    close: () => inner.close(),
  };
}

describe.skipIf(!existsSync(ADDON))('the native session', () => {
  beforeAll(async () => {
    addon = openAddon();
    const model = findModel(await readCatalog(join(ROOT, 'resources')), 'base');
    weights = await ensureWeights({
      modelFolder: folderOfModel(model, modelsFolder(process.env)),
      modelId: model.id,
      files: sourceFilesOf(model),
      sourceHashes: Object.fromEntries(model.files.map(({ path, sha256 }) => [path, sha256])),
      signal,
    });
    backend = new NativeBackend(addon, weights, 1);
  });
  afterAll(() => backend.close());

  it('refuses a mask that is none, or not of its vocabulary', async () => {
    const session = new addon.Session(weights, 1);
    const window = await session.encode(createSamples(), 1);
    const start = async (suppressed: object): Promise<unknown> => {
      const rule = { suppressed, barred: [], timestampBegin: null, top: 1, sample: null };
      return await session.start(window, [START_OF_TRANSCRIPT], rule, -1, 0);
    };
    const named = Reflect.construct(Object, [], addon.Mask);
    const impostors = [{}, new Uint8Array(51_865), session, named];
    for (const impostor of impostors) await expect(start(impostor)).rejects.toThrow('must be a Mask');
    await expect(start(new addon.Mask(new Uint8Array(51_864)))).rejects.toThrow("vocabulary's size");
    expect(() => {
      Reflect.construct(addon.Mask, ['mask']);
    }).toThrow('must be a Uint8Array');
    session.close();
  });

  it('never gives a token that the mask suppresses, and takes a mask over once', async () => {
    const suppressed = new Uint8Array(51_865).fill(1, 0, 51_860);
    masksMade = 0;
    const window = await backend.encode(createSamples(), 5, signal);
    const rule = createRule(suppressed);
    const { sequences, choice } = await backend.start({
      window,
      prompt: [START_OF_TRANSCRIPT],
      rule,
      probe: null,
    });
    let token = choice.top[0]!.id;
    for (let step = 0; step < 5; step++) {
      expect(token).toBeGreaterThanOrEqual(51_860);
      const [choices] = await backend.step([{ sequences, tokens: [token], rules: [{ ...rule }] }]);
      token = choices![0]!.top[0]!.id;
    }
    sequences.release();
    window.release();
    expect(masksMade).toBe(1);
  });

  it('encodes the next window while an NPU takes the steps of this one, and both say what they say alone', async () => {
    const npu = new NativeBackend(addon, weights, 2);
    try {
      expect(npu.encodesBesideSteps).toBe(false);
      const options = { fault: '', vocabulary: 'full', sparseGroups: [], design: null } as const;
      await npu.useNpu({ device: 'emulated', ...options });
      const log: string[] = [];
      const jobs = new StepBatcher(logCalls(npu, log)).join();
      const rule = createRule(new Uint8Array(51_865));
      const decode = async (
        window: Awaited<ReturnType<DecoderBackend['encode']>>,
        onStep: (step: number) => void = () => undefined,
      ) => {
        const prompt = [START_OF_TRANSCRIPT];
        const { sequences, choice } = await jobs.start({ window, prompt, rule, probe: null });
        const said = [choice.top[0]!];
        for (let step = 0; step < 6; step++) {
          onStep(step);
          const tokens = [said.at(-1)!.id];
          const [choices] = await jobs.step([{ sequences, tokens, rules: [rule] }]);
          said.push(choices![0]!.top[0]!);
        }
        sequences.release();
        return said;
      };
      const encode = () => jobs.encode(createSamples(), 1500, signal);
      const first = await encode();
      const alone = await decode(first);

      log.length = 0;
      let next: ReturnType<typeof encode> | null = null;
      const beside = await decode(first, (step) => {
        if (step === 2) next = encode();
      });
      const second = await next!;

      expect(beside).toEqual(alone);
      expect(await decode(second)).toEqual(alone);
      // It began when the six steps were not done, and steps went on beside it.
      const began = log.lastIndexOf('encode begins');
      const ended = log.lastIndexOf('encode ends');
      expect(log.slice(0, began).filter((call) => call === 'step ends').length).toBeLessThan(6);
      expect(log.slice(began, ended)).toContain('step begins');
    } finally {
      await npu.close();
    }
  });

  it('hears the sound of each window on an NPU, not that of one before of the same length', async () => {
    const other = createSamples().map((_, i) => 0.3 * Math.sin((i * i) / 3e5));
    const decode = async (native: NativeBackend, samples: Float32Array) => {
      const rule = createRule(new Uint8Array(51_865));
      const window = await native.encode(samples, 100, signal);
      const { sequences, choice } = await native.start({
        window,
        prompt: [START_OF_TRANSCRIPT],
        rule,
        probe: null,
      });
      const tokens = [choice.top[0]!.id];
      const [choices] = await native.step([{ sequences, tokens, rules: [rule] }]);
      sequences.release();
      window.release();
      return choices![0]!.top;
    };
    const sounds = [createSamples(), other, createSamples(), other];
    const npu = new NativeBackend(addon, weights, 2);
    try {
      const expected = [];
      for (const samples of sounds) expected.push(await decode(npu, samples));
      expect(expected[1]).not.toEqual(expected[0]);
      const options = { fault: '', vocabulary: 'full', sparseGroups: [], design: null } as const;
      await npu.useNpu({ device: 'emulated', ...options });
      const heard = [];
      for (const samples of sounds) heard.push(await decode(npu, samples));
      expect(heard).toEqual(expected);
    } finally {
      await npu.close();
    }
  });

  it('gives every bit of the CPU in the self-test on the emulated NPU', async () => {
    const npu = new NativeBackend(addon, weights, 2);
    try {
      const cpu = await probe(npu, signal);
      await npu.useNpu({ device: 'emulated', ...WITHOUT_DESIGN, fault: '' });
      const emulated = await probe(npu, signal);
      expect(cpu.tokens).toHaveLength(13);
      // To the last bit of every probability, where an NPU of silicon is allowed 0.02.
      expect(emulated.tokens).toEqual(cpu.tokens);
    } finally {
      await npu.close();
    }
  });

  it('fails the self-test when a bit of the weights on the NPU is another one', async () => {
    const npu = new NativeBackend(addon, weights, 2);
    try {
      const cpu = await probe(npu, signal);
      await npu.useNpu({ device: 'emulated', ...WITHOUT_DESIGN, fault: 'flipped-bit@3' });
      const failure = await probe(npu, signal).catch((thrown: unknown) => String(thrown));
      expect(failure).toMatch(/[1-9]\d* of the NPU's integer sums are not those of the vocabulary's weights/);
      const verdict = judge(cpu, failure, true);
      expect(verdict.takesNpu).toBe(false);
      expect(verdict.reason).toMatch(/^the NPU failed its self-test: .*integer sums/);
    } finally {
      await npu.close();
    }
  });

  it('keeps nothing of a thousand windows', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // Without the pages of files: those of the weights come in as they are touched.
    const residentBytes = async (): Promise<number> => {
      collect();
      // What Node-API objects hold is freed after the collection, in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
    };
    const samples = createSamples();
    const resident: number[] = [];
    for (let round = 0; round < 1_300; round++) {
      if (round >= 300 && (round - 300) % 250 === 0) resident.push(await residentBytes());
      // A mask of its own for each, as every job brings some.
      const rule = createRule(new Uint8Array(51_865));
      const window = await backend.encode(samples, 1 + (round % 3), signal);
      const { sequences, choice } = await backend.start({
        window,
        prompt: [START_OF_TRANSCRIPT],
        rule,
        probe: { position: 0, token: 50_362 },
      });
      const token = choice.top[0]!.id;
      // Two texts each, and now and then one more token: what is kept does not depend on how much is said.
      backend.reorder(sequences, [0, 0]);
      if (round % 8 === 0) await backend.step([{ sequences, tokens: [token, token], rules: [rule, rule] }]);
      sequences.release();
      window.release();
    }
    resident.push(await residentBytes());
    const growth = resident.slice(1).map((bytes, i) => bytes - resident[i]!);
    // What is kept of every window is kept in each quarter: of 250 a spectrogram would be 240 MB, a mask 13 MB,
    // keys and values 26 MB. The heap of JavaScript grows too, but once, by some 20 MB, when it likes.
    expect(growth).toHaveLength(4);
    expect(Math.min(...growth)).toBeLessThan(4 * 1024 * 1024);
  });
});
