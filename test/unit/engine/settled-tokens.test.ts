import { expect, it } from 'vitest';
import type { Hypothesis } from '../../../src/engine/decoding/hypothesis.js';
import { SettledTokens } from '../../../src/engine/decoding/settled-tokens.js';

function textOf(...ids: readonly number[]): Hypothesis {
  return { tokens: ids.map((id) => ({ id, logProbability: -id })), sum: 0 };
}

it('tells what all texts share, as soon as they do, and each token once', () => {
  const told: number[] = [];
  const settled = new SettledTokens(({ id }) => told.push(id));

  settled.tell([textOf(1), textOf(2)]);
  expect(told).toEqual([]);
  settled.tell([textOf(1, 5), textOf(1, 6)]);
  expect(told).toEqual([1]);
  settled.tell([textOf(1, 6, 7, 8), textOf(1, 6, 7, 9)]);
  expect(told).toEqual([1, 6, 7]);
  settled.tell([textOf(1, 6, 7, 9)]);
  expect(told).toEqual([1, 6, 7, 9]);
});

it('tells nothing beyond the end of a finished text that can still win', () => {
  const told: number[] = [];
  const settled = new SettledTokens(({ id }) => told.push(id));

  settled.tell([textOf(1, 2, 3), textOf(1, 2)]);

  expect(told).toEqual([1, 2]);
});
