/**
 * The language of one window where languages may change (`--language auto-multi`). Its beginning and its end are
 * heard on their own; when they differ, the place of the change is searched for by halving, and the window
 * ends there, at the quietest place near by, so that each language is decoded as itself. A language that
 * lasts less than a window between two passages of another is not found.
 */
import type { LanguageCode } from '../../shared/languages.js';
import { EDGE_SAMPLES } from '../mel/log-mel.js';
import type { LanguageScore } from './language-vote.js';
import { findQuietCut } from './quiet-cut.js';

/** Below this another language is not believed: base, on the development recordings, errs up to 0.56. */
const SWITCH_PROBABILITY = 0.7;
/** What is heard of a beginning or an end: 10 s. */
const PIECE_SAMPLES = 160_000;
/** A window shorter than this (6 s) is not divided. */
const SHORTEST_DIVIDED = 96_000;
/** The change is known this well (3 s) when the quietest place is looked for, */
const CHANGE_SAMPLES = 48_000;
/** and what is heard to find it is 5 s. */
const PROBE_SAMPLES = 80_000;
/** How far (1 s) around it the quietest place may lie. */
const CUT_REACH = 16_000;

export interface Passage {
  readonly language: LanguageCode;
  readonly probability: number;
  /** Samples of the window in this language, from its start. */
  readonly length: number;
}

export interface PassageRequest {
  /** With EDGE_SAMPLES before and after. */
  readonly samples: Float32Array;
  readonly length: number;
  /** Of the text before, kept while another one is in doubt. */
  readonly previous: LanguageCode | null;
  /** The languages of the window's samples [from, to), best first, at least one. */
  readonly hear: (from: number, to: number) => Promise<readonly LanguageScore[]>;
}

export async function findPassage(request: PassageRequest): Promise<Passage> {
  const { length, previous, hear } = request;
  const isDivided = length >= SHORTEST_DIVIDED;
  const piece = Math.min(PIECE_SAMPLES, Math.floor(length / 2));
  const head = believe(await hear(0, isDivided ? piece : length), previous);
  if (!isDivided) return { ...head, length };
  const tail = believe(await hear(length - piece, length), head.language);
  if (tail.language === head.language) return { ...head, length };
  return { ...head, length: await findChange(request, head.language, tail.language) };
}

function believe(scores: readonly LanguageScore[], previous: LanguageCode | null): LanguageScore {
  const best = scores[0]!;
  if (previous === null || best.probability >= SWITCH_PROBABILITY) return best;
  return { language: previous, probability: probabilityOf(scores, previous) };
}

function probabilityOf(scores: readonly LanguageScore[], language: LanguageCode): number {
  return scores.find((score) => score.language === language)?.probability ?? 0;
}

async function findChange(
  { samples, length, hear }: PassageRequest,
  before: LanguageCode,
  after: LanguageCode,
): Promise<number> {
  let from = 0;
  let to = length;
  while (to - from > CHANGE_SAMPLES) {
    const middle = Math.floor((from + to) / 2);
    const probe = Math.floor(PROBE_SAMPLES / 2);
    const scores = await hear(Math.max(0, middle - probe), Math.min(length, middle + probe));
    if (probabilityOf(scores, after) > probabilityOf(scores, before)) to = middle;
    else from = middle;
  }
  const earliest = Math.max(CUT_REACH, from - CUT_REACH);
  return findQuietCut(samples.subarray(EDGE_SAMPLES), earliest, Math.min(length, to + CUT_REACH));
}
