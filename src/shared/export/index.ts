/** Transcript in, the text of a file out. Pure; UTF-8, LF, final newline are true for every format. */
import type { ShapeOptions } from '../shape.js';
import type { Transcript } from '../transcript.js';
import { toCsv } from './csv.js';
import { toDocx } from './docx.js';
import type { ExportFormat, TextFormat } from './formats.js';
import { toJson } from './json.js';
import { toLrc } from './lrc.js';
import { toMd } from './md.js';
import { toSrt } from './srt.js';
import { toTxt } from './txt.js';
import { toVtt } from './vtt.js';

export { EXPORT_FORMATS, TEXT_FORMATS } from './formats.js';
export type { ExportFormat, TextFormat } from './formats.js';
export { suggestFileName } from './file-name.js';

const WRITERS: Readonly<Record<TextFormat, (transcript: Transcript, shape: ShapeOptions | null) => string>> =
  {
    txt: toTxt,
    srt: toSrt,
    vtt: toVtt,
    json: toJson,
    csv: toCsv,
    lrc: toLrc,
    md: toMd,
  };

/**
 * Formats that hold nothing (txt, srt) for a transcript without text are empty strings.
 * @param shape limits of the subtitles in srt and vtt; null: one subtitle per segment, as decoded.
 */
export function exportTranscript(
  transcript: Transcript,
  format: TextFormat,
  shape: ShapeOptions | null = null,
): string {
  return WRITERS[format](transcript, shape);
}

/** For every format: text, or the bytes of a file that is not text. */
export function exportFile(
  transcript: Transcript,
  format: ExportFormat,
  shape: ShapeOptions | null = null,
): string | Uint8Array {
  return format === 'docx' ? toDocx(transcript) : exportTranscript(transcript, format, shape);
}
