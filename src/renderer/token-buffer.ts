/**
 * Text that is still being decoded. Engine events go in as they arrive; once per frame one snapshot
 * comes out, so that a burst of tokens costs one render of the tail and none of the rows above it.
 *
 * Pending text belongs to one window: the next `attempt` throws it away and `commit` replaces it by
 * final segments. A commit is published at once, not at the next frame, so that the words are never
 * shown twice and never blink. Tokens that come before any `attempt` (the page was reloaded in the
 * middle of a window) are left out: their beginning is unknown.
 */
import type { CommitEvent, EngineEvent } from '../shared/events.js';
import type { Samples } from '../shared/time.js';
import { matchTokens, toLiveToken } from './token-tail.js';
import type { LiveToken } from './token-tail.js';

export interface PendingLine {
  /** From the timestamp token before the words, or the start of the window. */
  readonly start: Samples;
  readonly text: string;
  /** The text by its tokens; those of bytes that are no whole character yet have none. */
  readonly tokens: readonly LiveToken[];
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

/** The tokens of what was committed last, by the index of the segment that they made, oldest first. */
export type SettledTokens = ReadonlyMap<number, readonly LiveToken[]>;
export type SettledByJob = ReadonlyMap<string, SettledTokens>;

function appendToken(pending: Pending, token: LiveToken): Pending {
  const last = pending.lines.at(-1);
  const isNew = last === undefined || pending.isLineClosed;
  if (isNew && token.text === '') return pending;
  if (isNew) {
    const lines = [...pending.lines, { start: pending.nextStart, text: token.text, tokens: [token] }];
    return { ...pending, lines, isLineClosed: false };
  }
  const longer = { ...last, text: last.text + token.text, tokens: [...last.tokens, token] };
  return { ...pending, lines: [...pending.lines.slice(0, -1), longer] };
}

/**
 * So many committed tokens stay to be looked at: about ten minutes of speech. A window alone would be gone before
 * the pointer is there, where a minute of sound takes half a second.
 */
export const KEPT_TOKENS = 2_000;

function settleTokens(before: SettledTokens, pending: Pending, { segments }: CommitEvent): SettledTokens {
  const tokens = pending.lines.flatMap((line) => line.tokens);
  const settled = new Map(before);
  for (const [position, matched] of matchTokens(segments, tokens).entries()) {
    const segment = segments[position];
    if (matched !== null && segment !== undefined) settled.set(segment.index, matched);
  }
  let surplus = [...settled.values()].reduce((sum, { length }) => sum + length, 0) - KEPT_TOKENS;
  for (const [index, { length }] of settled) {
    if (surplus <= 0) break;
    settled.delete(index);
    surplus -= length;
  }
  return settled;
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
        ? appendToken(pending, toLiveToken(event))
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
  readonly publish: (pending: PendingByJob, settled: SettledByJob) => void;
}

export function createTokenBuffer({ onNextFrame, publish }: TokenBufferOptions): TokenBuffer {
  const pendingByJob = new Map<string, Pending>();
  const settledByJob = new Map<string, SettledTokens>();
  let isDirty = false;
  let isScheduled = false;

  function flush(): void {
    if (!isDirty) return;
    isDirty = false;
    publish(new Map(pendingByJob), new Map(settledByJob));
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
      if (before !== null && event.kind === 'commit') {
        const settled = settledByJob.get(event.jobId) ?? new Map<number, readonly LiveToken[]>();
        settledByJob.set(event.jobId, settleTokens(settled, before, event));
      }
      if (event.kind === 'opened') settledByJob.delete(event.jobId);
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
