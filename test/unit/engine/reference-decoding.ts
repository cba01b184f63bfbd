/**
 * openai/whisper's decoding.py (BeamSearchDecoder, GreedyDecoder with several rows, MaximumLikelihoodRanker
 * and the loop around them), written down again in the plainest way: whole distributions, whole sequences,
 * all rows to the end, nothing kept between steps.
 */
import { logitsAfter, ruleAfter, SMALL_END } from './fake-decoder.js';

export interface ReferenceResult {
  readonly tokens: readonly number[];
  readonly averageLogProbability: number;
}

interface Loop {
  readonly seed: number;
  readonly maxTokens: number;
  /** Tokens that have room after the prompt. */
  readonly room: number;
}

/** log_softmax of the filtered logits. */
function logProbabilitiesAfter(seed: number, text: readonly number[]): number[] {
  const { suppressed, barred } = ruleAfter(text, null);
  const logits = [...logitsAfter(seed, text)].map((logit, id) =>
    suppressed[id] === 1 || barred.some(([from, to]) => id >= from && id < to) ? -Infinity : logit,
  );
  const sum = Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
  return logits.map((logit) => logit - sum);
}

function topK(values: readonly number[], count: number): [number, number][] {
  return [...values.entries()]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([id, value]) => [value, id]);
}

function rank(
  candidates: readonly { readonly text: readonly number[]; readonly sum: number }[],
  lengthPenalty: number | null,
): ReferenceResult {
  const cut = candidates.map(({ text, sum }) => ({ text: text.slice(0, text.indexOf(SMALL_END)), sum }));
  const scores = cut.map(({ text, sum }) => {
    const penalty = lengthPenalty === null ? text.length : Math.pow((5 + text.length) / 6, lengthPenalty);
    return sum / penalty;
  });
  const best = cut[scores.indexOf(Math.max(...scores))]!;
  return { tokens: best.text, averageLogProbability: best.sum / (best.text.length + 1) };
}

/** Python's round: halves go to the even neighbour. */
export function pythonRound(value: number): number {
  const below = Math.floor(value);
  if (value - below < 0.5) return below;
  if (value - below > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

export function referenceBeamSearch(
  { seed, maxTokens, room }: Loop,
  beamSize: number,
  patience: number,
  lengthPenalty: number | null,
): ReferenceResult {
  const maxCandidates = pythonRound(beamSize * patience);
  const finishedSequences = new Map<string, number>();
  let tokens: number[][] = Array.from({ length: beamSize }, () => []);
  let sums: number[] = tokens.map(() => 0);
  for (let i = 0; i < maxTokens; i++) {
    const scores = new Map<string, number>();
    for (const [j, prefix] of tokens.entries()) {
      for (const [logProbability, token] of topK(logProbabilitiesAfter(seed, prefix), beamSize + 1)) {
        scores.set([...prefix, token].join(' '), sums[j]! + logProbability);
      }
    }
    const finished = new Map<string, number>();
    const nextTokens: number[][] = [];
    const nextSums: number[] = [];
    for (const [key, score] of [...scores].sort(([, a], [, b]) => b - a)) {
      const sequence = key.split(' ').map(Number);
      if (sequence.at(-1) === SMALL_END) finished.set(key, score);
      else {
        nextSums.push(score);
        nextTokens.push(sequence);
        if (nextTokens.length === beamSize) break;
      }
    }
    tokens = nextTokens;
    sums = nextSums;
    for (const [key, score] of [...finished].sort(([, a], [, b]) => b - a)) {
      if (finishedSequences.size >= maxCandidates) break;
      finishedSequences.set(key, score);
    }
    if (finishedSequences.size >= maxCandidates || tokens[0]!.length > room) break;
  }
  if (finishedSequences.size < beamSize) {
    const order = [...sums.keys()].sort((a, b) => sums[a]! - sums[b]!).reverse();
    for (const j of order) {
      finishedSequences.set([...tokens[j]!, SMALL_END].join(' '), sums[j]!);
      if (finishedSequences.size >= beamSize) break;
    }
  }
  const candidates = [...finishedSequences].map(([key, sum]) => ({ text: key.split(' ').map(Number), sum }));
  return rank(candidates, lengthPenalty);
}

/** @param random drawn for each row that has not ended, in the order of rows, at each step. */
export function referenceBestOf(
  { seed, maxTokens, room }: Loop,
  { count, temperature, random }: { count: number; temperature: number; random: () => number },
  lengthPenalty: number | null,
): ReferenceResult {
  const rows = Array.from({ length: count }, () => ({ text: [] as number[], sum: 0 }));
  for (let i = 0; i < maxTokens; i++) {
    for (const row of rows) {
      if (row.text.at(-1) === SMALL_END) {
        row.text.push(SMALL_END);
        continue;
      }
      const logProbabilities = logProbabilitiesAfter(seed, row.text);
      const weights = logProbabilities.map((value) => Math.exp(value / temperature));
      let left = random() * weights.reduce((total, weight) => total + weight, 0);
      const token = weights.findIndex((weight) => (left -= weight) < 0);
      row.sum += logProbabilities[token]!;
      row.text.push(token);
    }
    if (rows.every(({ text }) => text.at(-1) === SMALL_END) || rows[0]!.text.length > room) break;
  }
  return rank(
    rows.map(({ text, sum }) => ({ text: [...text, SMALL_END], sum })),
    lengthPenalty,
  );
}
