/**
 * Names for exported files: the name of the recording with another extension, so that players find
 * subtitles beside a video by themselves.
 */
import type { ExportFormat } from './formats.js';

/** Longest name the usual Linux file systems take, bytes. */
export const FILE_NAME_LIMIT_BYTES = 255;

/** A media file's extension: short, ASCII, and with a letter, so that `2024.11.22` and `v1.2 final` keep theirs. */
const EXTENSION = /(?<=.)\.(?=[0-9]*[a-z])[a-z0-9]{1,5}$/is;

/** `talk.final.mp4` → `talk.final`; names without an extension stay whole. Safe on latin1-decoded bytes. */
export function removeExtension(fileName: string): string {
  return fileName.replace(EXTENSION, '');
}

/**
 * What no file name should hold: separators, control characters (a newline in a name breaks scripts),
 * halves of surrogate pairs, and direction overrides, which make `exe.srt` read `trs.exe`.
 */
const HOSTILE = /[/\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Cs}]/gu;

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Cut at a whole character. */
function cutToBytes(text: string, limit: number): string {
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}

/** The name to offer in a save dialog: `talk.mp4` → `talk.srt`. Never a path, never hidden, never empty. */
export function suggestFileName(fileName: string, format: ExportFormat): string {
  const lastPart = fileName.split('/').findLast((part) => part !== '') ?? '';
  const stem = removeExtension(lastPart)
    .replace(HOSTILE, '_')
    .replace(/^[.\s]+/, '')
    .trimEnd();
  const extension = `.${format}`;
  return `${cutToBytes(stem, FILE_NAME_LIMIT_BYTES - extension.length) || 'transcript'}${extension}`;
}
