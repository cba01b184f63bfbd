/**
 * `npm run bench -- --only speculation`: would whisper-tiny as a draft make base faster? Both through the
 * native engine, on recordings of the corpus: how often tiny proposes what base says, what their passes cost,
 * and what follows from it. The model tiny must be installed.
 *
 * What is approximate: a pass of base over k + 1 tokens of one sequence is not in the backend's interface, so
 * its cost is that of a step of k + 1 rows with the same past, which reads the weights once as well. Two things
 * are left out in favour of speculation: tiny's own prompt, and the step that brings its cache up to date when
 * all its tokens were accepted.
 */
import { join } from 'node:path';
import type { DecoderBackend, EncodedWindow, TokenChoice } from '../../src/engine/backend/backend.js';
import { openBackend } from '../../src/engine/backend/open-backend.js';
import { searchGreedily } from '../../src/engine/decoding/search.js';
import { TokenRules } from '../../src/engine/decoding/token-rules.js';
import type { EngineConfig } from '../../src/engine/engine.js';
import { describeModel } from '../../src/engine/model/describe-model.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { requireModel } from '../../src/models/store.mjs';
import { LANGUAGE } from './bench-engine.js';
import { takeWindow } from './own-parts.js';
import { computeSpeedUp, measureAcceptance } from './speculation-figures.js';
import type { Costs, DraftedWindow } from './speculation-figures.js';
import { formatNumber, formatRatio, formatShare, median } from './statistics.js';
import { readSamples } from './wav-samples.js';

const LENGTHS = [1, 2, 3, 4, 5, 6] as const;
const LONGEST = 6;
/** Interleaved rounds over every recording, for the times. */
const ROUNDS = 3;

export interface SpeculationSetting {
  readonly folders: EngineConfig;
  readonly threads: number;
  /** 16-bit WAV files; the first 30 s of each are used. */
  readonly paths: readonly string[];
  readonly say: (text: string) => void;
}

interface Speaker {
  readonly backend: DecoderBackend;
  readonly rules: TokenRules;
  readonly prompt: readonly number[];
  readonly endOfText: number;
  readonly timestampBegin: number;
}

/** The result as text. */
export async function measureSpeculation({
  folders,
  threads,
  paths,
  say,
}: SpeculationSetting): Promise<string> {
  const base = await openSpeaker(folders, 'base', threads);
  const tiny = await openSpeaker(folders, 'tiny', threads);
  const windows: DraftedWindow[] = [];
  const times: CostSamples = {
    encode: [],
    draftEncode: [],
    step: [],
    draftStep: [],
    rows: LENGTHS.map(() => []),
  };
  try {
    for (const [index, path] of paths.entries()) {
      const sound = takeWindow(await readSamples(path), 0);
      const [window, draftWindow] = [await encode(base, sound), await encode(tiny, sound)];
      const tokens = await decode(base, window);
      windows.push({ tokens, drafts: await draftAll(tiny, draftWindow, tokens) });
      for (let round = 0; round < ROUNDS; round++) await measureOnce(base, tiny, sound, times);
      window.release();
      draftWindow.release();
      say(`${index + 1} of ${paths.length}: ${tokens.length} tokens`);
    }
  } finally {
    await base.backend.close();
    await tiny.backend.close();
  }
  return format(windows, times, threads);
}

async function openSpeaker(folders: EngineConfig, id: string, threads: number): Promise<Speaker> {
  const model = findModel(await readCatalog(folders.resourcesFolder), id);
  const modelFolder = await requireModel(model, folders.modelsFolder);
  const { dimensions, tokenizer } = await describeModel(model, modelFolder);
  const { backend } = await openBackend({
    device: 'cpu',
    model,
    modelFolder,
    dimensions,
    threads,
    addonPath: join(folders.resourcesFolder, '..', 'out', 'native', 'tilescribe_native.node'),
    signal: new AbortController().signal,
  });
  const { special } = tokenizer;
  return {
    backend,
    rules: new TokenRules(tokenizer, backend.dimensions.vocabularySize),
    prompt: tokenizer.startSequence(LANGUAGE, 'transcribe'),
    endOfText: special.endOfText,
    timestampBegin: special.timestampBegin,
  };
}

const encode = ({ backend }: Speaker, samples: Float32Array): Promise<EncodedWindow> =>
  backend.encode(samples, backend.dimensions.audioContext, new AbortController().signal);

/** Greedily, with the end of text when it came. */
async function decode(speaker: Speaker, window: EncodedWindow): Promise<readonly number[]> {
  const maxTokens = speaker.backend.dimensions.textContext / 2;
  const { tokens } = await searchGreedily({
    ...speaker,
    window,
    noSpeechProbe: { position: 0, token: speaker.endOfText },
    timestampBegin: speaker.timestampBegin,
    temperature: 0,
    maxTokens,
    random: () => 0,
    onToken: () => undefined,
    signal: new AbortController().signal,
  });
  return tokens.length < maxTokens ? [...tokens, speaker.endOfText] : tokens;
}

