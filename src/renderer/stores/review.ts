/** Going through the least certain words: which one is being looked at, and playing what is around it. */
import { create } from 'zustand';
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { listDoubtful, stepDoubtful } from '../review.js';
import type { DoubtfulWord } from '../review.js';
import { segmentsOf } from './editing.js';
import { playedSamples, playStretch } from './player.js';
import { useUi } from './ui.js';

export interface ReviewState {
  readonly jobId: string | null;
  readonly words: readonly DoubtfulWord[];
  readonly current: number | null;
}

export const useReview = create<ReviewState>()(() => ({ jobId: null, words: [], current: null }));

/** Played before and after the word. */
const AROUND = SAMPLE_RATE_HZ;

export function stepReview(jobId: string, step: 1 | -1): void {
  const before = useReview.getState();
  const words = listDoubtful(segmentsOf(jobId));
  const known = before.jobId === jobId ? before.current : null;
  const current = stepDoubtful(words, known, playedSamples(), step);
  useReview.setState({ jobId, words, current });
  const word = current === null ? undefined : words[current];
  if (word === undefined) return;
  useUi.setState({ marked: { jobId, index: word.at } });
  playStretch(word.start - AROUND, word.end + AROUND);
}

export function endReview(): void {
  useReview.setState({ jobId: null, words: [], current: null });
}
