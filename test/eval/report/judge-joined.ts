/**
 * Whether every recording is found once, and in its place, in a sound that was joined of many. Words heard are
 * aligned with all words said; each word said knows its recording. Pure.
 */
import { samplesToSeconds } from '../../../src/shared/time.js';
import type { Samples } from '../../../src/shared/time.js';
import type { Spellings } from '../normalize-english.js';
import { splitUnits } from '../score.js';
import { alignTexts } from './align-texts.js';
import type { AlignedWord } from './align-texts.js';
import type { Tally } from './bootstrap.js';
import type { PlacedRecording } from './join-recordings.js';
import type { Heard } from './result-store.js';

export interface JoinedVerdict {
  /** Of the whole against the joined reference. */
  readonly tally: Tally;
  /** Files without one word found. */
  readonly lost: readonly string[];
  /** Files of which three words in a row come once more after they have been found. */
  readonly repeated: readonly string[];
  /** Words of segments whose middle is in a gap. */
  readonly wordsInGaps: number;
  /** Of the first word of each recording, where it was found and has a time. */
  readonly startErrors: readonly StartError[];
}

/** Heard less true start, seconds. */
export interface StartError {
  /** True by the power of the recording. */
  readonly byPower: number;
  /** True by a forced aligner; null where that cannot say. */
  readonly byAligner: number | null;
}

interface HeardWord {
  readonly text: string;
  /** Null for a word within a segment without times of words. */
  readonly start: Samples | null;
}

interface SaidWord {
  readonly text: string;
  /** Index of its recording. */
  readonly place: number;
  readonly isFirst: boolean;
}

type Segment = Heard['segments'][number];

const REPEAT_WORDS = 3;

/** @param heard by one of our configurations: peers give no segments, and then only the tally says something. */
export function judgeJoined(
  places: readonly PlacedRecording[],
  heard: { readonly text: string; readonly segments: readonly Segment[] },
  spellings: Spellings,
): JoinedVerdict {
  const split = (text: string) => splitUnits('en', text, spellings);
  const said = places.flatMap(({ recording }, place) =>
    split(recording.text).map((text, index): SaidWord => ({ text, place, isFirst: index === 0 })),
  );
  const words =
    heard.segments.length === 0
      ? split(heard.text).map((text): HeardWord => ({ text, start: null }))
      : heard.segments.flatMap((segment) => timeWords(segment, split));
  const aligned = alignTexts(
    said.map(({ text }) => text),
    words.map(({ text }) => text),
  );
  const found = new Set(aligned.flatMap((one) => (one.kind === 'match' ? [said[one.reference]!.place] : [])));
  return {
    tally: { errors: aligned.filter(({ kind }) => kind !== 'match').length, length: said.length },
    lost: namesOf(places, (index) => !found.has(index)),
    repeated: findRepeated(places, said, words, aligned),
    wordsInGaps: heard.segments
      .filter((segment) => isInGap(places, (segment.start + segment.end) / 2))
      .reduce((sum, segment) => sum + split(segment.text).length, 0),
    startErrors: aligned.flatMap((one) => {
      if (one.kind !== 'match' || !said[one.reference]!.isFirst) return [];
      const { start } = words[one.heard]!;
      if (start === null) return [];
      const { onset, firstWord } = places[said[one.reference]!.place]!;
      const byPower = samplesToSeconds(start - onset);
      return [{ byPower, byAligner: firstWord === null ? null : samplesToSeconds(start - firstWord) }];
    }),
  };
}

/** Where normalising word by word gives the words of the whole segment, each has its time; else only the first. */
function timeWords(segment: Segment, split: (text: string) => readonly string[]): readonly HeardWord[] {
  const whole = split(segment.text);
  const timed = (segment.words ?? []).flatMap(({ text, start }) =>
    split(text).map((unit): HeardWord => ({ text: unit, start })),
  );
  if (timed.length === whole.length && timed.every(({ text }, index) => text === whole[index])) return timed;
  const start = segment.words?.[0]?.start ?? segment.start;
  return whole.map((text, index) => ({ text, start: index === 0 ? start : null }));
}

function namesOf(places: readonly PlacedRecording[], is: (index: number) => boolean): readonly string[] {
  return places.filter((_, index) => is(index)).map(({ recording }) => recording.file);
}

function isInGap(places: readonly PlacedRecording[], sample: number): boolean {
  return !places.some(({ start, length }) => sample >= start && sample <= start + length);
}

/** Words that nobody said count to the recording that was said last. */
function findRepeated(
  places: readonly PlacedRecording[],
  said: readonly SaidWord[],
  words: readonly HeardWord[],
  aligned: readonly AlignedWord[],
): readonly string[] {
  const repeated = new Set<number>();
  let place = -1;
  let run: string[] = [];
  const runsOf = (index: number) =>
    new Set(listRuns(said.filter((word) => word.place === index).map(toText)));
  for (const one of aligned) {
    if (one.kind === 'insertion') run.push(words[one.heard]!.text);
    else {
      place = said[one.reference]!.place;
      run = [];
    }
    const last = run.slice(-REPEAT_WORDS);
    if (place >= 0 && last.length === REPEAT_WORDS && runsOf(place).has(last.join(' '))) repeated.add(place);
  }
  return namesOf(places, (index) => repeated.has(index));
}

function toText({ text }: SaidWord): string {
  return text;
}

function listRuns(words: readonly string[]): readonly string[] {
  return words.slice(REPEAT_WORDS - 1).map((_, end) => words.slice(end, end + REPEAT_WORDS).join(' '));
}
