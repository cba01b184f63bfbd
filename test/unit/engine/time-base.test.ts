/**
 * The one time base: sound with clicks at known samples, a decoder that hears nothing but where in its window they are,
 * and the whole way between them: each click comes out once, in order, where it is.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecoderBackend, EncodedWindow, ScoredToken } from '../../../src/engine/backend/backend.js';
import { StepBatcher } from '../../../src/engine/backend/step-batcher.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../../../src/engine/mel/log-mel.js';
import { TIMESTAMP_SAMPLES } from '../../../src/engine/model/tokenizer.js';
import { transcribe } from '../../../src/engine/transcribe.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import type { Segment } from '../../../src/shared/transcript.js';
import { createFakeTokenizer, at, END_OF_TEXT } from './fake-tokenizer.js';
import { createScriptedBackend } from './scripted-backend.js';

const SECOND = 16_000;
const tokenizer = createFakeTokenizer();
/** What is said of a click lasts so long. */
const WORD_SAMPLES = 5 * TIMESTAMP_SAMPLES;

/** Places after which something is missing to the end of the window are left to the next one, as Whisper does. */
function sayClicks(samples: Float32Array): readonly ScoredToken[] {
  const window = samples.subarray(EDGE_SAMPLES, EDGE_SAMPLES + WINDOW_SAMPLES);
  let length = window.length;
  while (length > 0 && window[length - 1] === 0) length--;
  // A text without two timestamps on end begins where its window does (split-segments.ts).
  const ids: number[] = [at(0)];
  for (let click = window.indexOf(1); click !== -1; click = window.indexOf(1, click + 1)) {
    const start = Math.floor(click / TIMESTAMP_SAMPLES);
    ids.push(at(start / 50));
    if (length === WINDOW_SAMPLES && click + WORD_SAMPLES > length) break;
    ids.push(...tokenizer.encode(` ${click.toString(36)}`), at((start + 5) / 50));
  }
  return [...ids, END_OF_TEXT].map((id) => ({ id, logProbability: -0.1 }));
}

function createClickBackend(): DecoderBackend {
  const heard = new Map<EncodedWindow, readonly ScoredToken[]>();
  return {
    ...createScriptedBackend(({ window }) => heard.get(window)!),
    encode: (samples) => {
      const window: EncodedWindow = { release: () => void heard.delete(window) };
      heard.set(window, sayClicks(samples));
      return Promise.resolve(window);
    },
  };
}

async function* makeSound(
  length: number,
  clicks: readonly number[],
  blockSamples: number,
): AsyncGenerator<Float32Array> {
  let next = 0;
  for (let start = 0; start < length; start += blockSamples) {
    const block = new Float32Array(Math.min(blockSamples, length - start)).fill(0.01);
    for (; next < clicks.length && clicks[next]! < start + block.length; next++) {
      block[clicks[next]! - start] = 1;
    }
    yield await Promise.resolve(block);
  }
}

interface Run {
  readonly segments: readonly Segment[];
  /** Of each commit. */
  readonly processed: readonly number[];
}

async function run(
  length: number,
  clicks: readonly number[],
  { batchSize = 1, blockSamples = 65_536 } = {},
): Promise<Run> {
  const segments: Segment[] = [];
  const processed: number[] = [];
  await transcribe({
    audio: {
      format: 'clicks',
      expectedDuration: null,
      blocks: makeSound(length, clicks, blockSamples),
      warning: () => null,
      close: () => Promise.resolve(),
    },
    backend: new StepBatcher(createClickBackend()).join(),
    tokenizer,
    voiceModel: null,
    options: { ...DEFAULT_OPTIONS, language: 'en', batchSize },
    resume: null,
    sound: null,
    alignmentHeads: null,
    emit: (event) => {
      if (event.kind !== 'commit') return;
      segments.push(...event.segments);
      processed.push(event.processed);
    },
    signal: new AbortController().signal,
    beganMs: 0,
    cpuBegan: process.cpuUsage(),
    loadMs: 0,
    jobsAtOnce: () => 1,
  });
  return { segments, processed };
}

/** Each click once, in order, at most a step of Whisper's timestamps early; all sound done, and nothing twice. */
function expectInPlace({ segments, processed }: Run, length: number, clicks: readonly number[]): void {
  expect(segments.map(({ index }) => index)).toEqual(clicks.map((_, index) => index));
  const early = clicks.map((click, index) => click - segments[index]!.start);
  expect(Math.min(...early)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...early)).toBeLessThan(TIMESTAMP_SAMPLES);
  expect(segments.every(({ start, end }) => end > start && end <= length)).toBe(true);
  expect(
    processed.every((place, index) => Number.isInteger(place) && place > (processed[index - 1] ?? 0)),
  ).toBe(true);
  expect(length - processed.at(-1)!).toBeLessThan(SECOND / 10);
}

/** The first click is the first sample, the last one a word before the end. */
function placeClicks(gaps: readonly number[]): {
  readonly clicks: readonly number[];
  readonly length: number;
} {
  const clicks = [0];
  for (const gap of gaps) clicks.push(clicks.at(-1)! + gap);
  return { clicks, length: clicks.at(-1)! + WORD_SAMPLES };
}

/** Four to twelve seconds: two are in every window. */
const gaps = fc.array(fc.integer({ min: 4 * SECOND, max: 12 * SECOND }), { minLength: 1, maxLength: 30 });

describe('times in the file', () => {
  it('are exact at both ends and between, in order', async () => {
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 1_000, max: 65_536 }), async (apart, blockSamples) => {
        const { clicks, length } = placeClicks(apart);

        expectInPlace(await run(length, clicks, { blockSamples }), length, clicks);
      }),
      { numRuns: 25 },
    );
  });

  it('are exact at both ends and between, side by side', async () => {
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 2, max: 8 }), async (apart, batchSize) => {
        const { clicks, length } = placeClicks(apart);

        expectInPlace(await run(length, clicks, { batchSize }), length, clicks);
      }),
      { numRuns: 25 },
    );
  });

  it.each([1, 4])('do not drift in ten hours (batch size %i)', { timeout: 240_000 }, async (batchSize) => {
    let state = 1;
    const apart = Array.from({ length: 4_500 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return 4 * SECOND + (state % (8 * SECOND));
    });
    const { clicks, length } = placeClicks(apart);
    expect(length).toBeGreaterThan(10 * 3600 * SECOND * 0.99);

    expectInPlace(await run(length, clicks, { batchSize }), length, clicks);
  });
});
