/**
 * The language picker's two groups. The short one holds the user's own languages, then those that
 * Whisper was trained on most (languages.ts keeps its token order, which is by hours of training).
 * Both are disjoint, so that a value appears once. Pure.
 */
import { findLanguage, LANGUAGE_CODES, LANGUAGES } from '../shared/languages.js';
import type { LanguageCode } from '../shared/languages.js';

const COMMON_COUNT = 10;

export interface LanguageChoices {
  readonly common: readonly LanguageCode[];
  /** By name. */
  readonly others: readonly LanguageCode[];
}

/** `preferred` is navigator.languages: "nl-BE", "en-GB". */
export function chooseLanguages(preferred: readonly string[]): LanguageChoices {
  const own = preferred.flatMap((tag) => findLanguage(tag.split('-')[0] ?? '') ?? []);
  const common = [...new Set([...own, ...LANGUAGE_CODES])].slice(
    0,
    Math.max(COMMON_COUNT, new Set(own).size),
  );
  const others = LANGUAGE_CODES.filter((code) => !common.includes(code));
  return { common, others: others.sort((a, b) => LANGUAGES[a].localeCompare(LANGUAGES[b], 'en')) };
}
