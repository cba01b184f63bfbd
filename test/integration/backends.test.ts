/** The native engine against ONNX Runtime on the same weights, and the two orders of windows. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecoderBackend } from '../../src/engine/backend/backend.js';
import { openBackend } from '../../src/engine/backend/open-backend.js';
import type { Engine } from '../../src/engine/engine.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../../src/engine/mel/log-mel.js';
import { readDimensions } from '../../src/engine/model/model-files.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { folderOfModel, modelsFolder } from '../../src/models/store.mjs';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import { CORPUS, KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

const ROOT = join(import.meta.dirname, '..', '..');
const ADDON = join(ROOT, 'out', 'native', 'tilescribe_native.node');

let engine: Engine;
beforeAll(() => {
  engine = openTestEngine();
});
afterAll(async () => {
  await engine.close();
});

describe('devices', () => {
  it('both hear the Kennedy sentence, and say who they are', async () => {
    const onnx = await runJob(engine, KENNEDY, { device: 'onnx' });

    expect(plainWords(onnx.text)).toBe(KENNEDY_WORDS);
    expect(onnx.events[0]).toMatchObject({
      kind: 'opened',
      backend: expect.stringContaining('ONNX Runtime') as string,
    });
  });

  it('is the native engine by default where it is built, the portable one with a reason where it is not', async () => {
    const { events, text } = await runJob(engine, KENNEDY);

    const expected = existsSync(ADDON) ? /^native engine on the CPU/ : /ONNX Runtime.*not built/;
    expect(events[0]).toMatchObject({ backend: expect.stringMatching(expected) as string });
    expect(plainWords(text)).toBe(KENNEDY_WORDS);
  });

  it.runIf(existsSync(ADDON))('give the same text with any number of threads, bit for bit', async () => {
    const one = await runJob(engine, KENNEDY, { device: 'cpu', threads: 1 });
    const three = await runJob(engine, KENNEDY, { device: 'cpu', threads: 3 });

    expect(three.segments).toEqual(one.segments);
    expect(plainWords(one.text)).toBe(KENNEDY_WORDS);
  });
});

async function openDevice(device: 'cpu' | 'onnx'): Promise<DecoderBackend> {
  const model = findModel(await readCatalog(join(ROOT, 'resources')), DEFAULT_OPTIONS.model);
  const modelFolder = folderOfModel(model, modelsFolder(process.env));
  const dimensions = await readDimensions(modelFolder);
  const { signal } = new AbortController();
  const request = { device, model, modelFolder, dimensions, threads: 2, addonPath: ADDON, signal };
  return (await openBackend(request)).backend;
}

describe.each(existsSync(ADDON) ? (['cpu', 'onnx'] as const) : (['onnx'] as const))(
  'a window for %s',
  (device) => {
    let backend: DecoderBackend;
    beforeAll(async () => {
      backend = await openDevice(device);
    });
    afterAll(() => backend.close());

    const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES).fill(0.1, 1000, 20_000);

    it('is not encoded for a job that was cancelled before', async () => {
      const before = backend.timings().encodeCount;

      await expect(backend.encode(samples, 10, AbortSignal.abort())).rejects.toMatchObject({
        code: 'cancelled',
      });

      expect(backend.timings().encodeCount).toBe(before);
    });

    it.runIf(device === 'cpu')('is given up half way when its job is cancelled', async () => {
      const before = backend.timings().encodeCount;
      const controller = new AbortController();
      const encoding = backend.encode(samples, backend.dimensions.audioContext, controller.signal);

      controller.abort();

      await expect(encoding).rejects.toMatchObject({ code: 'cancelled' });
      expect(backend.timings().encodeCount).toBe(before);
      (await backend.encode(samples, 10, new AbortController().signal)).release();
    });

    it('is refused when its size is wrong, and the next one is encoded', async () => {
      const { signal } = new AbortController();

      for (const length of [0, samples.length - 1, samples.length + 1]) {
        await expect(backend.encode(new Float32Array(length), 10, signal)).rejects.toThrow(/samples/);
      }

      (await backend.encode(samples, 100, signal)).release();
    });
  },
);

describe.skipIf(CORPUS === null)('passages side by side', () => {
  const speech = join(CORPUS ?? '', 'dev', 'long', 'long_trump_address_ms13_2018.mp3');

  it('come out in order and say the same as one after the other, but for a few words', async () => {
    const sequential = await runJob(engine, speech, { language: 'en' });
    const batched = await runJob(engine, speech, { language: 'en', batchSize: 8 });

    const words = plainWords(sequential.text).split(' ');
    const others = new Set(plainWords(batched.text).split(' '));
    const shared = words.filter((word) => others.has(word)).length;
    expect(shared / words.length).toBeGreaterThan(0.97);
    expect(Math.abs(plainWords(batched.text).split(' ').length - words.length)).toBeLessThan(
      words.length * 0.03,
    );
    for (const [i, segment] of batched.segments.entries()) {
      expect(segment.index).toBe(i);
      expect(segment.start).toBeGreaterThanOrEqual(batched.segments[i - 1]?.end ?? 0);
    }
    const done = batched.last;
    expect(done.kind === 'done' && done.stats.audio).toBeGreaterThan(150 * 16_000);
  });

  it('end when they are cancelled, and leave the engine usable', async () => {
    const { last, segments } = await runJob(engine, speech, { batchSize: 8 }, (event, abort) => {
      if (event.kind === 'commit') abort();
    });

    expect(last.kind).toBe('cancelled');
    expect(segments.length).toBeGreaterThan(0);
    expect(plainWords((await runJob(engine, KENNEDY)).text)).toBe(KENNEDY_WORDS);
  });
});
