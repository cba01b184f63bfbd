/** Settings that are lists, as people write them: one entry a line. Pure. */
import { findLanguage, LANGUAGES } from '../shared/languages.js';
import type { LanguageCode } from '../shared/languages.js';
import type { Settings } from '../shared/settings.js';

const MAX_ENTRIES = 1000;

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export function parseVocabulary(text: string): string[] {
  return [...new Set(linesOf(text).map((line) => line.slice(0, 100)))].slice(0, MAX_ENTRIES);
}

/** "heard = written", one a line; a line without "=" is left out. */
export function parseReplacements(text: string): Settings['replacements'] {
  return linesOf(text)
    .flatMap((line) => {
      const at = line.indexOf('=');
      const from = line.slice(0, at).trim();
      return at < 0 || from === '' ? [] : [{ from, to: line.slice(at + 1).trim() }];
    })
    .slice(0, MAX_ENTRIES);
}

export function formatReplacements(replacements: Settings['replacements']): string {
  return replacements.map(({ from, to }) => `${from} = ${to}`).join('\n');
}

/** Names or codes of languages, separated by commas or lines; what is no language is left out. */
export function parseLanguages(text: string): LanguageCode[] {
  return [...new Set(text.split(/[,\n]/).flatMap((name) => findLanguage(name.trim()) ?? []))];
}

export function formatLanguages(codes: readonly LanguageCode[]): string {
  return codes.map((code) => LANGUAGES[code]).join(', ');
}
