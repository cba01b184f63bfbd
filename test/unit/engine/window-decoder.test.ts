/** What one window hands to the next, over a backend that says what it is told to. */
import { describe, expect, it } from 'vitest';
import { WindowDecoder } from '../../../src/engine/decoding/window-decoder.js';
import type { WindowOutcome } from '../../../src/engine/decoding/window-decoder.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../../../src/engine/mel/log-mel.js';
import type { StartRequest } from '../../../src/engine/backend/backend.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';
import type { NumberedFrames } from '../../../src/engine/voice/late-speech.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import type { JobEvent } from '../../../src/shared/events.js';
import type { TranscribeOptions } from '../../../src/shared/options.js';
import { at, createFakeTokenizer, END_OF_TEXT } from './fake-tokenizer.js';
import { createScriptedBackend } from './scripted-backend.js';

const tokenizer = createFakeTokenizer();
const START_OF_PREVIOUS = 50361;

/** A loud window that follows `previous`; each attempt is `logProbabilities` of the same words. */
async function decode(
  previous: readonly number[],
  logProbabilities: readonly number[],
  options: Partial<TranscribeOptions> = {},
  text = ' hello there',
  frames: NumberedFrames | null = null,
  noSpeechProbability?: number,
): Promise<{ outcome: WindowOutcome; starts: readonly StartRequest[]; events: readonly JobEvent[] }> {
  const words = [at(0), ...tokenizer.encode(text), at(2), END_OF_TEXT];
  const backend = createScriptedBackend(
    (_, index) => words.map((id) => ({ id, logProbability: logProbabilities[index]! })),
    noSpeechProbability,
  );
  const decoder = new WindowDecoder({
    backend,
    tokenizer,
    // The script has one row, and so one sample.
    options: { ...DEFAULT_OPTIONS, language: 'en', bestOf: 1, ...options },
    alignmentHeads: null,
    resume: null,
    signal: new AbortController().signal,
    beganMs: 0,
    candidates: 4,
  });
  const events: JobEvent[] = [];
  const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES).fill(0.1);
  const outcome = await decoder.decode({
    samples,
    start: 480_000,
    length: WINDOW_SAMPLES,
    ahead: (async function* () {})(),
    previous,
    language: null,
    frames,
    emit: (event) => events.push(event),
  });
  return { outcome, starts: backend.starts, events };
}

describe('the text before the next window', () => {
  it('is what was there and what was heard', async () => {
    const { outcome } = await decode([300], [-0.1]);

    expect(outcome.previous).toEqual([300, at(0), ...tokenizer.encode(' hello there'), at(2)]);
  });

  it('is nothing after a window whose attempts all failed, though a cool one is kept', async () => {
    const { outcome } = await decode([300], [-1.1, -2, -2, -2, -2, -2]);

    expect(outcome.segments[0]).toMatchObject({ text: ' hello there', temperature: 0 });
    expect(outcome.previous).toEqual([]);
  });

  it('is nothing after a hot attempt, and stays after a warm one', async () => {
    expect((await decode([300], [-2, -2, -2, -0.1])).outcome.previous).toEqual([]);
    expect((await decode([300], [-2, -2, -0.1])).outcome.previous).toContain(300);
  });

  it('is nothing of a loop', async () => {
    const { outcome } = await decode([300], new Array<number>(6).fill(-0.1), {}, ' no'.repeat(30));

    expect(outcome.segments.map(({ text }) => text)).toEqual([' no']);
    expect(outcome.previous).toEqual([]);
  });
});

