/**
 * One step of beam search (openai/whisper decoding.py, BeamSearchDecoder): which texts go on, which are
 * finished, and when it is enough. Pure.
 *
 * The surprising thing: a text that may not go on at all is left out here, where the reference carries it
 * on with a probability of 0; it can never win there either.
 */
import type { TokenChoice } from '../backend/backend.js';
import { extend, finish } from './hypothesis.js';
import type { Hypothesis, Row } from './hypothesis.js';

export interface BeamStep {
  /** The texts that go on, most probable first. */
  readonly live: readonly Row[];
  /** Those that have ended with this step, most probable first. */
  readonly finished: readonly Hypothesis[];
}

export interface BeamLimits {
  readonly beamSize: number;
  readonly endOfText: number;
}

/**
 * @param rows the texts so far, none twice.
 * @param choices for each row at least its `beamSize` + 1 most probable next tokens, or all there are.
 *   Equally probable texts stay in the order of their rows, then of the row's choice.
 */
export function selectBeams(
  rows: readonly Hypothesis[],
  choices: readonly TokenChoice[],
  { beamSize, endOfText }: BeamLimits,
): BeamStep {
  const candidates = rows
    .flatMap((row, parent) =>
      choices[parent]!.top.slice(0, beamSize + 1).map((token) => ({
        row,
        parent,
        token,
        sum: row.sum + token.logProbability,
      })),
    )
    .sort((a, b) => b.sum - a.sum);
  const live: Row[] = [];
  const finished: Hypothesis[] = [];
  for (const { row, parent, token } of candidates) {
    if (token.id === endOfText) {
      finished.push(finish(row, token));
      continue;
    }
    live.push({ text: extend(row, token), parent });
    // What is less probable than the last that goes on is not looked at, an end of text neither.
    if (live.length === beamSize) break;
  }
  return { live, finished };
}

/**
 * How many finished texts end the search: `beamSize` times the patience of Kasai et al. 2022
 * (arXiv:2204.05424), halves rounded to even as Python's round does, at least 1.
 */
export function countWanted(beamSize: number, patience: number): number {
  const product = beamSize * patience;
  const down = Math.floor(product);
  const isHalf = product - down === 0.5;
  return Math.max(1, isHalf ? down + (down % 2) : Math.round(product));
}

/**
 * What the result is chosen from: all that finished and, where they are fewer than beams, the most probable
 * of those that were cut short.
 * @param live most probable first.
 */
export function listFinalists(
  finished: readonly Hypothesis[],
  live: readonly Hypothesis[],
  beamSize: number,
): readonly Hypothesis[] {
  return [...finished, ...live.slice(0, Math.max(0, beamSize - finished.length))];
}
