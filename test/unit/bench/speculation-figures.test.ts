import { describe, expect, it } from 'vitest';
import { computeSpeedUp, measureAcceptance } from '../../bench/speculation-figures.js';

const END = 99;
/** Five tokens and the end; the draft is right but for the fourth token. */
const window = {
  tokens: [1, 2, 3, 4, 5, END],
  drafts: [[1, 2], [2, 3], [3, 7], [7, 8], [5, END], [END]],
};

describe('acceptance', () => {
  it('counts passes as speculative decoding makes them', () => {
    // 2 is proposed and right, 3 is the model's own; 7 is wrong, 4 is the model's own; 5 is right, END its own.
    expect(measureAcceptance([window], 1)).toEqual({
      rate: 2 / 3,
      tokensPerPass: 5 / 3,
      passes: 3,
      tokens: 5,
    });
    // 2 and 3 right, 4 its own; 5 and END right, and nothing is left to add.
    expect(measureAcceptance([window], 2)).toEqual({ rate: 1, tokensPerPass: 5 / 2, passes: 2, tokens: 5 });
  });

  it('of a draft that is always wrong is that of no draft', () => {
    const wrong = { ...window, drafts: window.tokens.map(() => [0, 0]) };
    expect(measureAcceptance([wrong, wrong], 2)).toEqual({
      rate: 0,
      tokensPerPass: 1,
      passes: 10,
      tokens: 10,
    });
  });
});

describe('speed-up', () => {
  const costs = { encode: 100, draftEncode: 30, step: 4, draftStep: 1, rows: [NaN, NaN, 5, 6] };

  it('is what steps would have cost over what drafts and passes cost', () => {
    const { decoding, window: whole } = computeSpeedUp(measureAcceptance([window], 2), 2, 1, costs);
    expect(decoding).toBe(20 / 16);
    expect(whole).toBe(120 / 146);
  });
});
