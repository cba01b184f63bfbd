/**
 * What the text formats do with a segment's text before they print it. Text in, text out.
 */
import type { Segment } from '../transcript.js';

/** Everything that some reader takes for the end of a line, with the blanks around it. */
const LINE_BREAKS = /[^\S\r\n\v\f\u0085\u2028\u2029]*[\r\n\v\f\u0085\u2028\u2029]\s*/g;

/** The text on one line, trimmed. */
export function toSingleLine(text: string): string {
  return text.trim().replace(LINE_BREAKS, ' ');
}

/**
 * The text as the payload of a subtitle cue: trimmed, no blank line (it would end the cue), and no
 * arrow that a parser could take for a timing line. openai/whisper replaces `-->` by `->`; longer
 * arrows (`--->`) would still leave one behind, so they are shortened too.
 */
export function toCueText(text: string): string {
  return text
    .trim()
    .replace(LINE_BREAKS, '\n')
    .replace(/-{2,}>/g, '->');
}

/** Segments that have something to show; a subtitle or line without text is noise. */
export function spokenSegments(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((segment) => segment.text.trim() !== '');
}
