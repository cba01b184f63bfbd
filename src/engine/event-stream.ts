/**
 * Carries engine events to the renderer in batches: at most 60 messages a second while tokens flow,
 * because more than one a frame is work nobody sees. Every message is an array of events. Events that
 * end something (commit, done, …) leave at once and take the waiting tokens along, so order holds.
 */
import type { EngineEvent } from '../shared/events.js';

export interface StreamPort {
  post(events: readonly EngineEvent[]): void;
  close(): void;
  onClose(listener: () => void): void;
}

/** 60 messages a second, rounded so as to stay below. */
const MIN_INTERVAL_MS = 17;

export interface EventStream {
  /** From now on events go here; the port before it is closed. Waiting events go to the new one. */
  connect(port: StreamPort): void;
  push(event: EngineEvent): void;
}

export function createEventStream(): EventStream {
  let port: StreamPort | null = null;
  let waiting: EngineEvent[] = [];
  let timer: NodeJS.Timeout | null = null;
  let lastPostMs = -Infinity;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = waiting;
    waiting = [];
    lastPostMs = performance.now();
    port?.post(batch);
  };

  return {
    connect(next) {
      port?.close();
      port = next;
      next.onClose(() => {
        if (port === next) port = null;
      });
    },
    push(event) {
      waiting.push(event);
      // The clock is asked on each event as well as by timer: while the decoder holds the thread, timers are late.
      const waitMs = lastPostMs + MIN_INTERVAL_MS - performance.now();
      const isPending = event.kind === 'token' || event.kind === 'attempt' || event.kind === 'timings';
      if (!isPending || waitMs <= 0) flush();
      else timer ??= setTimeout(flush, Math.ceil(waitMs));
    },
  };
}
