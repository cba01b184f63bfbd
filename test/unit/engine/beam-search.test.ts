import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenChoice } from '../../../src/engine/backend/backend.js';
import { countWanted, listFinalists, selectBeams } from '../../../src/engine/decoding/beams.js';
import { createBeamSearch } from '../../../src/engine/decoding/beam-search.js';
import { chooseMostLikely } from '../../../src/engine/decoding/hypothesis.js';
import type { Hypothesis } from '../../../src/engine/decoding/hypothesis.js';
import { searchGreedily } from '../../../src/engine/decoding/search.js';
import { createFakeRequest, FakeDecoder } from './fake-decoder.js';
import { pythonRound, referenceBeamSearch } from './reference-decoding.js';

const seeds = fc.nat(0xffff_ffff);
const penalties = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
const END = 9;

function textOf(ids: readonly number[], sum: number): Hypothesis {
  return { tokens: ids.map((id) => ({ id, logProbability: 0 })), sum };
}
function choiceOf(...top: readonly (readonly [id: number, logProbability: number])[]): TokenChoice {
  return { top: top.map(([id, logProbability]) => ({ id, logProbability })), sampled: [] };
}

describe('beam search', () => {
  it('finds what openai/whisper finds, for any width, patience, length penalty and limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(1, 0.5, 0.7, 1.5, 2),
        penalties,
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 24 }),
        async (seed, beamSize, patience, lengthPenalty, maxTokens, room) => {
          fc.pre(pythonRound(beamSize * patience) > 0);
          const backend = new FakeDecoder(seed, 2 + room);
          const { request, told } = createFakeRequest(backend, { maxTokens });

          const found = await createBeamSearch({ beamSize, patience, lengthPenalty })(request);

          const loop = { seed, maxTokens, room };
          const expected = referenceBeamSearch(loop, beamSize, patience, lengthPenalty);
          expect(found.tokens).toEqual(expected.tokens);
          expect(found.averageLogProbability).toBeCloseTo(expected.averageLogProbability, 9);
          expect(found.noSpeechProbability).toBe(0.25);
          expect(told).toEqual(found.tokens);
          expect(backend.started.map(({ isReleased }) => isReleased)).toEqual([true]);
          expect(Math.max(0, ...backend.steps)).toBeLessThanOrEqual(beamSize);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('with one beam finds what greedy search finds', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 24 }), async (seed, maxTokens) => {
        const { request } = createFakeRequest(new FakeDecoder(seed), { maxTokens });

        const beam = await createBeamSearch({ beamSize: 1, patience: 1, lengthPenalty: null })(request);

        expect(beam).toEqual(await searchGreedily(request));
      }),
    );
  });

  it('tells tokens while it is still at work', async () => {
    let early = 0;
    for (let seed = 0; seed < 20; seed++) {
      const backend = new FakeDecoder(seed);
      const stepsAtToken: number[] = [];
      const { request } = createFakeRequest(backend, {
        onToken: () => stepsAtToken.push(backend.steps.length),
      });
      await createBeamSearch({ beamSize: 3, patience: 1, lengthPenalty: null })(request);
      early += stepsAtToken.filter((steps) => steps < backend.steps.length).length;
    }

    expect(early).toBeGreaterThan(20);
  });

  it('ends when it is cancelled, and frees its rows', async () => {
    const backend = new FakeDecoder(1);
    const { request } = createFakeRequest(backend, { signal: AbortSignal.abort() });

    const search = createBeamSearch({ beamSize: 5, patience: 1, lengthPenalty: null });
    await expect(search(request)).rejects.toMatchObject({ code: 'cancelled' });

    expect(backend.started[0]!.isReleased).toBe(true);
    expect(backend.steps).toEqual([]);
  });
});

describe('a step of beam search', () => {
  it('gives equally probable texts to the earlier row, then to the earlier choice', () => {
    const step = selectBeams(
      [textOf([1], -1), textOf([2], -1)],
      [choiceOf([5, -1], [6, -1], [7, -1]), choiceOf([5, -1], [6, -1], [7, -1])],
      { beamSize: 2, endOfText: END },
    );

    expect(step.live.map(({ parent, text }) => [parent, text.tokens.at(-1)!.id])).toEqual([
      [0, 5],
      [0, 6],
    ]);
  });

  it('does not count an end that is less probable than all that go on', () => {
    const choice = choiceOf([5, -1], [6, -2], [END, -3]);

    expect(selectBeams([textOf([1], 0)], [choice], { beamSize: 2, endOfText: END }).finished).toEqual([]);
    expect(selectBeams([textOf([1], 0)], [choice], { beamSize: 3, endOfText: END })).toMatchObject({
      live: [{ parent: 0 }, { parent: 0 }],
      finished: [{ sum: -3 }],
    });
  });

  it('wants as many finished texts as Python would round to, one at least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 40 }), (beams, quarters) => {
        expect(countWanted(beams, quarters / 4)).toBe(Math.max(1, pythonRound((beams * quarters) / 4)));
      }),
    );
    expect(countWanted(5, 0.5)).toBe(2);
    expect(countWanted(5, 0.7)).toBe(4);
    expect(countWanted(1, 0.1)).toBe(1);
  });

  it('fills up with texts that were cut short only where too few have ended', () => {
    const ended = [textOf([1], -1), textOf([2], -2)];
    const live = [textOf([3], -3), textOf([4], -4)];

    expect(listFinalists(ended, live, 2)).toEqual(ended);
    expect(listFinalists(ended, live, 3)).toEqual([...ended, live[0]]);
    expect(listFinalists([], live, 5)).toEqual(live);
  });
});

describe('the most likely text', () => {
  it('is the first of equally likely ones', () => {
    const texts = [textOf([1, 2], -3), textOf([3, 4], -2), textOf([5, 6], -2)];

    expect(chooseMostLikely(texts, null)).toBe(texts[1]);
  });

  it('is a longer one the higher the length penalty', () => {
    const short = textOf([1], -2);
    const long = textOf([1, 2, 3, 4, 5, 6, 7], -3);

    expect(chooseMostLikely([short, long], 0)).toBe(short);
    expect(chooseMostLikely([short, long], 1)).toBe(long);
    expect(chooseMostLikely([short, long], null)).toBe(long);
  });
});
