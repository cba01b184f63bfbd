/** The voice detector on real speech and on made sound, alone and in the engine. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { openAudio } from '../../src/engine/audio/open.js';
import { openDetector } from '../../src/engine/voice/open-detector.js';
import { readSileroWeights, SILERO_FILE } from '../../src/engine/voice/silero-weights.js';
import { CAUTIOUS, SpanFinder } from '../../src/engine/voice/spans.js';
import { FRAME_SAMPLES } from '../../src/engine/voice/voice-model.js';
import type { VoiceModel } from '../../src/engine/voice/voice-model.js';
import { VoiceStream } from '../../src/engine/voice/voice-stream.js';
import type { VoiceFrame } from '../../src/engine/voice/voice-stream.js';
import { readCatalog } from '../../src/models/catalog.mjs';
import { modelsFolder } from '../../src/models/store.mjs';
import type { EngineEvent } from '../../src/shared/events.js';
import type { Span } from '../../src/shared/span.js';
import { createWavHeader } from '../bench/wav-samples.js';
import {
  BEEPS,
  BUSY_TONE,
  DIAL_TONE,
  makeDialling,
  makeHum,
  makeMusic,
  makeNoise,
  makeSignal,
  makeSilence,
  makeTone,
  NOISE_COLOURS,
} from '../made-sound.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

const ROOT = join(import.meta.dirname, '..', '..');
const RESOURCES = join(ROOT, 'resources');
const ADDON = join(ROOT, 'out', 'native', 'tilescribe_native.node');
const SECOND = 16_000;

let native: VoiceModel;
let onnx: VoiceModel;
let engine: Engine;
let speech: Float32Array;
let folder: string;

beforeAll(async () => {
  const { voiceDetector } = await readCatalog(RESOURCES);
  const request = {
    model: voiceDetector,
    modelsFolder: modelsFolder(process.env),
    signal: AbortSignal.timeout(60_000),
  };
  native = await openDetector({ ...request, addonPath: ADDON });
  onnx = await openDetector({ ...request, addonPath: null });
  engine = openTestEngine();
  speech = await readSpeech();
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-voice-'));
});
afterAll(async () => {
  await engine.close();
  await native.close();
  await onnx.close();
  await rm(folder, { recursive: true });
});

async function readSpeech(): Promise<Float32Array> {
  const audio = await openAudio({ kind: 'file', path: KENNEDY }, new AbortController().signal);
  const blocks: Float32Array[] = [];
  for await (const block of audio.blocks) blocks.push(block);
  await audio.close();
  return join32(blocks);
}

function join32(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

async function listen(model: VoiceModel, samples: Float32Array, block: number): Promise<VoiceFrame[]> {
  const stream = new VoiceStream(model);
  const frames: VoiceFrame[] = [];
  for (let start = 0; start < samples.length; start += block) {
    frames.push(...(await stream.push(samples.subarray(start, start + block))));
  }
  return [...frames, ...(await stream.finish())];
}

async function findSpans(samples: Float32Array): Promise<readonly Span[]> {
  const finder = new SpanFinder(CAUTIOUS);
  const frames = await listen(native, samples, 65_536);
  return [...frames.flatMap((frame) => finder.push(frame)), ...finder.finish(samples.length)];
}

async function writeWav(name: string, samples: Float32Array): Promise<string> {
  const path = join(folder, name);
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [i, sample] of samples.entries()) bytes.writeInt16LE(Math.round(sample * 32_767), 2 * i);
  await writeFile(path, Buffer.concat([createWavHeader(bytes.length), bytes]));
  return path;
}

function spansOf(events: readonly EngineEvent[]): readonly Span[] {
  return events.flatMap((event) => (event.kind === 'span' ? [event.span] : []));
}

/** As exactly as 16-bit files can hold it. */
function quieter(samples: Float32Array, decibels: number): Float32Array {
  return samples.map((sample) => sample * 10 ** (-decibels / 20));
}

