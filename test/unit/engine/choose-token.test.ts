import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenRule } from '../../../src/engine/backend/backend.js';
import { probabilityOf, TokenChooser } from '../../../src/engine/backend/choose-token.js';

const free = (size: number): TokenRule => ({
  suppressed: new Uint8Array(size),
  barred: [],
  timestampBegin: null,
  top: 3,
  sample: null,
});

describe('choosing a token', () => {
  it('ranks by probability and gives log softmax over what the rule leaves', () => {
    const logits = Float32Array.of(1, 3, 2, 5, 0);
    const rule = { ...free(5), suppressed: Uint8Array.of(0, 0, 0, 1, 0) };

    const { top } = new TokenChooser(5).choose(logits, rule);

    const sum = Math.exp(1) + Math.exp(3) + Math.exp(2) + Math.exp(0);
    expect(top.map(({ id }) => id)).toEqual([1, 2, 0]);
    expect(top[0]!.logProbability).toBeCloseTo(3 - Math.log(sum), 12);
  });

  it('gives ties to the lower id', () => {
    const { top } = new TokenChooser(4).choose(Float32Array.of(2, 7, 7, 7), free(4));

    expect(top.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('bars ranges, and returns nothing when nothing is left', () => {
    const chooser = new TokenChooser(4);

    expect(chooser.choose(Float32Array.of(4, 3, 2, 1), { ...free(4), barred: [[0, 2]] }).top[0]!.id).toBe(2);
    expect(chooser.choose(Float32Array.of(4, 3, 2, 1), { ...free(4), barred: [[0, 4]] }).top).toEqual([]);
    expect(chooser.choose(new Float32Array(4).fill(NaN), free(4)).top).toEqual([]);
  });

  it('takes timestamps when together they outweigh the best word, though each alone is less likely', () => {
    const chooser = new TokenChooser(5);
    const rule = { ...free(5), timestampBegin: 2, top: 1 };

    // Each timestamp e^0.9 = 2.46, three of them 7.4, against e^1.5 = 4.5 and e^2.1 = 8.2.
    expect(chooser.choose(Float32Array.of(1.5, 0, 0.9, 0.9, 0.9), rule).top[0]!.id).toBe(2);
    expect(chooser.choose(Float32Array.of(2.1, 0, 0.9, 0.9, 0.9), rule).top[0]!.id).toBe(0);
  });

  it('draws from softmax at the temperature: frequencies follow the probabilities', () => {
    const logits = Float32Array.of(0, 1, -Infinity, 2);
    const chooser = new TokenChooser(4);
    const counts = [0, 0, 0, 0];
    const draws = 10_000;

    const uniforms = Array.from({ length: draws }, (_, i) => (i + 0.5) / draws);
    const rule = { ...free(4), sample: { temperature: 0.5, uniforms } };
    for (const { id } of chooser.choose(logits, rule).sampled) counts[id]!++;

    const weights = [1, Math.exp(2), 0, Math.exp(4)];
    const total = weights.reduce((a, b) => a + b);
    weights.forEach((weight, id) => {
      expect(counts[id]! / draws).toBeCloseTo(weight / total, 3);
    });
  });

  it('reports a drawn token at its probability of temperature 1', () => {
    const logits = Float32Array.of(0, 1);
    const rule = { ...free(2), sample: { temperature: 0.2, uniforms: [0.999, 0] } };

    const { sampled } = new TokenChooser(2).choose(logits, rule);

    expect(sampled.map(({ id }) => id)).toEqual([1, 0]);
    expect(Math.exp(sampled[0]!.logProbability)).toBeCloseTo(Math.E / (1 + Math.E), 12);
  });

  it('never returns a suppressed or barred token, whatever the logits', () => {
    const size = 12;
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -50, max: 50 }), { minLength: size, maxLength: size }),
        fc.array(fc.constantFrom(0, 1), { minLength: size, maxLength: size }),
        fc.nat(size),
        fc.double({ min: 0.1, max: 1, maxExcluded: true, noNaN: true }),
        (logits, suppressed, barredTo, uniform) => {
          const { top, sampled } = new TokenChooser(size).choose(Float32Array.from(logits), {
            suppressed: Uint8Array.from(suppressed),
            barred: [[0, barredTo]],
            timestampBegin: 8,
            top: 5,
            sample: { temperature: 0.7, uniforms: [uniform, 1 - uniform / 2] },
          });
          for (const { id } of [...top, ...sampled]) {
            expect(suppressed[id]).toBe(0);
            expect(id).toBeGreaterThanOrEqual(barredTo);
          }
        },
      ),
    );
  });
});

describe('probability of one token', () => {
  it('is softmax over everything', () => {
    expect(probabilityOf(Float32Array.of(0, 0, 0, 0), 2)).toBeCloseTo(0.25, 12);
  });
});
