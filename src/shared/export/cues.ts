/** What both subtitle formats show: the segments as they were decoded, or shaped. */
import { shapeCues } from '../shape.js';
import type { ShapeOptions } from '../shape.js';
import type { Samples } from '../time.js';
import type { Transcript, Word } from '../transcript.js';
import { spokenSegments, toCueText } from './lines.js';

export interface TextCue {
  readonly start: Samples;
  readonly end: Samples;
  /** Lines with LF between, safe as the payload of a cue. */
  readonly text: string;
  /** That spell the text, when their times are known; none for shaped subtitles, whose lines are their own. */
  readonly words: readonly Word[];
}

export function listCues({ segments, duration }: Transcript, shape: ShapeOptions | null): readonly TextCue[] {
  if (shape === null) {
    return spokenSegments(segments).map(({ start, end, text, words = [] }) => {
      const areText = words.map((word) => word.text).join('') === text;
      return { start, end, text: toCueText(text), words: areText ? words : [] };
    });
  }
  return shapeCues(segments, duration, shape).map(({ start, end, lines }) => {
    return { start, end, text: toCueText(lines.join('\n')), words: [] };
  });
}
