/**
 * Text that is still being decoded. Engine events go in as they arrive; once per frame one snapshot
 * comes out, so that a burst of tokens costs one render of the tail and none of the rows above it.
 *
 * Pending text belongs to one window: the next `attempt` throws it away and `commit` replaces it by
 * final segments. A commit is published at once, not at the next frame, so that the words are never
 * shown twice and never blink. Tokens that come before any `attempt` (the page was reloaded in the
 * middle of a window) are left out: their beginning is unknown.
 */
import type { EngineEvent } from '../shared/events.js';
import type { Samples } from '../shared/time.js';

export interface PendingLine {
  /** From the timestamp token before the words, or the start of the window. */
  readonly start: Samples;
  readonly text: string;
}

export interface Pending {
  readonly windowStart: Samples;
  readonly windowEnd: Samples;
  readonly temperature: number;
  readonly lines: readonly PendingLine[];
  /** Where the next words start: the last timestamp token seen. */
  readonly nextStart: Samples;
  /** True after a timestamp token: the next words open a new line. */
  readonly isLineClosed: boolean;
}

export type PendingByJob = ReadonlyMap<string, Pending>;

function appendText(pending: Pending, text: string): Pending {
  if (text === '') return pending;
  const last = pending.lines.at(-1);
  if (last === undefined || pending.isLineClosed) {
    const lines = [...pending.lines, { start: pending.nextStart, text }];
    return { ...pending, lines, isLineClosed: false };
  }
  return {
    ...pending,
    lines: [...pending.lines.slice(0, -1), { start: last.start, text: last.text + text }],
  };
}

/** The pending text of one job after one event; null when nothing is being decoded. */
export function reducePending(pending: Pending | null, event: EngineEvent): Pending | null {
  switch (event.kind) {
    case 'attempt':
      return {
        windowStart: event.windowStart,
        windowEnd: event.windowEnd,
        temperature: event.temperature,
        lines: [],
        nextStart: event.windowStart,
        isLineClosed: true,
      };
    case 'token':
      if (pending === null) return null;
      return event.timestamp === null
        ? appendText(pending, event.text)
        : { ...pending, nextStart: event.timestamp, isLineClosed: true };
    case 'language':
    case 'span':
    case 'timings':
      return pending;
    case 'opened':
    case 'commit':
    case 'done':
    case 'failed':
    case 'cancelled':
      return null;
  }
}

export interface TokenBuffer {
  push(event: EngineEvent): void;
  /** Publishes now what is waiting for the next frame. */
  flush(): void;
  /** The stream was replaced: what was pending will not be continued. */
  clear(): void;
}

export interface TokenBufferOptions {
  /** Runs the callback at the next frame; once per call. */
  readonly onNextFrame: (callback: () => void) => void;
  readonly publish: (pending: PendingByJob) => void;
}

export function createTokenBuffer({ onNextFrame, publish }: TokenBufferOptions): TokenBuffer {
  const pendingByJob = new Map<string, Pending>();
  let isDirty = false;
  let isScheduled = false;

  function flush(): void {
    if (!isDirty) return;
    isDirty = false;
    publish(new Map(pendingByJob));
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    onNextFrame(() => {
      isScheduled = false;
      flush();
    });
  }

  return {
    push(event) {
      const before = pendingByJob.get(event.jobId) ?? null;
      const after = reducePending(before, event);
      if (after === before) return;
      isDirty = true;
      if (after === null) {
        pendingByJob.delete(event.jobId);
        flush();
      } else {
        pendingByJob.set(event.jobId, after);
        schedule();
      }
    },
    flush,
    clear() {
      isDirty = isDirty || pendingByJob.size > 0;
      pendingByJob.clear();
      flush();
    },
  };
}
