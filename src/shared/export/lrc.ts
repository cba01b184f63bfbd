/**
 * Lyrics with times, `[mm:ss.xx]` before each line, as whisper.cpp's lrc writer and music players have them.
 * Minutes grow beyond two digits when they must: the format knows no hours.
 */
import { samplesToMs } from '../time.js';
import type { Transcript } from '../transcript.js';
import { spokenSegments, toSingleLine } from './lines.js';

function formatLrcTime(samples: number): string {
  const hundredths = Math.round(samplesToMs(samples) / 10);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${pad(Math.floor(hundredths / 6000))}:${pad(Math.floor(hundredths / 100) % 60)}.${pad(hundredths % 100)}`;
}

export function toLrc(transcript: Transcript): string {
  return spokenSegments(transcript.segments)
    .map(({ start, text, speaker }) => {
      const name = speaker === undefined ? '' : `${toSingleLine(speaker)}: `;
      return `[${formatLrcTime(start)}]${name}${toSingleLine(text)}\n`;
    })
    .join('');
}
