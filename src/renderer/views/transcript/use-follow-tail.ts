/**
 * Keeps the newest words in view until the reader scrolls up, and again after they come back to the
 * end. Only a scroll upwards lets go: growing text also changes the distance to the end.
 */
import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** Within this distance of the end, pixels, the reader counts as being at it. */
const NEAR_END_PX = 40;

export interface TailFollower {
  readonly isFollowing: boolean;
  readonly jumpToTail: () => void;
}

export function useFollowTail(
  scrollRef: RefObject<HTMLElement | null>,
  contentRef: RefObject<HTMLElement | null>,
  isActive: boolean,
): TailFollower {
  const [isFollowing, setIsFollowing] = useState(isActive);
  const [wasActive, setWasActive] = useState(isActive);
  const isFollowingRef = useRef(isFollowing);

  // A job that starts again is followed again.
  if (wasActive !== isActive) {
    setWasActive(isActive);
    if (isActive) setIsFollowing(true);
  }
  useEffect(() => {
    isFollowingRef.current = isFollowing;
  }, [isFollowing]);

  useEffect(() => {
    const scroller = scrollRef.current;
    const content = contentRef.current;
    if (!isActive || scroller === null || content === null) return;
    let lastTop = scroller.scrollTop;

    function follow(isNow: boolean): void {
      isFollowingRef.current = isNow;
      setIsFollowing(isNow);
    }
    function onScroll(): void {
      if (scroller === null) return;
      const distance = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
      if (distance <= NEAR_END_PX) follow(true);
      else if (scroller.scrollTop < lastTop - 1) follow(false);
      lastTop = scroller.scrollTop;
    }
    const observer = new ResizeObserver(() => {
      if (isFollowingRef.current) scroller.scrollTop = scroller.scrollHeight;
    });
    observer.observe(content);
    observer.observe(scroller);
    scroller.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
    };
  }, [scrollRef, contentRef, isActive]);

  return {
    isFollowing,
    jumpToTail() {
      isFollowingRef.current = true;
      setIsFollowing(true);
      scrollRef.current?.scrollTo({ top: scrollRef.current.scrollHeight });
    },
  };
}
