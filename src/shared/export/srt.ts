/** SubRip: numbered from 1 without gaps, `00:00:00,000`, hours grow beyond two digits when they must. */
import type { ShapeOptions } from '../shape.js';
import { formatClock } from '../time.js';
import type { Transcript } from '../transcript.js';
import { listCues } from './cues.js';

export function toSrt(transcript: Transcript, shape: ShapeOptions | null): string {
  const cues = listCues(transcript, shape).map(({ start, end, text }, index) => {
    const times = `${formatClock(start, ',')} --> ${formatClock(end, ',')}`;
    return `${index + 1}\n${times}\n${text}\n`;
  });
  return cues.join('\n');
}
