/**
 * Comma-separated values with the columns of whisper.cpp's csv writer: `start,end,text`, times in
 * whole milliseconds. Text is always quoted, quotes doubled (RFC 4180); lines end in LF.
 */
import { samplesToMs } from '../time.js';
import type { Transcript } from '../transcript.js';

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

export function toCsv(transcript: Transcript): string {
  const rows = transcript.segments.map(
    (segment) => `${samplesToMs(segment.start)},${samplesToMs(segment.end)},${quote(segment.text.trim())}\n`,
  );
  return `start,end,text\n${rows.join('')}`;
}
