/** Pending text: grows by tokens, starts anew with an attempt, gives way to commits; one snapshot a frame. */
import { describe, expect, it } from 'vitest';
import { createTokenBuffer, KEPT_TOKENS, reducePending } from '../../../src/renderer/token-buffer.js';
import type { Pending, PendingByJob, SettledByJob } from '../../../src/renderer/token-buffer.js';
import type { EngineEvent } from '../../../src/shared/events.js';
import { attempt, commit, opened, segment, timestamp, token } from './events.js';

function reduceAll(events: readonly EngineEvent[]): Pending | null {
  return events.reduce<Pending | null>(reducePending, null);
}

function readLines(pending: Pending | null | undefined): (readonly [number, string])[] {
  return (pending?.lines ?? []).map((line) => [line.start / 16_000, line.text] as const);
}

describe('pending text of one window', () => {
  it('joins tokens to one line that starts with the window', () => {
    const pending = reduceAll([attempt({ windowStart: 30 }), token(' Ask'), token(' not'), token('')]);

    expect(readLines(pending)).toEqual([[30, ' Ask not']]);
  });

  it('opens a line at each timestamp, with the time the later of a pair names', () => {
    const events = [
      attempt({ windowStart: 30 }),
      timestamp(30.5),
      token(' One'),
      timestamp(33),
      timestamp(34),
    ];

    const pending = reduceAll([...events, token(' two')]);

    expect(readLines(pending)).toEqual([
      [30.5, ' One'],
      [34, ' two'],
    ]);
  });

  it('makes no empty lines of timestamps alone', () => {
    expect(readLines(reduceAll([attempt({}), timestamp(0), timestamp(2), timestamp(2)]))).toEqual([]);
  });

  it('is thrown away by the next attempt', () => {
    const pending = reduceAll([
      attempt({}),
      token(' again again again'),
      attempt({ temperature: 0.2, retryReason: 'compression-ratio' }),
    ]);

    expect(pending).toMatchObject({ lines: [], temperature: 0.2 });
  });

  it('is gone after a commit, even one without segments', () => {
    expect(reduceAll([attempt({}), token(' Thanks'), commit([], { isSilent: true })])).toBeNull();
  });

  it('leaves out tokens whose window began before the page was loaded', () => {
    expect(reduceAll([token(' middle'), token(' of it')])).toBeNull();
  });

  it('is gone when the job starts again', () => {
    expect(reduceAll([attempt({}), token(' Old'), opened()])).toBeNull();
  });
});

describe('token buffer', () => {
  function setUp() {
    const frames: (() => void)[] = [];
    const published: PendingByJob[] = [];
    const buffer = createTokenBuffer({
      onNextFrame: (callback) => frames.push(callback),
      publish: (pending) => published.push(pending),
    });
    return { buffer, frames, published };
  }

  it('publishes a burst of tokens once, at the next frame', () => {
    const { buffer, frames, published } = setUp();

    buffer.push(attempt({}));
    for (let count = 0; count < 100; count++) buffer.push(token(' la'));
    const beforeFrame = published.length;
    frames.forEach((frame) => {
      frame();
    });

    expect(beforeFrame).toBe(0);
    expect(frames).toHaveLength(1);
    expect(published).toHaveLength(1);
    expect(readLines(published[0]?.get('job-1'))).toEqual([[0, ' la'.repeat(100)]]);
  });

  it('publishes a commit at once, so that words are never shown twice', () => {
    const { buffer, frames, published } = setUp();
    buffer.push(attempt({}));
    buffer.push(token(' Done'));

    buffer.push(commit([segment(0)]));
    frames.forEach((frame) => {
      frame();
    });

    expect(published).toHaveLength(1);
    expect(published[0]?.size).toBe(0);
  });

  it('keeps the tokens of what was committed last, the oldest segments going first', () => {
    const published: SettledByJob[] = [];
    const buffer = createTokenBuffer({
      onNextFrame: () => undefined,
      publish: (_, settled) => published.push(settled),
    });
    const perSegment = 100;
    const text = ' word'.repeat(perSegment);

    for (let index = 0; index <= KEPT_TOKENS / perSegment; index++) {
      buffer.push(attempt({}));
      for (let count = 0; count < perSegment; count++) buffer.push(token(' word'));
      buffer.push(commit([segment(index, { text })]));
    }

    const settled = [...(published.at(-1)?.values() ?? [])];
    expect(settled).toHaveLength(1);
    expect([...(settled[0]?.keys() ?? [])]).toEqual(
      Array.from({ length: KEPT_TOKENS / perSegment }, (_, index) => index + 1),
    );
    expect([...(settled[0]?.values() ?? [])].every(({ length }) => length === perSegment)).toBe(true);
  });

  it('keeps jobs apart', () => {
    const { buffer, published } = setUp();
    buffer.push(attempt({ jobId: 'job-1' }));
    buffer.push(attempt({ jobId: 'job-2' }));
    buffer.push(token(' two', 'job-2'));

    buffer.flush();

    expect(readLines(published[0]?.get('job-1'))).toEqual([]);
    expect(readLines(published[0]?.get('job-2'))).toEqual([[0, ' two']]);
  });

  it('forgets everything when the stream is replaced, and works on', () => {
    const { buffer, published } = setUp();
    buffer.push(attempt({}));
    buffer.push(token(' lost'));

    buffer.clear();
    buffer.push(attempt({ windowStart: 30 }));
    buffer.push(token(' new'));
    buffer.flush();

    expect(published[0]?.size).toBe(0);
    expect(readLines(published.at(-1)?.get('job-1'))).toEqual([[30, ' new']]);
  });

  it('publishes snapshots that later tokens do not change', () => {
    const { buffer, published } = setUp();
    buffer.push(attempt({ windowStart: 0 }));
    buffer.push(token(' one'));
    buffer.flush();

    buffer.push(token(' two'));

    expect(readLines(published[0]?.get('job-1'))).toEqual([[0, ' one']]);
  });
});
