/** Beams and samples on real speech, through both backends. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DecoderBackend,
  EncodedWindow,
  StartReply,
  TokenRule,
} from '../../src/engine/backend/backend.js';
import { openBackend } from '../../src/engine/backend/open-backend.js';
import { createBeamSearch } from '../../src/engine/decoding/beam-search.js';
import { createBestOf } from '../../src/engine/decoding/best-of.js';
import { searchGreedily } from '../../src/engine/decoding/search.js';
import type { Search, SearchResult } from '../../src/engine/decoding/search.js';
import { TokenRules } from '../../src/engine/decoding/token-rules.js';
import { openAudio } from '../../src/engine/audio/open.js';
import type { Engine } from '../../src/engine/engine.js';
import { EDGE_SAMPLES, reflectStart, WINDOW_SAMPLES } from '../../src/engine/mel/log-mel.js';
import { describeModel } from '../../src/engine/model/describe-model.js';
import type { Tokenizer } from '../../src/engine/model/tokenizer.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { folderOfModel, modelsFolder } from '../../src/models/store.mjs';
import { CORPUS, KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

const ROOT = join(import.meta.dirname, '..', '..');
const ADDON = join(ROOT, 'out', 'native', 'tilescribe_native.node');
const DEVICES = existsSync(ADDON) ? (['cpu', 'onnx'] as const) : (['onnx'] as const);

async function readWindow(path: string): Promise<Float32Array> {
  const { signal } = new AbortController();
  const audio = await openAudio({ kind: 'file', path }, signal);
  const samples = new Float32Array(EDGE_SAMPLES + WINDOW_SAMPLES + EDGE_SAMPLES);
  let place = EDGE_SAMPLES;
  for await (const block of audio.blocks) {
    samples.set(block.subarray(0, samples.length - place), place);
    place = Math.min(samples.length, place + block.length);
  }
  await audio.close();
  reflectStart(samples);
  return samples;
}

describe.each(DEVICES)('on the device %s', (device) => {
  let backend: DecoderBackend;
  let tokenizer: Tokenizer;
  let window: EncodedWindow;

  beforeAll(async () => {
    const model = findModel(await readCatalog(join(ROOT, 'resources')), 'base');
    const modelFolder = folderOfModel(model, modelsFolder(process.env));
    const { signal } = new AbortController();
    const description = await describeModel(model, modelFolder);
    const { dimensions } = description;
    const request = { device, model, modelFolder, dimensions, threads: 2, addonPath: ADDON, signal };
    ({ backend } = await openBackend(request));
    ({ tokenizer } = description);
    window = await backend.encode(await readWindow(KENNEDY), backend.dimensions.audioContext, signal);
  });
  afterAll(async () => {
    window.release();
    await backend.close();
  });

  async function run(search: Search, temperature = 0): Promise<SearchResult & { told: readonly number[] }> {
    const told: number[] = [];
    let draws = 0;
    const result = await search({
      backend,
      window,
      prompt: tokenizer.startSequence('en', 'transcribe'),
      noSpeechProbe: { position: 0, token: tokenizer.special.noSpeech },
      rules: new TokenRules(tokenizer, backend.dimensions.vocabularySize),
      endOfText: tokenizer.special.endOfText,
      timestampBegin: tokenizer.special.timestampBegin,
      temperature,
      maxTokens: 224,
      // Evenly spread over [0, 1), by the golden ratio.
      random: () => (++draws * 0.618_033_988_749_895) % 1,
      onToken: ({ id }) => told.push(id),
      signal: new AbortController().signal,
    });
    return { ...result, told };
  }
  const wordsOf = ({ tokens }: SearchResult): string => plainWords(tokenizer.decode(tokens));

  it('one beam is greedy search, bit for bit', async () => {
    const greedy = await run(searchGreedily);

    expect(await run(createBeamSearch({ beamSize: 1, patience: 1, lengthPenalty: null }))).toEqual(greedy);
    expect(wordsOf(greedy)).toBe(KENNEDY_WORDS);
  });

  it('five beams hear the Kennedy sentence, no less likely than greedy search does', async () => {
    const greedy = await run(searchGreedily);
    const beams = await run(createBeamSearch({ beamSize: 5, patience: 1, lengthPenalty: null }));

    expect(wordsOf(beams)).toBe(KENNEDY_WORDS);
    expect(beams.told).toEqual(beams.tokens);
    // Rows that ONNX Runtime quantises together differ a little from rows by themselves.
    expect(beams.averageLogProbability).toBeGreaterThan(greedy.averageLogProbability - 0.02);
  });

  it('the best of five samples hears it too', async () => {
    const best = await run(createBestOf({ bestOf: 5, lengthPenalty: null }), 0.4);

    expect(wordsOf(best)).toBe(KENNEDY_WORDS);
    expect(best.told).toEqual(best.tokens);
  });

  it('rows that were multiplied, swapped and dropped go on as their own texts', async () => {
    const rule: TokenRule = {
      suppressed: new Uint8Array(backend.dimensions.vocabularySize),
      barred: [],
      timestampBegin: null,
      top: 1,
      sample: null,
    };
    const start = async (prompt: readonly number[]) =>
      await backend.start({ window, prompt, rule, probe: null });
    const prompt = [...tokenizer.startSequence('en', 'transcribe'), tokenizer.special.noTimestamps];
    const [and, so, ask, not] = [' And', ' so', ' ask', ' not'].map((word) => tokenizer.encode(word)[0]!);
    const { sequences } = await start(prompt);
    const step = async (...tokens: readonly (number | undefined)[]): Promise<number[]> => {
      const rules = tokens.map(() => rule);
      const [choices] = await backend.step([{ sequences, tokens: tokens.map((id) => id!), rules }]);
      return choices!.map(({ top }) => top[0]!.id);
    };

    backend.reorder(sequences, [0, 0, 0]);
    expect(await step(and, ask, and)).toEqual([so, not, so]);
    backend.reorder(sequences, [1, 0]);
    const words = (await step(not, so)).map((id) => tokenizer.decode([id]));
    backend.reorder(sequences, [1]);
    const [last] = await step(tokenizer.encode(' my')[0]);
    sequences.release();

    expect(words).toEqual([' what', ' my']);
    expect(tokenizer.decode([last!])).toBe(' fellow');
  });

  it.runIf(device === 'cpu')('more rows than one step takes are stepped in parts', async () => {
    const rules = new TokenRules(tokenizer, backend.dimensions.vocabularySize);
    const prompt = tokenizer.startSequence('en', 'transcribe');
    const rule = rules.next([], null);
    const started: StartReply[] = [];
    for (let i = 0; i < 27; i++) started.push(await backend.start({ window, prompt, rule, probe: null }));
    const first = started[0]!.choice.top[0]!.id;
    for (const { sequences } of started) backend.reorder(sequences, new Array<number>(10).fill(0));

    const choices = await backend.step(
      started.map(({ sequences }) => ({
        sequences,
        tokens: new Array<number>(10).fill(first),
        rules: new Array<TokenRule>(10).fill(rules.next([first], null)),
      })),
    );
    for (const { sequences } of started) sequences.release();

    expect(choices).toHaveLength(27);
    for (const rows of choices) expect(rows).toEqual(new Array(10).fill(choices[0]![0]));
  });
});

describe('beams through the engine', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = openTestEngine();
  });
  afterAll(async () => {
    await engine.close();
  });

  it('tell every token of the result once, in order, and none that is taken back', async () => {
    const { events, segments } = await runJob(engine, KENNEDY, { beamSize: 5, bestOf: 5 });

    expect(events.filter(({ kind }) => kind === 'attempt')).toHaveLength(1);
    const told = events.flatMap((event) => (event.kind === 'token' ? [event.id] : []));
    expect(told).toEqual(segments.flatMap(({ tokens }) => tokens));
    expect(plainWords(segments.map(({ text }) => text).join(''))).toBe(KENNEDY_WORDS);
  });

  it.skipIf(CORPUS === null)('hear passages side by side, several rows each', async () => {
    const speech = join(CORPUS ?? '', 'dev', 'long', 'long_trump_address_ms13_2018.mp3');
    const options = { language: 'en', beamSize: 5 } as const;
    const alone = await runJob(engine, speech, { ...options, batchSize: 2 });
    const together = await runJob(engine, speech, { ...options, batchSize: 8 });

    expect(together.last.kind).toBe('done');
    expect(together.segments.length).toBeGreaterThan(10);
    if (existsSync(ADDON)) expect(together.segments).toEqual(alone.segments);
  });
});
