/**
 * A TokenRule applied to one row of logits: the plain definition, in float64, for backends that have
 * their logits in JavaScript and as the reference for those that do not.
 */
import type { ScoredToken, TokenChoice, TokenRule } from './backend.js';

/** Reused between calls so that a step allocates nothing of the size of the vocabulary. */
export class TokenChooser {
  readonly #allowed: Float64Array;

  constructor(vocabularySize: number) {
    this.#allowed = new Float64Array(vocabularySize);
  }

  /** @param logits float32 [vocabularySize]; not changed. */
  choose(logits: Float32Array, rule: TokenRule): TokenChoice {
    const allowed = this.#allowed;
    for (let id = 0; id < allowed.length; id++) {
      allowed[id] = rule.suppressed[id] === 1 ? -Infinity : logits[id]!;
    }
    for (const [from, to] of rule.barred) allowed.fill(-Infinity, from, to);
    if (rule.timestampBegin !== null && areTimestampsLikelier(allowed, rule.timestampBegin)) {
      allowed.fill(-Infinity, 0, rule.timestampBegin);
    }
    const logSum = logSumExp(allowed, 0, allowed.length);
    return {
      top: findTop(allowed, rule.top, logSum),
      sampled: rule.sample === null ? [] : drawAll(allowed, rule.sample, logSum),
    };
  }
}

/** softmax(logits)[token], over all tokens. */
export function probabilityOf(logits: Float32Array, token: number): number {
  return Math.exp(logits[token]! - logSumExp(logits, 0, logits.length));
}

function maximumOf(values: ArrayLike<number>, from: number, to: number): number {
  let maximum = -Infinity;
  for (let i = from; i < to; i++) {
    if (values[i]! > maximum) maximum = values[i]!;
  }
  return maximum;
}

function logSumExp(values: ArrayLike<number>, from: number, to: number): number {
  const maximum = maximumOf(values, from, to);
  if (maximum === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.exp(values[i]! - maximum);
  return maximum + Math.log(sum);
}

function areTimestampsLikelier(allowed: Float64Array, timestampBegin: number): boolean {
  return logSumExp(allowed, timestampBegin, allowed.length) > maximumOf(allowed, 0, timestampBegin);
}

/** The `count` largest, by insertion into a short sorted list: count is 1 to about 10. */
function findTop(allowed: Float64Array, count: number, logSum: number): ScoredToken[] {
  const ids: number[] = [];
  for (let id = 0; id < allowed.length; id++) {
    const value = allowed[id]!;
    // Also false for NaN, which broken logits hold: then nothing is returned.
    if (!(value > -Infinity)) continue;
    if (ids.length === count && value <= allowed[ids[count - 1]!]!) continue;
    let place = ids.length;
    while (place > 0 && allowed[ids[place - 1]!]! < value) place--;
    ids.splice(place, 0, id);
    if (ids.length > count) ids.pop();
  }
  return ids.map((id) => ({ id, logProbability: allowed[id]! - logSum }));
}

/** Inverse of the cumulative distribution at each of `uniforms`. */
function drawAll(
  allowed: Float64Array,
  { temperature, uniforms }: NonNullable<TokenRule['sample']>,
  logSum: number,
): ScoredToken[] {
  const maximum = maximumOf(allowed, 0, allowed.length);
  if (maximum === -Infinity) return [];
  const weigh = (id: number): number => Math.exp((allowed[id]! - maximum) / temperature);
  let total = 0;
  for (let id = 0; id < allowed.length; id++) total += weigh(id);
  return uniforms.map((uniform) => {
    let left = uniform * total;
    let last = -1;
    for (let id = 0; id < allowed.length; id++) {
      const weight = weigh(id);
      if (weight === 0) continue;
      last = id;
      left -= weight;
      if (left < 0) break;
    }
    return { id: last, logProbability: allowed[last]! - logSum };
  });
}
