import { expect, it } from 'vitest';
import { judgeWords, listBands } from '../../eval/confidence.js';
import type { Word } from '../../../src/shared/transcript.js';
import { toSamples } from '../../../src/shared/time.js';

const word = (text: string, probability: number): Word => ({
  text,
  start: toSamples(0),
  end: toSamples(0),
  probability,
});
const split = (text: string) => text.toLowerCase().split(/\W+/).filter(Boolean);

it('a word is wrong that is not in the reference at its place', () => {
  const heard = [word(' One', 0.99), word(' smell', 0.3), word(' step.', 0.97), word(' one', 0.5)];

  expect(judgeWords('one small step', heard, split)).toEqual([
    { probability: 0.99, isRight: true },
    { probability: 0.3, isRight: false },
    { probability: 0.97, isRight: true },
    { probability: 0.5, isRight: false },
  ]);
});

it('bands have their lower edge, and the last both', () => {
  const bands = listBands([
    { probability: 0.2, isRight: false },
    { probability: 0.3, isRight: true },
    { probability: 0.99, isRight: true },
    { probability: 1, isRight: true },
  ]);

  expect(bands[0]).toEqual(['0 to 0.2', '0', '-', '0', '-']);
  expect(bands[1]).toEqual(['0.2 to 0.4', '2', '0.750', '1', '50.00 %']);
  expect(bands.at(-1)).toEqual(['0.99 to 1', '2', '0.005', '0', '0.00 %']);
});
