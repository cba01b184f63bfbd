/**
 * The full-precision decoder of the evaluation (test/eval/float) in the engine: against the native engine by words, their
 * times and each token's probability, and against figures that another program gave. Left out where the model base.en
 * is not (test/english-model.ts), or the addon, which the C++ tests build.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../../src/engine/mel/log-mel.js';
import { describeModel } from '../../src/engine/model/describe-model.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { decodeWithFfmpeg } from '../bench/ffmpeg-pcm.js';
import { findFloatAddon, loadFloatAddon } from '../eval/float/float-addon.js';
import type { FloatAddon } from '../eval/float/float-addon.js';
import { FloatBackend, floatOpener } from '../eval/float/float-backend.js';
import type { FloatPart } from '../eval/float/float-backend.js';
import { ENGLISH_MODELS } from '../english-model.js';
import { KENNEDY_WAV } from '../speech.js';
import { runJob } from './engine-jobs.js';
import type { JobOutcome } from './engine-jobs.js';

const ROOT = join(import.meta.dirname, '..', '..');
const RESOURCES = join(ROOT, 'resources');
const SAMPLE = join(RESOURCES, 'sample', 'sample.flac');
const ADDON = findFloatAddon(ROOT);
const NATIVE = join(ROOT, 'out', 'native', 'tilescribe_native.node');
const models = ENGLISH_MODELS ?? '';
const PARTS = ['decoder', 'model'] as const;

describe.skipIf(ENGLISH_MODELS === null || !existsSync(ADDON) || !existsSync(NATIVE))(
  'full precision',
  () => {
    let addon: FloatAddon;
    beforeAll(() => {
      addon = loadFloatAddon(ADDON);
    });

    /** @param part null for the native engine. */
    async function hear(
      part: FloatPart | null,
      options: Partial<TranscribeOptions> = {},
    ): Promise<JobOutcome> {
      const config = { resourcesFolder: RESOURCES, modelsFolder: models };
      const engine = createEngine(
        part === null ? config : { ...config, openBackend: floatOpener(addon, part) },
      );
      try {
        return await runJob(engine, SAMPLE, { model: 'base.en', language: 'en', device: 'cpu', ...options });
      } finally {
        await engine.close();
      }
    }

    function tokensOf({ events }: JobOutcome) {
      return events.filter((event) => event.kind === 'token');
    }

    /** Of log-probabilities, of the tokens before the first that is another: after it the two see other texts. */
    function deviationsOf(first: JobOutcome, second: JobOutcome): readonly number[] {
      const [own, other] = [tokensOf(first), tokensOf(second)];
      const ending = own.findIndex(({ id }, i) => id !== other[i]?.id);
      const deviations = own
        .slice(0, ending === -1 ? own.length : ending)
        .map(({ logProbability }, i) => Math.abs(logProbability - other[i]!.logProbability));
      expect(deviations.length).toBeGreaterThanOrEqual(20);
      return deviations;
    }

    it('has the sample in the words of the native engine, as sure of each token, and at the same times', async () => {
      const native = await hear(null);
      for (const part of PARTS) {
        const float = await hear(part);

        expect(float.events[0]).toMatchObject({ backend: `float32 ${part}, for the evaluation` });
        expect(float.text).toBe(native.text);
        const deviations = deviationsOf(float, native);
        // Integers are not exact, so that all the same would mean that the same code ran.
        expect(Math.max(...deviations)).toBeGreaterThan(0.01);
        expect(Math.max(...deviations)).toBeLessThan(0.1);
        expect(deviations.reduce((sum, one) => sum + one, 0) / deviations.length).toBeLessThan(0.03);
        const words = float.segments.flatMap((segment) => segment.words ?? []);
        const nativeWords = native.segments.flatMap((segment) => segment.words ?? []);
        expect(words.map(({ text }) => text)).toEqual(nativeWords.map(({ text }) => text));
        // 40 ms: two positions of the encoder.
        for (const [i, { start }] of words.entries()) {
          expect(Math.abs(start - nativeWords[i]!.start)).toBeLessThanOrEqual(640);
        }
      }
    });

    it('follows beams: each goes its own way from what it shares with others', async () => {
      const native = await hear(null, { beamSize: 5 });
      const float = await hear('decoder', { beamSize: 5 });

      expect(float.text).toBe(native.text);
    });

    it('agrees with NumPy on what follows "And so my fellow Americans"', async () => {
      const model = findModel(await readCatalog(RESOURCES), 'base.en');
      const modelFolder = join(models, 'base.en');
      const { dimensions } = await describeModel(model, modelFolder);
      const { signal } = new AbortController();
      const request = {
        device: 'cpu',
        model,
        modelFolder,
        dimensions,
        threads: 1,
        addonPath: '',
        signal,
      } as const;
      const backend = await FloatBackend.open(addon, 'model', request);
      const pcm = new Int16Array(Uint8Array.from(await decodeWithFfmpeg(KENNEDY_WAV)).buffer);
      const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
      samples.set(
        Float32Array.from(pcm, (sample) => sample / 32768),
        EDGE_SAMPLES,
      );
      const window = await backend.encode(samples, dimensions.audioContext, signal);
      const suppressed = new Uint8Array(dimensions.vocabularySize);
      const { choice, probeProbability } = await backend.start({
        window,
        prompt: [50257, 50363, 843, 523, 616, 5891, 3399],
        rule: { suppressed, barred: [], timestampBegin: null, top: 3, sample: null },
        probe: { position: 6, token: 11 },
      });

      // The same file, computed once by another program (docs/accuracy.md): a comma, "asked", "ask".
      expect(choice.top.map(({ id }) => id)).toEqual([11, 1965, 1265]);
      for (const [i, expected] of [-1.24, -1.43, -1.48].entries()) {
        expect(Math.abs(choice.top[i]!.logProbability - expected)).toBeLessThan(0.011);
      }
      expect(Math.log(probeProbability!)).toBeCloseTo(choice.top[0]!.logProbability, 6);
    });

    it('takes the weights of a model in int8 for what they stand for', async () => {
      const native = await hear(null, { model: 'base' });
      const float = await hear('model', { model: 'base' });

      expect(float.text).toBe(native.text);
      expect(Math.max(...deviationsOf(float, native))).toBeLessThan(0.15);
    });
  },
);