describe('the prompt', () => {
  it('holds the text before', async () => {
    const { starts } = await decode([300, 301], [-0.1]);

    expect(starts[0]?.prompt).toEqual([START_OF_PREVIOUS, 300, 301, 50258, 50259, 50359]);
    expect(starts[0]?.probe).toEqual({ position: 3, token: 50362 });
  });

  it('holds at most the last 223 tokens', async () => {
    const long = Array.from({ length: 300 }, (_, i) => i % 200);
    const { starts } = await decode(long, [-0.1]);

    expect(starts[0]?.prompt).toEqual([START_OF_PREVIOUS, ...long.slice(-223), 50258, 50259, 50359]);
  });

  it('begins with the vocabulary, for which the text before makes room', async () => {
    const long = Array.from({ length: 300 }, (_, i) => i % 200);
    const hints = tokenizer.encode(' XRT, Ngũgĩ.');
    const { starts } = await decode(long, [-0.1], { vocabulary: ['XRT', 'Ngũgĩ'] });

    const kept = long.slice(-223 + hints.length);
    expect(starts[0]?.prompt).toEqual([START_OF_PREVIOUS, ...hints, ...kept, 50258, 50259, 50359]);
  });

  it('is taken away when the window only says it, and what is then heard is kept', async () => {
    const { outcome, starts } = await decode([], [-0.1, -0.1], { vocabulary: ['hello', 'there'] });

    expect(starts.map(({ prompt }) => prompt.length > 3)).toEqual([true, false]);
    expect(outcome.segments.map(({ text }) => text)).toEqual([' hello there']);
  });
});

describe('text in whose sound nobody speaks', () => {
  /** Speech, if any, from the third second of the window on; the text ends at the second. */
  const hear = (speech: number) => ({
    first: Math.floor(480_000 / FRAME_SAMPLES),
    frames: Array.from({ length: 937 }, (_, i) => ({ probability: i < 90 ? 0 : speech, level: 0.1 })),
  });

  it('is not told, nor the prompt of the next window, but where it was is', async () => {
    const { outcome } = await decode([300], [-0.1], {}, ' hello there', hear(0.9));

    expect(outcome.segments).toEqual([]);
    expect(outcome.previous).toEqual([300]);
    expect(outcome.skipped).toEqual([{ kind: 'noise', start: 480_000, end: 512_000 }]);
  });

  it('is told where the detector hears nobody at all', async () => {
    const { outcome } = await decode([300], [-0.1], {}, ' hello there', hear(0));

    expect(outcome.segments.map(({ text }) => text)).toEqual([' hello there']);
    expect(outcome.skipped).toEqual([]);
  });
});

describe('a window that Whisper takes for silence', () => {
  /** Speech in all frames of the text but the first of the window, or in none. */
  const hear = (speech: number) => ({
    first: Math.floor(480_000 / FRAME_SAMPLES),
    frames: Array.from({ length: 937 }, (_, i) => ({ probability: i === 0 ? 0 : speech, level: 0.1 })),
  });
  const unsure = [-1.1, -0.4];

  it('is decoded again, and told, where the detector hears speech', async () => {
    const { outcome, starts } = await decode([], unsure, {}, ' hello there', hear(0.9), 0.9);

    expect(starts).toHaveLength(2);
    expect(outcome).toMatchObject({
      isSilent: false,
      segments: [{ text: ' hello there', temperature: 0.2 }],
    });
  });

  it.each([
    ['the detector hears none', hear(0.4)],
    ['there is no detector', null],
  ])('is silent where %s', async (_name, frames) => {
    const { outcome, starts } = await decode([], unsure, {}, ' hello there', frames, 0.9);

    expect(starts).toHaveLength(1);
    expect(outcome).toMatchObject({ isSilent: true, segments: [] });
  });
});

describe('replacements', () => {
  it('are made in the text, not in the prompt of the next window', async () => {
    const replacements = [{ from: 'there', to: 'Tara' }];
    const { outcome } = await decode([], [-0.1], { replacements });

    expect(outcome.segments.map(({ text }) => text)).toEqual([' hello Tara']);
    expect(tokenizer.decode(outcome.previous)).toBe(' hello there');
  });
});

describe('the tokens', () => {
  const tokensOf = (events: readonly JobEvent[]) => events.filter((event) => event.kind === 'token');

  it('are told with what else was probable, but not by a search over several texts', async () => {
    const greedy = tokensOf((await decode([], [-0.1])).events);
    const beams = tokensOf((await decode([], [-0.1], { beamSize: 2 })).events);

    expect(beams.map(({ id }) => id)).toEqual(greedy.map(({ id }) => id));
    expect(greedy.length).toBeGreaterThan(2);
    expect(greedy.every(({ alternatives, latencyMs }) => alternatives && latencyMs !== undefined)).toBe(true);
    expect(beams.some((token) => 'alternatives' in token || 'latencyMs' in token)).toBe(false);
  });
});
