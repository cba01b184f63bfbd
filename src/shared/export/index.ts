/** Transcript in, the text of a file out. Pure; UTF-8, LF, final newline are true for every format. */
import type { Transcript } from '../transcript.js';
import { toCsv } from './csv.js';
import type { ExportFormat } from './formats.js';
import { toJson } from './json.js';
import { toSrt } from './srt.js';
import { toTxt } from './txt.js';
import { toVtt } from './vtt.js';

export { EXPORT_FORMATS } from './formats.js';
export type { ExportFormat } from './formats.js';
export { suggestFileName } from './file-name.js';

const WRITERS: Readonly<Record<ExportFormat, (transcript: Transcript) => string>> = {
  txt: toTxt,
  srt: toSrt,
  vtt: toVtt,
  json: toJson,
  csv: toCsv,
};

/** Formats that hold nothing (txt, srt) for a transcript without text are empty strings. */
export function exportTranscript(transcript: Transcript, format: ExportFormat): string {
  return WRITERS[format](transcript);
}
