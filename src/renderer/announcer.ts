/**
 * What a screen reader is told while text comes in: finished segments, politely, joined, at most once
 * in three seconds (never single tokens, which would talk over everything).
 */

export const ANNOUNCE_EVERY_MS = 3000;

export interface AnnouncerOptions {
  readonly now: () => number;
  readonly runAfter: (delayMs: number, callback: () => void) => void;
  readonly say: (text: string) => void;
}

export interface Announcer {
  add(text: string): void;
}

export function createAnnouncer({ now, runAfter, say }: AnnouncerOptions): Announcer {
  let waiting: string[] = [];
  let lastSaidMs = -Infinity;
  let isScheduled = false;

  function sayWaiting(): void {
    isScheduled = false;
    lastSaidMs = now();
    say(waiting.join(' '));
    waiting = [];
  }

  return {
    add(text) {
      if (text.trim() === '') return;
      waiting.push(text.trim());
      if (isScheduled) return;
      const restMs = lastSaidMs + ANNOUNCE_EVERY_MS - now();
      if (restMs <= 0) {
        sayWaiting();
      } else {
        isScheduled = true;
        runAfter(restMs, sayWaiting);
      }
    },
  };
}
