/** What was heard, counted: errors of each recording by configuration, for sets of recordings. Pure. */
import { addErrors, NO_ERRORS, splitWords, totalErrors } from '../error-rate.js';
import type { ErrorCount } from '../error-rate.js';
import type { Recording } from '../manifest.js';
import type { Spellings } from '../normalize-english.js';
import { scoreText, unitOf } from '../score.js';
import type { Pair, Tally } from './bootstrap.js';
import type { Configuration } from './configurations.js';
import type { Delayed } from './delayed.js';
import type { PlacedRecording } from './join-recordings.js';
import type { Heard } from './result-store.js';
import type { Item } from './sounds.js';

/** Whisper's window: longer recordings need more than one. */
const WINDOW_SECONDS = 30;

export interface RecordingSet {
  readonly name: string;
  readonly includes: (recording: Pick<Recording, 'language' | 'seconds'>) => boolean;
}

export const SHORT_ENGLISH: RecordingSet = {
  name: 'English, short',
  includes: ({ language, seconds }) => language === 'en' && seconds <= WINDOW_SECONDS,
};
export const LONG_ENGLISH: RecordingSet = {
  name: 'English, long',
  includes: ({ language, seconds }) => language === 'en' && seconds > WINDOW_SECONDS,
};
export const ENGLISH: RecordingSet = { name: 'English', includes: ({ language }) => language === 'en' };
export const OTHER_LANGUAGES: RecordingSet = {
  name: 'other languages',
  includes: (recording) => recording.language !== 'en' && unitOf(recording) === 'word',
};
export const CHARACTERS: RecordingSet = {
  name: 'by character (CER)',
  includes: (recording) => unitOf(recording) === 'character',
};
/** Words and characters cannot be summed. */
export const ALL_WORDS: RecordingSet = {
  name: 'all but by character',
  includes: (recording) => unitOf(recording) === 'word',
};

export interface Joined {
  readonly item: Item;
  readonly places: readonly PlacedRecording[];
}

export interface Findings {
  readonly configurations: readonly Configuration[];
  readonly recordings: readonly Item[];
  readonly sounds: readonly Item[];
  /** Short English recordings, each several times. */
  readonly delayed: readonly Delayed[];
  /** None when there is no English recording; see JOIN_SEEDS. */
  readonly joined: readonly Joined[];
  /** By the id of the configuration, then the key of the item. */
  readonly heard: ReadonlyMap<string, ReadonlyMap<string, Heard>>;
  readonly spellings: Spellings;
}

/** What there is to hear. */
export type Material = Pick<Findings, 'recordings' | 'sounds' | 'joined' | 'delayed'>;

/** By the id of the configuration, then the key of the recording. */
export type Scores = ReadonlyMap<string, ReadonlyMap<string, ErrorCount>>;

export function scoreRecordings({ configurations, recordings, heard, spellings }: Findings): Scores {
  return new Map(
    configurations.map(({ id }) => {
      const known = heard.get(id);
      const counts = recordings.flatMap(({ key, recording }) => {
        const found = known?.get(key);
        return found === undefined ? [] : [[key, scoreText(recording, found.text, spellings)] as const];
      });
      return [id, new Map(counts)];
    }),
  );
}

/** In the order of the recordings; null unless every recording of the set was heard, and when it has none. */
export function tallySet(
  scores: Scores,
  id: string,
  recordings: readonly Item[],
  set: RecordingSet,
): readonly Tally[] | null {
  const counts = countSet(scores, id, recordings, set);
  return counts === null
    ? null
    : counts.map((count) => ({ errors: totalErrors(count), length: count.length }));
}

/** As `tallySet`, all in one. */
export function sumSet(
  scores: Scores,
  id: string,
  recordings: readonly Item[],
  set: RecordingSet,
): ErrorCount | null {
  return countSet(scores, id, recordings, set)?.reduce(addErrors, NO_ERRORS) ?? null;
}

function countSet(
  scores: Scores,
  id: string,
  recordings: readonly Item[],
  set: RecordingSet,
): readonly ErrorCount[] | null {
  const members = recordings.filter(({ recording }) => set.includes(recording));
  const counts = members.map(({ key }) => scores.get(id)?.get(key));
  const known = counts.filter((count) => count !== undefined);
  return known.length > 0 && known.length === members.length ? known : null;
}

/** Null unless both have heard all of the set. */
export function pairSet(
  scores: Scores,
  ids: { readonly first: string; readonly second: string },
  recordings: readonly Item[],
  set: RecordingSet,
): readonly Pair[] | null {
  const first = tallySet(scores, ids.first, recordings, set);
  const second = tallySet(scores, ids.second, recordings, set);
  if (first === null || second === null) return null;
  return first.map((tally, index) => ({ first: tally, second: second[index]! }));
}

/** Processor time over length of the sound, of all recordings it has to hear; null unless it heard them all. */
export function processorFactor(heard: readonly (Heard | undefined)[]): number | null {
  let audio = 0;
  let processor = 0;
  for (const one of heard) {
    if (one === undefined) return null;
    audio += one.audioSeconds;
    processor += one.processorSeconds;
  }
  return audio === 0 ? null : processor / audio;
}

/** As they are written: what stands in brackets counts as well. */
export function countWords(text: string): number {
  return splitWords(text).length;
}