async function draftAll(
  tiny: Speaker,
  window: EncodedWindow,
  tokens: readonly number[],
): Promise<readonly (readonly number[])[]> {
  const drafts: (readonly number[])[] = [];
  for (let at = 0; at < tokens.length; at++) drafts.push(await draft(tiny, window, tokens.slice(0, at)));
  return drafts;
}

/** What tiny says after that prefix, under the same rules as base. */
async function draft(
  tiny: Speaker,
  window: EncodedWindow,
  prefix: readonly number[],
): Promise<readonly number[]> {
  const { backend, rules, prompt, endOfText } = tiny;
  const rule = rules.next(prefix, null);
  const { sequences, choice } = await backend.start({
    window,
    prompt: [...prompt, ...prefix],
    rule,
    probe: null,
  });
  const found = [bestOf(choice)];
  while (found.length < LONGEST && found.at(-1) !== endOfText) {
    const next = rules.next([...prefix, ...found], null);
    const [choices] = await backend.step([{ sequences, tokens: found.slice(-1), rules: [next] }]);
    found.push(bestOf(choices![0]!));
  }
  sequences.release();
  return found;
}

const bestOf = (choice: TokenChoice): number => choice.top[0]!.id;

type CostSamples = { readonly [Name in Exclude<keyof Costs, 'rows'>]: number[] } & {
  /** By place in LENGTHS. */
  readonly rows: readonly number[][];
};

/** One after the other, so that all meet the same machine. */
async function measureOnce(
  base: Speaker,
  tiny: Speaker,
  samples: Float32Array,
  times: CostSamples,
): Promise<void> {
  const [window, encodeMs] = await time(() => encode(base, samples));
  const [draftWindow, draftEncodeMs] = await time(() => encode(tiny, samples));
  times.encode.push(encodeMs);
  times.draftEncode.push(draftEncodeMs);
  times.step.push(...(await timeSteps(base, window, 1)));
  times.draftStep.push(...(await timeSteps(tiny, draftWindow, 1)));
  for (const [place, length] of LENGTHS.entries()) {
    times.rows[place]!.push(...(await timeSteps(base, window, length + 1)));
  }
  window.release();
  draftWindow.release();
}

/** A few steps of so many rows, about 40 tokens into a text. */
async function timeSteps(
  { backend, rules, prompt }: Speaker,
  window: EncodedWindow,
  rows: number,
): Promise<readonly number[]> {
  const text = Array.from({ length: 40 }, (_value, i) => 400 + i);
  const rule = rules.next(text, null);
  const { sequences } = await backend.start({ window, prompt: [...prompt, ...text], rule, probe: null });
  backend.reorder(sequences, new Array<number>(rows).fill(0));
  const input = { sequences, tokens: text.slice(0, rows), rules: new Array<typeof rule>(rows).fill(rule) };
  const found: number[] = [];
  for (let step = 0; step < 5; step++) found.push((await time(() => backend.step([input])))[1]);
  sequences.release();
  return found;
}

async function time<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

function toCosts(
  { encode: whole, draftEncode, step, draftStep, rows }: CostSamples,
  choose: (values: readonly number[]) => number,
): Costs {
  return {
    encode: choose(whole),
    draftEncode: choose(draftEncode),
    step: choose(step),
    draftStep: choose(draftStep),
    rows: [Number.NaN, Number.NaN, ...rows.map(choose)],
  };
}

function format(windows: readonly DraftedWindow[], times: CostSamples, threads: number): string {
  const tokens = windows.reduce((sum, window) => sum + window.tokens.length, 0);
  // Other work on the machine only ever adds to a time: the least is what the engine can do.
  const least = toCosts(times, (values) => Math.min(...values));
  return `Whisper tiny as a draft for base, ${windows.length} windows, ${tokens} tokens, ${threads} threads
By the medians: ${formatTable(windows, toCosts(times, median))}
By the least: ${formatTable(windows, least)}`;
}

function formatTable(windows: readonly DraftedWindow[], costs: Costs): string {
  const head = ['drafted', 'accepted', 'tokens a pass', 'pass, ms', 'decoding', 'whole window'];
  const lines = LENGTHS.map((length) => {
    const found = measureAcceptance(windows, length);
    const speedUp = computeSpeedUp(found, length, windows.length, costs);
    return [
      String(length),
      formatShare(found.rate),
      formatNumber(found.tokensPerPass),
      formatNumber(costs.rows[length + 1] ?? Number.NaN),
      formatRatio(speedUp.decoding),
      formatRatio(speedUp.window),
    ];
  });
  const table = [head, ...lines].map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(head[at]!.length))
      .join('  ')
      .trimEnd(),
  );
  return `base encodes 30 s in ${formatNumber(costs.encode)} ms, a step ${formatNumber(costs.step)}; \
tiny ${formatNumber(costs.draftEncode)} and ${formatNumber(costs.draftStep)}
${table.join('\n')}
`;
}
