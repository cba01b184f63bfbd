/**
 * What speculative decoding would gain, from what was measured. Pure. The scheme is greedy verification: a
 * draft model proposes k tokens, one pass of the model over k + 1 rows tells how many of them are its own
 * choice, and gives one more (Leviathan et al., Fast Inference from Transformers via Speculative Decoding,
 * https://arxiv.org/abs/2211.17192, for temperature 0). The output is the model's own.
 */

/** One window: the model's tokens, and what the draft proposes after each prefix of them. */
export interface DraftedWindow {
  /** With the end of text. */
  readonly tokens: readonly number[];
  /** drafts[i] follows tokens[0..i); as many as the longest draft asks for, fewer after an end of text. */
  readonly drafts: readonly (readonly number[])[];
}

export interface Acceptance {
  /** Proposed tokens that were the model's own, of those that could have been. */
  readonly rate: number;
  /** Tokens that a pass of the model gives, its own included. */
  readonly tokensPerPass: number;
  readonly passes: number;
  /** Tokens that steps or passes give: all but the first of each window, which the prompt gives. */
  readonly tokens: number;
}

/** Goes through the windows as speculative decoding would, with `length` proposed tokens a pass. */
export function measureAcceptance(windows: readonly DraftedWindow[], length: number): Acceptance {
  let [passes, tokens, proposed, accepted] = [0, 0, 0, 0];
  for (const window of windows) {
    for (let at = 1; at < window.tokens.length;) {
      const draft = (window.drafts[at] ?? []).slice(0, length);
      const matching = countMatching(draft, window.tokens.slice(at));
      proposed += draft.length;
      accepted += matching;
      passes++;
      // The last token may be accepted itself; then the pass has none to add.
      const gained = Math.min(matching + 1, window.tokens.length - at);
      tokens += gained;
      at += gained;
    }
  }
  return { rate: accepted / proposed, tokensPerPass: tokens / passes, passes, tokens };
}

/** Milliseconds. */
export interface Costs {
  readonly encode: number;
  readonly draftEncode: number;
  readonly step: number;
  readonly draftStep: number;
  /** A step of the model with that many rows; index 0 and 1 are not used. */
  readonly rows: readonly number[];
}

export interface SpeedUp {
  /** Of decoding alone. */
  readonly decoding: number;
  /** Of a window: encoders, all steps. */
  readonly window: number;
}

export function computeSpeedUp(
  { passes, tokens }: Acceptance,
  length: number,
  windows: number,
  costs: Costs,
): SpeedUp {
  const plain = tokens * costs.step;
  const speculative = passes * (length * costs.draftStep + (costs.rows[length + 1] ?? Number.NaN));
  const encode = windows * costs.encode;
  return {
    decoding: plain / speculative,
    window: (encode + plain) / (encode + windows * costs.draftEncode + speculative),
  };
}

function countMatching(draft: readonly number[], tokens: readonly number[]): number {
  let count = 0;
  while (count < draft.length && draft[count] === tokens[count]) count++;
  return count;
}
