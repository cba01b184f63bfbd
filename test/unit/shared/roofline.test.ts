import { describe, expect, it } from 'vitest';
import { computeRoofline, weightBytes } from '../../../src/shared/roofline.js';
import type { LayerTiming } from '../../../src/shared/timing.js';

const BASE = { id: 'base', width: 512, decoderLayers: 6, vocabularySize: 51_865 };

function timing(layer: number, operation: LayerTiming['operation'], totalMs: number): LayerTiming {
  return { part: 'decoder', layer, operation, totalMs, count: 10 };
}

describe('weightBytes', () => {
  it('adds up to the 22 MB of layers and 26.6 MB of vocabulary of Whisper base', () => {
    const layers = (['self-attention', 'cross-attention', 'feed-forward'] as const).map((operation) =>
      weightBytes(operation, BASE),
    );

    expect(layers).toEqual([6_291_456, 3_145_728, 12_582_912]);
    expect(weightBytes('vocabulary', BASE)).toBe(26_554_880);
  });
});

describe('computeRoofline', () => {
  it('joins the layers of an operation, and counts a pass once', () => {
    const layers = [timing(0, 'feed-forward', 3), timing(1, 'feed-forward', 5), timing(0, 'choice', 99)];

    expect(computeRoofline({ layers, model: BASE })).toEqual([
      {
        operation: 'feed-forward',
        passes: 10,
        bytesPerPass: 12_582_912,
        msPerPass: 0.8,
        bytesPerSecond: 12_582_912 / 0.0008,
      },
    ]);
  });

  it('says nothing where nothing was seen', () => {
    expect(computeRoofline({ layers: null, model: BASE })).toEqual([]);
    expect(computeRoofline({ layers: [], model: BASE })).toEqual([]);
  });
});
