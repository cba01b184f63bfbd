/** SubRip: numbered from 1 without gaps, `00:00:00,000`, hours grow beyond two digits when they must. */
import { formatClock } from '../time.js';
import type { Transcript } from '../transcript.js';
import { spokenSegments, toCueText } from './lines.js';

export function toSrt(transcript: Transcript): string {
  const cues = spokenSegments(transcript.segments).map((segment, index) => {
    const times = `${formatClock(segment.start, ',')} --> ${formatClock(segment.end, ',')}`;
    return `${index + 1}\n${times}\n${toCueText(segment.text)}\n`;
  });
  return cues.join('\n');
}
