/** What a list of transcripts shows of one: its beginning, or the text around what was searched for. Pure. */
import type { LibraryEntry } from './library.js';

/** Characters of a beginning, */
const BEGINNING = 160;
/** and on either side of a match. */
const AROUND = 60;

type Snippet = LibraryEntry['snippet'];

/** Null when there is a query that neither the text nor the name holds. Case does not matter. */
export function makeSnippet(text: string, name: string, query: string | null): Snippet | null {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const wanted = (query ?? '').replaceAll(/\s+/g, ' ').trim();
  if (wanted === '') return { text: cutEnd(line, BEGINNING), match: null };
  const pattern = new RegExp(wanted.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'iu');
  const found = pattern.exec(line);
  if (found === null) return pattern.test(name) ? { text: cutEnd(line, BEGINNING), match: null } : null;
  const from = startOfWord(line, Math.max(0, found.index - AROUND));
  const before = from > 0 ? '…' : '';
  const rest = line.slice(found.index + found[0].length);
  const at = before.length + found.index - from;
  return {
    text: before + line.slice(from, found.index) + found[0] + cutEnd(rest, AROUND),
    match: { from: at, to: at + found[0].length },
  };
}

/** At the end of a word where one is near. */
function cutEnd(text: string, length: number): string {
  if (text.length <= length) return text;
  const space = text.lastIndexOf(' ', length);
  return `${wholeCharacters(text.slice(0, space > length / 2 ? space : length))}…`;
}

function startOfWord(text: string, from: number): number {
  if (from === 0) return 0;
  const space = text.indexOf(' ', from);
  const start = space !== -1 && space - from < AROUND / 2 ? space + 1 : from;
  return isLowSurrogate(text, start) ? start + 1 : start;
}

function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
