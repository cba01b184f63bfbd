/**
 * Marks what was searched for in the rows that are on screen, by the CSS Custom Highlight API: ranges over the
 * text that is there, so that no row is rendered again for a search.
 */
import { useEffect } from 'react';
import type { RefObject } from 'react';
import type { Segment } from '../../../shared/transcript.js';
import type { Match } from '../../find.js';
import { useFind } from '../../stores/find.js';

/** The place in the row's text nodes, which show the segment's text without the space before it. */
function rangeIn(text: Element, from: number, to: number): Range | null {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let passed = 0;
  let hasStart = false;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const { length } = node.textContent ?? '';
    if (!hasStart && from < passed + length) {
      range.setStart(node, Math.max(0, from - passed));
      hasStart = true;
    }
    if (hasStart && to <= passed + length) {
      range.setEnd(node, to - passed);
      return range;
    }
    passed += length;
  }
  return null;
}

function rangesOf(
  content: HTMLElement,
  segments: readonly Segment[],
  byRow: ReadonlyMap<number, readonly Match[]>,
): Range[] {
  return [...content.querySelectorAll<HTMLElement>('.row[data-index]')].flatMap((row) => {
    const at = Number(row.dataset['index']);
    const text = row.querySelector('.row-text');
    const leading = (segments[at]?.text.length ?? 0) - (segments[at]?.text.trimStart().length ?? 0);
    if (text === null) return [];
    return (byRow.get(at) ?? []).flatMap(({ from, to }) => rangeIn(text, from - leading, to - leading) ?? []);
  });
}

/** Without dependencies: rows come and go with each scroll, and there are at most some forty of them. */
export function useShownMatches(
  jobId: string,
  contentRef: RefObject<HTMLElement | null>,
  segments: readonly Segment[],
): void {
  const found = useFind((state) => (state.isOpen && state.jobId === jobId ? state.byRow : null));
  const now = useFind((state) => state.matches[state.current] ?? null);

  useEffect(() => {
    const content = contentRef.current;
    if (content === null || found === null || found.size === 0) {
      CSS.highlights.delete('find');
      CSS.highlights.delete('find-now');
      return;
    }
    CSS.highlights.set('find', new Highlight(...rangesOf(content, segments, found)));
    CSS.highlights.set(
      'find-now',
      new Highlight(...rangesOf(content, segments, new Map(now === null ? [] : [[now.at, [now]]]))),
    );
  });

  useEffect(
    () => () => {
      CSS.highlights.delete('find');
      CSS.highlights.delete('find-now');
    },
    [],
  );
}
