/**
 * A transcript as prose, for formats that are read and not followed: sentences of one speaker run on until a
 * pause. Pure.
 */
import type { Samples } from '../time.js';
import type { Segment } from '../transcript.js';
import { spokenSegments, toSingleLine } from './lines.js';

/** A pause this long (2 s) begins a new paragraph, */
const PAUSE_SAMPLES = 32_000;
/** and so does the first end of a sentence after this much text. */
const LONG_CHARACTERS = 600;
const SENTENCE_END = /[.!?…。！？]["'”’»)\]]*$/u;

export interface Paragraph {
  readonly start: Samples;
  readonly speaker: string | null;
  /** On one line. */
  readonly text: string;
}

export function listParagraphs(segments: readonly Segment[]): readonly Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let before: Segment | null = null;
  for (const segment of spokenSegments(segments)) {
    const last = paragraphs.at(-1);
    if (last === undefined || before === null || beginsParagraph(last, before, segment)) {
      paragraphs.push({
        start: segment.start,
        speaker: segment.speaker ?? null,
        text: toSingleLine(segment.text),
      });
    } else {
      // The text as decoded says itself whether a space stands between.
      paragraphs[paragraphs.length - 1] = { ...last, text: toSingleLine(last.text + segment.text) };
    }
    before = segment;
  }
  return paragraphs;
}

function beginsParagraph(paragraph: Paragraph, before: Segment, segment: Segment): boolean {
  if (paragraph.speaker !== (segment.speaker ?? null)) return true;
  if (segment.start - before.end >= PAUSE_SAMPLES) return true;
  return paragraph.text.length >= LONG_CHARACTERS && SENTENCE_END.test(paragraph.text);
}
