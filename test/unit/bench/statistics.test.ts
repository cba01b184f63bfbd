import { expect, test } from 'vitest';
import {
  formatNumber,
  formatRatio,
  formatShare,
  formatSpread,
  median,
  medianRatio,
} from '../../bench/statistics.js';

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
  [[10, 9], 9.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('there is no median of nothing', () => {
  expect(median([])).toBeNaN();
});

test('the values stay in the order in which they were measured', () => {
  const values = [3, 1, 2];

  median(values);

  expect(values).toEqual([3, 1, 2]);
});

test('a ratio is taken within each round, so a slow round for both does not count', () => {
  expect(medianRatio([10, 100, 12], [2, 20, 2])).toBe(5);
});

test('rounds that only one side has are left out of a ratio', () => {
  expect(medianRatio([10, 10, 900], [5, 5])).toBe(2);
});

test.each([
  [0.01234, '0.0123'],
  [1.2345, '1.23'],
  [12.345, '12.3'],
  [123.45, '123'],
  [12345, '12345'],
  [0, '0'],
  [NaN, '-'],
])('%d is written %s', (value, expected) => {
  expect(formatNumber(value)).toBe(expected);
});

test.each([
  [1, '1.00x'],
  [9.949, '9.95x'],
  [9.96, '10.0x'],
  [12.34, '12.3x'],
  [220.4, '220x'],
  [NaN, '-'],
])('the ratio %d is written %s', (ratio, expected) => {
  expect(formatRatio(ratio)).toBe(expected);
});

test('a share is written in whole percent', () => {
  expect(formatShare(0.604)).toBe('60 %');
});

test.each([
  [[2], '2.00'],
  [[3, 1, 2], '2.00 (1.00-3.00)'],
])('the spread of %j is written %s', (values, expected) => {
  expect(formatSpread(values)).toBe(expected);
});
