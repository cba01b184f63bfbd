import { expect, test } from 'vitest';
import { TransferRate } from '../../../src/main/transfer-rate.js';

test('says nothing before half a second has passed', () => {
  const rate = new TransferRate();
  rate.note(0, 0);
  rate.note(1_000, 400);

  expect(rate.estimate(10_000)).toEqual({ bytesPerSecond: null, remainingMs: null });
});

test('goes by the last five seconds alone', () => {
  const rate = new TransferRate();
  for (let second = 0; second <= 20; second++)
    rate.note(second < 10 ? second * 100 : 1_000 + (second - 10) * 10, second * 1_000);

  expect(rate.estimate(1_200)).toEqual({ bytesPerSecond: 10, remainingMs: 10_000 });
});

test('a transfer that stands still has no end to be told', () => {
  const rate = new TransferRate();
  rate.note(500, 0);
  rate.note(500, 6_000);

  expect(rate.estimate(1_000)).toEqual({ bytesPerSecond: 0, remainingMs: null });
});

test('one that begins anew is measured anew', () => {
  const rate = new TransferRate();
  rate.note(0, 0);
  rate.note(900, 1_000);
  rate.note(100, 1_100);
  rate.note(300, 2_100);

  expect(rate.estimate(500)).toEqual({ bytesPerSecond: 200, remainingMs: 1_000 });
});
