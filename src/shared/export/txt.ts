/** Plain text: one line per segment, as openai/whisper's txt writer has it, without empty lines. */
import type { Transcript } from '../transcript.js';
import { spokenSegments, toSingleLine } from './lines.js';

export function toTxt(transcript: Transcript): string {
  return spokenSegments(transcript.segments)
    .map((segment) => `${toSingleLine(segment.text)}\n`)
    .join('');
}
