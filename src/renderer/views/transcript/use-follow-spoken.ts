/** Scrolls along with what is played, until the reader scrolls themselves; again from the next start of playing. */
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { usePlayer } from '../../stores/player.js';

interface Scroller {
  scrollToIndex(index: number, options: { readonly align: 'auto' | 'center' }): void;
}

export function useFollowSpoken(
  jobId: string,
  scrollRef: RefObject<HTMLElement | null>,
  list: Scroller,
): void {
  const spokenAt = usePlayer((state) => (state.jobId === jobId && state.isPlaying ? state.spoken.at : -1));
  const isPlaying = usePlayer((state) => state.isPlaying);
  const isFollowing = useRef(true);

  useEffect(() => {
    isFollowing.current = true;
    const scroller = scrollRef.current;
    if (!isPlaying || scroller === null) return;
    const letGo = (): void => {
      isFollowing.current = false;
    };
    scroller.addEventListener('wheel', letGo, { passive: true });
    scroller.addEventListener('touchmove', letGo, { passive: true });
    return () => {
      scroller.removeEventListener('wheel', letGo);
      scroller.removeEventListener('touchmove', letGo);
    };
  }, [isPlaying, scrollRef]);

  useEffect(() => {
    if (spokenAt >= 0 && isFollowing.current) list.scrollToIndex(spokenAt, { align: 'auto' });
  }, [spokenAt, list]);
}
