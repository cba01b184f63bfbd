import { expect, it } from 'vitest';
import { bandwidthForGoal, formatModel, speedOf } from '../../../src/cli/model-npu.js';
import type { NpuStepCost, NpuStepQuery } from '../../../src/engine/backend/native-addon.js';

const COST: NpuStepCost = {
  parts: [{ name: 'feed-forward', bytes: 12e6, macs: 12.6e6, ms: 0.3 }],
  bytes: 60e6,
  bytesWritten: 0.5e6,
  macs: 86e6,
  dispatchMs: 0.1,
  ms: 1.5,
  exchangeMs: 0.07,
};

it('counts 110 tokens and an encoder pass for 30 seconds', () => {
  const { decoder, total } = speedOf(2, 1);
  expect(decoder).toBeCloseTo(30_000 / 220, 6);
  expect(total).toBeCloseTo(30_000 / (220 + 44), 6);
  expect(speedOf(2, 4).decoder).toBeCloseTo(4 * decoder, 6);
});

it('says which bandwidth the goal needs', () => {
  const stepMs = (30_000 / 220 - 44) / 110 - 0.1;
  expect(bandwidthForGoal(COST, 1)).toBeCloseTo(60 / stepMs, 6);
  expect(bandwidthForGoal({ ...COST, dispatchMs: 5 }, 1)).toBe(Infinity);
});

it('labels what it prints as modelled, and asks at each bandwidth', () => {
  const asked: NpuStepQuery[] = [];
  const text = formatModel((query) => {
    asked.push(query);
    return COST;
  });
  expect(text).toMatch(/^Modelled, not measured/);
  expect(text).toContain('feed-forward');
  expect(text).toContain('out of reach');
  expect(new Set(asked.map(({ readGbPerS }) => readGbPerS))).toEqual(new Set([26, 42, 47.6]));
  expect(asked.some(({ rows, runs }) => rows === 4 && runs === 4)).toBe(true);
});