describe('the native detector', () => {
  it('is the one that opens where the addon is built', () => {
    expect(native.description).toBe('Silero VAD, native');
    expect(onnx.description).toBe('Silero VAD, ONNX Runtime');
  });

  it('agrees with ONNX Runtime within 1e-4 on every frame of speech, loud, quiet and noisy', async () => {
    const noise = makeNoise('pink', Math.ceil(speech.length / SECOND), 0.05);
    const sound = join32([speech, quieter(speech, 40), speech.map((sample, i) => sample + noise[i]!)]);
    const found = await listen(native, sound, 65_536);
    const expected = await listen(onnx, sound, 65_536);

    expect(found).toHaveLength(Math.ceil(sound.length / FRAME_SAMPLES));
    const worst = Math.max(
      ...found.map(({ probability }, i) => Math.abs(probability - expected[i]!.probability)),
    );
    expect(worst).toBeLessThan(1e-4);
    expect(found.filter(({ probability }) => probability > 0.9).length).toBeGreaterThan(400);
    expect(found.filter(({ probability }) => probability < 0.1).length).toBeGreaterThan(20);
  });

  it('hears the same, to the bit, however the stream is cut', async () => {
    const whole = await listen(native, speech, speech.length);

    for (const block of [1_000, 512, 65_536]) expect(await listen(native, speech, block)).toEqual(whole);
  });

  it('refuses a file that is another network, naming it', async () => {
    const bytes = await readFile(join(modelsFolder(process.env), 'silero-vad', SILERO_FILE));
    const text = bytes.toString('latin1');
    const damaged = Buffer.from(
      text.replaceAll('/encoder/2/reparam_conv', '/encoder/9/reparam_conv'),
      'latin1',
    );

    expect(readSileroWeights(bytes, 'silero-vad')).toHaveLength(15);
    expect(() => readSileroWeights(damaged, 'silero-vad')).toThrow(
      expect.objectContaining({ code: 'model-corrupt' }) as Error,
    );
    expect(() => readSileroWeights(bytes.subarray(0, 1_000), 'silero-vad')).toThrow(SILERO_FILE);
  });
});

describe('spans of real sound', () => {
  it.each([0, 20, 40, 60])('speech %i dB down is speech throughout', async (decibels) => {
    const spans = await findSpans(quieter(speech, decibels));

    expect(spans).toEqual([{ kind: 'speech', start: 0, end: speech.length }]);
  });

  it.each([
    ['as loud as it', 0.1],
    ['10 dB louder', 0.3],
  ])('speech under a dial tone %s is speech throughout', async (_name, amplitude) => {
    const tone = makeSignal(DIAL_TONE, Math.ceil(speech.length / SECOND), 2 * amplitude);
    const spans = await findSpans(speech.map((sample, i) => sample + tone[i]!));

    expect(spans).toEqual([{ kind: 'speech', start: 0, end: speech.length }]);
  });

  it('find two sentences in silence and noise, with nothing of them outside', async () => {
    const noise = makeNoise('brown', 30, 0.01);
    const spans = await findSpans(join32([makeSilence(20), speech, noise, speech, makeSilence(40)]));

    expect(spans.map(({ kind }) => kind)).toEqual(['silence', 'speech', 'noise', 'speech', 'silence']);
    const places = [20 * SECOND, 50 * SECOND + speech.length];
    for (const [index, place] of places.entries()) {
      const { start, end } = spans[2 * index + 1]!;
      expect(start).toBeLessThanOrEqual(place);
      expect(start).toBeGreaterThan(place - 2 * SECOND);
      expect(end).toBeGreaterThanOrEqual(place + speech.length - SECOND / 2);
      expect(end).toBeLessThan(place + speech.length + 2 * SECOND);
    }
  });
});

