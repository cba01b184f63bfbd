/**
 * The loop of a search whose texts are rows of one Sequences (openai/whisper decoding.py, DecodingTask); how
 * rows follow from rows is the RowDecoder's (TokenDecoder there): beam-search.ts, best-of.ts.
 */
import { cancelledError } from '../../shared/errors.js';
import type { DecoderBackend, Sequences, TokenChoice, TokenRule } from '../backend/backend.js';
import { idsOf } from './hypothesis.js';
import type { Hypothesis, Row } from './hypothesis.js';
import { findLoop } from './loop-guard.js';
import type { SearchRequest, SearchResult } from './search.js';
import { SettledTokens } from './settled-tokens.js';

/** Holds the texts of one window. */
export interface RowDecoder {
  /** The rule after `text`, the token ids that follow the prompt. */
  rule(text: readonly number[]): TokenRule;
  /** Adds a token to each row. @returns the rows that go on, none when it is done. */
  update(choices: readonly TokenChoice[]): readonly Row[];
  /** All texts that can still win, or will grow into one that can. */
  contenders(): readonly Hypothesis[];
  /** The text to keep, whether or not all are done. */
  winner(): Hypothesis;
}

/** Loops are looked for each time the texts have grown by so many tokens. */
const LOOP_CHECK_TOKENS = 8;

export async function searchRows(request: SearchRequest, decoder: RowDecoder): Promise<SearchResult> {
  const { backend, signal } = request;
  const started = await backend.start({
    window: request.window,
    prompt: request.prompt,
    rule: decoder.rule([]),
    probe: request.noSpeechProbe,
  });
  const { sequences } = started;
  const settled = new SettledTokens(request.onToken);
  try {
    let choices: readonly TokenChoice[] = [started.choice];
    for (let length = 1; ; length++) {
      if (signal.aborted) throw cancelledError();
      const rows = decoder.update(choices);
      if (rows.length === 0 || length >= request.maxTokens) break;
      settled.tell(decoder.contenders());
      if (sequences.length + 1 > backend.dimensions.textContext) break;
      moveRows(backend, sequences, rows);
      const texts = rows.map(({ text }) => idsOf(text));
      if (length % LOOP_CHECK_TOKENS === 0 && texts.every((text) => isLoop(text, request))) break;
      const tokens = texts.map((text) => text.at(-1)!);
      const rules = texts.map((text) => decoder.rule(text));
      choices = (await backend.step([{ sequences, tokens, rules }]))[0]!;
    }
    const winner = decoder.winner();
    settled.tell([winner]);
    return {
      ...cutLoop(winner, request),
      noSpeechProbability: started.probeProbability ?? 0,
    };
  } finally {
    sequences.release();
  }
}

function isLoop(text: readonly number[], { timestampBegin }: SearchRequest): boolean {
  return findLoop(text, timestampBegin) !== null;
}

function cutLoop(
  winner: Hypothesis,
  { timestampBegin }: SearchRequest,
): Omit<SearchResult, 'noSpeechProbability'> {
  const tokens = idsOf(winner);
  const keep = findLoop(tokens, timestampBegin);
  const logProbabilities = winner.tokens.slice(0, keep ?? tokens.length).map((token) => token.logProbability);
  if (keep === null) {
    const averageLogProbability = winner.sum / (tokens.length + 1);
    return { tokens, logProbabilities, averageLogProbability, isLoop: false };
  }
  const sum = logProbabilities.reduce((total, value) => total + value, 0);
  const averageLogProbability = sum / keep;
  return { tokens: tokens.slice(0, keep), logProbabilities, averageLogProbability, isLoop: true };
}

function moveRows(backend: DecoderBackend, sequences: Sequences, rows: readonly Row[]): void {
  const isInPlace = rows.length === sequences.rowCount && rows.every(({ parent }, row) => parent === row);
  if (isInPlace) return;
  backend.reorder(
    sequences,
    rows.map(({ parent }) => parent),
  );
}
