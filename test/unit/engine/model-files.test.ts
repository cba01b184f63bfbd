import { describe, expect, it } from 'vitest';
import { findAlignmentHeads } from '../../../src/engine/model/model-files.js';

const BASE = { decoderLayers: 6, heads: 8 };

describe('alignment heads', () => {
  it('are those that the model names', () => {
    const config = {
      alignment_heads: [[3, 1] satisfies [number, number], [5, 7] satisfies [number, number]],
    };

    expect(findAlignmentHeads(config, BASE)).toEqual({
      kind: 'known',
      heads: [
        { layer: 3, head: 1 },
        { layer: 5, head: 7 },
      ],
    });
  });

  it.each([
    ['names none', {}],
    ['has an empty list', { alignment_heads: [] }],
    ['names a layer that it does not have', { alignment_heads: [[6, 0] satisfies [number, number]] }],
    ['names a head that it does not have', { alignment_heads: [[0, 8] satisfies [number, number]] }],
  ])('are unknown, with a reason, when the model %s', (_, config) => {
    const found = findAlignmentHeads(config, BASE);

    expect(found.kind).toBe('unknown');
    if (found.kind === 'unknown') expect(found.reason).toMatch(/^the model /);
  });
});