describe('the engine', () => {
  const sounds: readonly (readonly [string, Span['kind'], () => Float32Array])[] = [
    ['silence', 'silence', () => makeSilence(600)],
    ...NOISE_COLOURS.flatMap((colour) => [
      [`${colour} noise`, 'noise', () => makeNoise(colour, 600, 0.03)] as const,
      [`${colour} noise of a quiet room`, 'silence', () => makeNoise(colour, 600, 0.002)] as const,
    ]),
    ['a tone', 'noise', () => makeTone(440, 600, 0.3)],
    ['a dial tone', 'noise', () => makeSignal(DIAL_TONE, 600, 0.3)],
    ['a busy tone', 'noise', () => makeSignal(BUSY_TONE, 600, 0.3)],
    // Silent for most of the time.
    ['beeps', 'silence', () => makeSignal(BEEPS, 600, 0.3)],
    ['low beeps', 'noise', () => makeSignal({ hertz: [180], onSeconds: 0.5, offSeconds: 0.5 }, 600, 0.3)],
    ['a telephone that is dialled', 'noise', () => makeDialling(600, 0.3)],
    ['a humming cable', 'noise', () => makeHum(600, 0.05)],
    ['music', 'noise', () => makeMusic(600)],
  ];

  it.each(sounds)('writes no word for ten minutes of %s', async (name, kind, make) => {
    const path = await writeWav(`${name}.wav`, make());
    const { events, text, last } = await runJob(engine, path, { language: 'en' });

    expect(text).toBe('');
    expect(spansOf(events)).toEqual([{ kind, start: 0, end: 600 * SECOND }]);
    expect(last).toMatchObject({ kind: 'done', stats: { audio: 600 * SECOND, windows: 0 } });
  });

  it.each([1, 4])(
    'finds a sentence where it is, twice, between minutes of other sound (batch size %i)',
    async (batchSize) => {
      const gap = makeNoise('pink', 45, 0.005);
      const path = await writeWav(
        'gaps.wav',
        join32([makeSilence(40), speech, gap, speech, makeSilence(70)]),
      );
      const { segments, text, events } = await runJob(engine, path, { language: 'en', batchSize });

      expect(plainWords(text)).toBe(`${KENNEDY_WORDS} ${KENNEDY_WORDS}`);
      const second = 85 * SECOND + speech.length;
      const starts = segments.map(({ start }) => start);
      expect(starts.some((start) => Math.abs(start - 40 * SECOND) < SECOND)).toBe(true);
      expect(starts.some((start) => Math.abs(start - second) < SECOND)).toBe(true);
      const spans = spansOf(events);
      expect(spans.at(-1)!.end).toBe(155 * SECOND + 2 * speech.length);
      for (const [i, { start }] of spans.entries()) expect(start).toBe(spans[i - 1]?.end ?? 0);
    },
  );

  it.each([1, 4])('hears a soft voice after a loud one (batch size %i)', async (batchSize) => {
    const path = await writeWav(
      'soft.wav',
      join32([speech, makeSilence(1), quieter(speech, 45), makeSilence(2)]),
    );
    const { text } = await runJob(engine, path, { language: 'en', batchSize });

    // So soft, a word of it comes out otherwise; nothing is lost.
    expect(plainWords(text).split('ask what you can do for your country')).toHaveLength(3);
  });

  it('tells no spans when voice activity detection is off', async () => {
    const { events, text } = await runJob(engine, KENNEDY, { vad: 'off' });

    expect(spansOf(events)).toEqual([]);
    expect(plainWords(text)).toBe(KENNEDY_WORDS);
  });

  it('hears everything without a detector and says so; strict then fails', async () => {
    const models = await mkdtemp(join(folder, 'models-'));
    await symlink(join(modelsFolder(process.env), 'base'), join(models, 'base'));
    const poor = createEngine({ resourcesFolder: RESOURCES, modelsFolder: models });
    const automatic = await runJob(poor, KENNEDY);
    const strict = await runJob(poor, KENNEDY, { vad: 'strict' });
    await poor.close();

    expect(plainWords(automatic.text)).toBe(KENNEDY_WORDS);
    expect(automatic.events[0]).toMatchObject({
      kind: 'opened',
      backend: expect.stringContaining('silence is not skipped') as string,
    });
    expect(strict.last).toMatchObject({ kind: 'failed', failure: { code: 'model-missing' } });
  });
});
