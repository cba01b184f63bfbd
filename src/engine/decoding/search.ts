/**
 * A search finds the tokens of one window. It knows rules and probabilities, not models: the backend
 * is behind its interface. Greedy here; beam-search.ts and best-of.ts have the same signature.
 */
import { cancelledError } from '../../shared/errors.js';
import type { DecoderBackend, EncodedWindow, ScoredToken, TokenRule } from '../backend/backend.js';
import { LoopGuard } from './loop-guard.js';
import type { TokenRules } from './token-rules.js';

export interface SearchRequest {
  readonly backend: DecoderBackend;
  readonly window: EncodedWindow;
  readonly prompt: readonly number[];
  /** Where <|startoftranscript|> is in the prompt, and the <|nospeech|> token to weigh there. */
  readonly noSpeechProbe: { readonly position: number; readonly token: number };
  readonly rules: Pick<TokenRules, 'next'>;
  readonly endOfText: number;
  /** Token ids from here on are timestamps. */
  readonly timestampBegin: number;
  /** 0 takes the most probable token. */
  readonly temperature: number;
  /** At most so many tokens are sampled. */
  readonly maxTokens: number;
  /** Uniform in [0, 1), for temperatures above 0. */
  readonly random: () => number;
  /**
   * Called with each token, the end of text left out, as soon as it is certain to be in the result: only
   * another attempt at the window takes it back. `top` is what the backend told of that step, most probable
   * first, where a search has one step for one token.
   */
  readonly onToken: (token: ScoredToken, top?: readonly ScoredToken[]) => void;
  readonly signal: AbortSignal;
}

export interface SearchResult {
  /** Without the end of text; of a loop only its first round. */
  readonly tokens: readonly number[];
  /** Natural logarithm of the probability of each token, after the rules. */
  readonly logProbabilities: readonly number[];
  /**
   * Sum over the tokens and the end of text, divided by their number (openai/whisper avg_logprob); with a
   * loop, of the tokens that are left.
   */
  readonly averageLogProbability: number;
  /** True when decoding was stopped because the text went round in circles (loop-guard.ts). */
  readonly isLoop: boolean;
  readonly noSpeechProbability: number;
}

export type Search = (request: SearchRequest) => Promise<SearchResult>;

/** One row, the best token (or a drawn one) at each step. */
export const searchGreedily: Search = async (request) => {
  const { backend, rules, temperature, random, signal } = request;
  const drawSample = (): TokenRule['sample'] => {
    return temperature > 0 ? { temperature, uniforms: [random()] } : null;
  };
  const started = await backend.start({
    window: request.window,
    prompt: request.prompt,
    rule: rules.next([], drawSample()),
    probe: request.noSpeechProbe,
  });
  const { sequences } = started;
  try {
    const tokens: number[] = [];
    const logProbabilities: number[] = [];
    const guard = new LoopGuard(request.timestampBegin);
    let choice = started.choice;
    for (;;) {
      if (signal.aborted) throw cancelledError();
      const token = choice.sampled[0] ?? choice.top[0];
      // Whatever the rules leave, the end of text stays possible; nothing at all means broken logits (NaN).
      if (token === undefined) throw new Error('the decoder gave no usable token');
      logProbabilities.push(token.logProbability);
      if (token.id === request.endOfText) break;
      tokens.push(token.id);
      request.onToken(token, choice.top);
      if (guard.push(token.id)) break;
      if (tokens.length >= request.maxTokens) break;
      if (sequences.length + 1 > backend.dimensions.textContext) break;
      const rule = rules.next(tokens, drawSample());
      const replies = await backend.step([{ sequences, tokens: [token.id], rules: [rule] }]);
      choice = replies[0]![0]!;
    }
    const { keep } = guard;
    const counted = keep === null ? logProbabilities : logProbabilities.slice(0, keep);
    return {
      tokens: keep === null ? tokens : tokens.slice(0, keep),
      // The end of text has one too.
      logProbabilities: logProbabilities.slice(0, keep ?? tokens.length),
      averageLogProbability: counted.reduce((sum, value) => sum + value, 0) / (keep ?? tokens.length + 1),
      isLoop: keep !== null,
      noSpeechProbability: started.probeProbability ?? 0,
    };
  } finally {
    sequences.release();
  }
};
