/** The search in the transcript on screen. */
import { create } from 'zustand';
import { groupPlaces } from '../../shared/edit/builders.js';
import type { Segment } from '../../shared/transcript.js';
import { findMatches, firstMatchFrom } from '../find.js';
import type { Match } from '../find.js';
import { useUi } from './ui.js';

export interface FindState {
  readonly isOpen: boolean;
  readonly jobId: string | null;
  readonly query: string;
  readonly replacement: string;
  readonly isCaseExact: boolean;
  readonly matches: readonly Match[];
  /** The same by the position of their segment. */
  readonly byRow: ReadonlyMap<number, readonly Match[]>;
  /** Position in `matches`. */
  readonly current: number;
}

export const useFind = create<FindState>()(() => ({
  isOpen: false,
  jobId: null,
  query: '',
  replacement: '',
  isCaseExact: false,
  matches: [],
  byRow: new Map(),
  current: 0,
}));

export function openFind(jobId: string): void {
  useFind.setState({ isOpen: true, jobId });
}

export function closeFind(): void {
  useFind.setState({ isOpen: false });
}

/** Searches anew: the query or the text has changed. */
export function searchIn(segments: readonly Segment[]): void {
  const { query, isCaseExact, jobId, current } = useFind.getState();
  const matches = findMatches(segments, query, isCaseExact);
  const { marked } = useUi.getState();
  const at = marked?.jobId === jobId ? marked.index : 0;
  const isKept = current < matches.length && useFind.getState().matches.length > 0;
  useFind.setState({
    matches,
    byRow: groupPlaces(matches),
    current: isKept ? current : firstMatchFrom(matches, at),
  });
}

/** Goes to another match and marks its segment; it goes round at the ends. */
export function stepMatch(step: 0 | 1 | -1): void {
  const { matches, current, jobId } = useFind.getState();
  if (matches.length === 0 || jobId === null) return;
  const next = (current + step + matches.length) % matches.length;
  useFind.setState({ current: next });
  const match = matches[next];
  if (match !== undefined) useUi.setState({ marked: { jobId, index: match.at } });
}
