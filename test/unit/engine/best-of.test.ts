import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBestOf } from '../../../src/engine/decoding/best-of.js';
import { chooseSearch } from '../../../src/engine/decoding/choose-search.js';
import { searchGreedily } from '../../../src/engine/decoding/search.js';
import { createFakeRequest, FakeDecoder, scramble } from './fake-decoder.js';
import { referenceBestOf } from './reference-decoding.js';

const seeds = fc.nat(0xffff_ffff);
const penalties = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
const temperatures = fc.constantFrom(0.2, 0.4, 0.8, 1);

function createRandom(seed: number): () => number {
  let draws = 0;
  return () => scramble(seed, draws++);
}

describe('best of several samples', () => {
  it('is what openai/whisper would keep of the same draws', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.integer({ min: 1, max: 6 }),
        temperatures,
        penalties,
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 24 }),
        async (seed, bestOf, temperature, lengthPenalty, maxTokens, room) => {
          const backend = new FakeDecoder(seed, 2 + room);
          const { request, told } = createFakeRequest(backend, { seed, maxTokens, temperature });

          const found = await createBestOf({ bestOf, lengthPenalty })(request);

          const draw = { count: bestOf, temperature, random: createRandom(seed) };
          const expected = referenceBestOf({ seed, maxTokens, room }, draw, lengthPenalty);
          expect(found.tokens).toEqual(expected.tokens);
          expect(found.averageLogProbability).toBeCloseTo(expected.averageLogProbability, 9);
          expect(told).toEqual(found.tokens);
          expect(backend.started.map(({ isReleased }) => isReleased)).toEqual([true]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('drops the rows of samples that have ended', async () => {
    let dropped = 0;
    for (let seed = 0; seed < 20; seed++) {
      const backend = new FakeDecoder(seed);
      const { request } = createFakeRequest(backend, { seed, temperature: 1 });
      await createBestOf({ bestOf: 5, lengthPenalty: null })(request);

      expect(backend.steps).toEqual([...backend.steps].sort((a, b) => b - a));
      if (backend.steps[0]! > backend.steps.at(-1)!) dropped++;
    }

    expect(dropped).toBeGreaterThan(10);
  });

  it('of one is the sample that greedy search draws', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, temperatures, async (seed, temperature) => {
        const first = createFakeRequest(new FakeDecoder(seed), { seed, temperature });
        const second = createFakeRequest(new FakeDecoder(seed), { seed, temperature });

        const found = await createBestOf({ bestOf: 1, lengthPenalty: null })(first.request);

        expect(found).toEqual(await searchGreedily(second.request));
      }),
    );
  });
});

describe('the search of an attempt', () => {
  const search = chooseSearch({ beamSize: 3, patience: 1, lengthPenalty: null, bestOf: 4 });

  it('is beams at temperature 0 and samples above', async () => {
    const cold = new FakeDecoder(7);
    await search(createFakeRequest(cold).request);
    const hot = new FakeDecoder(7);
    await search(createFakeRequest(hot, { temperature: 0.2 }).request);

    expect(cold.steps[0]).toBe(3);
    expect(hot.steps[0]).toBe(4);
  });
});
