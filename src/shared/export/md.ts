/** Markdown (CommonMark): the name as a heading, then paragraphs with their time and, where known, who speaks. */
import { formatDuration } from '../time.js';
import type { Transcript } from '../transcript.js';
import { toSingleLine } from './lines.js';
import { listParagraphs } from './paragraphs.js';

/** What begins something in Markdown, wherever it stands. */
const INLINE = /[\\`*_[\]<>&~|]/g;
/** And what does so at the beginning of a line: headings, quotes, lists, rules. */
const LINE_START = /^(#{1,6}(?=\s|$)|[-+=](?=[\s=-]|$)|\d{1,9}(?=[.)]))/;

function escapeMarkdown(text: string): string {
  return text.replaceAll(INLINE, '\\$&').replace(LINE_START, (start) => escapeStart(start));
}

/** Of `12.` it is the dot that has to be escaped; digits may not be. */
function escapeStart(start: string): string {
  return /^\d/.test(start) ? `${start}\\` : `\\${start}`;
}

export function toMd({ fileName, segments }: Transcript): string {
  const paragraphs = listParagraphs(segments).map(({ start, speaker, text }) => {
    const name = speaker === null ? '' : ` ${escapeMarkdown(toSingleLine(speaker))}`;
    return `\n**${formatDuration(start)}**${name === '' ? '' : ` **${name.trim()}:**`} ${escapeMarkdown(text)}\n`;
  });
  return `# ${escapeMarkdown(toSingleLine(fileName))}\n${paragraphs.join('')}`;
}
