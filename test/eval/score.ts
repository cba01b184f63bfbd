/**
 * Scores what was heard against what was said, and sums scores up per set of recordings. English goes
 * through Whisper's English normaliser, other languages through its plain one; scripts without spaces
 * between words are counted by character.
 */
import { CHARACTER_LANGUAGES } from '../../src/shared/languages.js';
import { addErrors, countErrors, errorRate, NO_ERRORS, splitCharacters, splitWords } from './error-rate.js';
import type { ErrorCount } from './error-rate.js';
import type { Recording } from './manifest.js';
import { normalizeBasic } from './normalize-basic.js';
import { normalizeEnglish } from './normalize-english.js';
import type { Spellings } from './normalize-english.js';

export type Unit = 'word' | 'character';

export interface FileScore {
  readonly recording: Recording;
  readonly heard: string;
  /** Why there is no text, or null. Such a file counts as all words deleted. */
  readonly failure: string | null;
  readonly errors: ErrorCount;
  readonly audioSeconds: number;
  /** Wall time of this file without loading the model. */
  readonly elapsedSeconds: number;
}

export interface SetScore {
  readonly name: string;
  readonly unit: Unit;
  readonly files: number;
  readonly failed: number;
  readonly errors: ErrorCount;
  readonly rate: number | null;
  readonly audioSeconds: number;
  readonly elapsedSeconds: number;
  /** Wall time over length of the sound: below 1 is faster than real time. */
  readonly realTimeFactor: number | null;
}

export function unitOf(recording: Pick<Recording, 'language'>): Unit {
  return CHARACTER_LANGUAGES.has(recording.language) ? 'character' : 'word';
}

/** Normalised words, or characters where words do not apply. */
export function splitUnits(
  language: Recording['language'],
  text: string,
  spellings: Spellings,
): readonly string[] {
  const normal = language === 'en' ? normalizeEnglish(text, spellings) : normalizeBasic(text);
  return unitOf({ language }) === 'character' ? splitCharacters(normal) : splitWords(normal);
}

export function scoreText(
  recording: Pick<Recording, 'language' | 'text'>,
  heard: string,
  spellings: Spellings,
): ErrorCount {
  const split = (text: string) => splitUnits(recording.language, text, spellings);
  return countErrors(split(recording.text), split(heard));
}

function sumUp(name: string, scores: readonly FileScore[]): SetScore {
  const errors = scores.reduce((sum, score) => addErrors(sum, score.errors), NO_ERRORS);
  const audioSeconds = scores.reduce((sum, score) => sum + score.audioSeconds, 0);
  const elapsedSeconds = scores.reduce((sum, score) => sum + score.elapsedSeconds, 0);
  return {
    name,
    unit: scores.every((score) => unitOf(score.recording) === 'character') ? 'character' : 'word',
    files: scores.length,
    failed: scores.filter((score) => score.failure !== null).length,
    errors,
    rate: errorRate(errors),
    audioSeconds,
    elapsedSeconds,
    realTimeFactor: audioSeconds === 0 ? null : elapsedSeconds / audioSeconds,
  };
}

/** The first folder of a recording's path and its language: `long de`. */
function setName({ file, language }: Recording): string {
  const slash = file.indexOf('/');
  return slash === -1 ? language : `${file.slice(0, slash)} ${language}`;
}

/** One line per set, in the order of the manifest, and one for all English. */
export function summarize(scores: readonly FileScore[]): readonly SetScore[] {
  const sets = new Map<string, FileScore[]>();
  for (const score of scores) {
    const name = setName(score.recording);
    sets.set(name, [...(sets.get(name) ?? []), score]);
  }
  const english = scores.filter((score) => score.recording.language === 'en');
  const all = english.length === 0 ? [] : [sumUp('all English', english)];
  return [...[...sets].map(([name, members]) => sumUp(name, members)), ...all];
}
