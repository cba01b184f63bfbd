/** Segments known to the page: merged by index, gaps seen, runs kept apart. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptFetched,
  EMPTY_ENTRY,
  hasGap,
  mergeSegments,
  needsFetch,
  reduceEntry,
  restartEntry,
  retriesAbove,
} from '../../../src/renderer/transcript-entry.js';
import type { TranscriptEntry } from '../../../src/renderer/transcript-entry.js';
import { describeRetries } from '../../../src/renderer/views/transcript/describe-retries.js';
import type { EngineEvent } from '../../../src/shared/events.js';
import { attempt, commit, job, opened, seconds, segment } from './events.js';

function reduceAll(events: readonly EngineEvent[], from: TranscriptEntry = EMPTY_ENTRY): TranscriptEntry {
  return events.reduce(reduceEntry, from);
}

describe('merging segments', () => {
  it('appends what follows and drops what is already there', () => {
    const merged = mergeSegments([segment(0), segment(1)], [segment(1), segment(2)]);

    expect(merged.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('ends with every index once and in order, whatever the order of arrival', () => {
    const batches = fc.array(fc.array(fc.nat(40), { maxLength: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(batches, (lists) => {
        const merged = lists.reduce<readonly ReturnType<typeof segment>[]>(
          (known, list) =>
            mergeSegments(
              known,
              list.sort((a, b) => a - b).map((index) => segment(index)),
            ),
          [],
        );

        const expected = [...new Set(lists.flat())].sort((a, b) => a - b);
        expect(merged.map(({ index }) => index)).toEqual(expected);
      }),
    );
  });

  it('keeps the list itself when nothing came', () => {
    const known = [segment(0)];

    expect(mergeSegments(known, [])).toBe(known);
  });

  it('sees a missed commit as a gap', () => {
    expect(hasGap([segment(0), segment(1)])).toBe(false);
    expect(hasGap([segment(0), segment(2)])).toBe(true);
    expect(hasGap([])).toBe(false);
  });
});

describe('events of a job', () => {
  it('starts empty again when the job is opened again', () => {
    const entry = reduceAll([opened(), commit([segment(0)]), opened()]);

    expect(entry.segments).toEqual([]);
    expect(entry.run).toBe(2);
  });

  it('keeps the same entry for tokens, so that rows do not render', () => {
    const entry = reduceAll([opened(), commit([segment(0)])]);

    expect(reduceEntry(entry, attempt({ windowStart: 30 }))).toBe(entry);
    expect(reduceEntry(entry, commit([], { isSilent: true }))).toBe(entry);
  });

  it('marks retries above the first segment of their window, in order', () => {
    const entry = reduceAll([
      attempt({}),
      attempt({ temperature: 0.2, retryReason: 'compression-ratio' }),
      attempt({ temperature: 0.4, retryReason: 'log-probability' }),
      commit([segment(0, { temperature: 0.4 }), segment(1, { temperature: 0.4 })]),
    ]);

    expect(retriesAbove(entry, 0, 0)).toEqual([
      { temperature: 0.2, reason: 'compression-ratio' },
      { temperature: 0.4, reason: 'log-probability' },
    ]);
    expect(retriesAbove(entry, 1, 0)).toEqual([]);
  });

  it('says them in a line for each reason', () => {
    const retries = [
      { temperature: 0.2, reason: 'compression-ratio' },
      { temperature: 0.4, reason: 'compression-ratio' },
      { temperature: 0.6, reason: 'log-probability' },
    ] as const;

    expect(describeRetries(retries).split('\n')).toEqual([
      'Decoded again at temperature 0.2, 0.4: the text repeated itself',
      'Decoded again at temperature 0.6: the words were too unsure',
    ]);
    expect(describeRetries([{ temperature: 0.4, reason: null }])).toBe('Decoded again at temperature 0.4');
    expect(describeRetries([])).toBe('');
  });

  it('marks a retry from before the page was loaded by its temperature alone', () => {
    const next = { windowStart: seconds(30), temperature: 0.6 };
    const segments = [segment(0), segment(1, next), segment(2, next)];
    const entry = { segments, retries: new Map() };

    expect(retriesAbove(entry, 0, 0)).toEqual([]);
    expect(retriesAbove(entry, 1, 0)).toEqual([{ temperature: 0.6, reason: null }]);
    expect(retriesAbove(entry, 2, 0)).toEqual([]);
    expect(retriesAbove(entry, 1, 0.6)).toEqual([]);
  });
});

describe('asking main for segments', () => {
  const fetched: TranscriptEntry = { ...EMPTY_ENTRY, fetchedAtCount: 2, segments: [segment(0), segment(1)] };

  it('asks on first sight of a job that may have some', () => {
    expect(needsFetch(job('a', 'done', { segmentCount: 2 }), EMPTY_ENTRY)).toBe(true);
    expect(needsFetch(job('a', 'running'), EMPTY_ENTRY)).toBe(true);
    expect(needsFetch(job('a', 'queued'), EMPTY_ENTRY)).toBe(false);
  });

  it('does not ask while the stream brings them', () => {
    expect(needsFetch(job('a', 'running', { segmentCount: 3 }), fetched)).toBe(false);
  });

  it('asks after a gap and when a finished job has more', () => {
    const gap = { ...fetched, segments: [segment(0), segment(3)] };

    expect(needsFetch(job('a', 'running', { segmentCount: 4 }), gap)).toBe(true);
    expect(needsFetch(job('a', 'done', { segmentCount: 3 }), fetched)).toBe(true);
  });

  it('asks once more when the job is over, and takes what was not transcribed from the answer', () => {
    const cancelled = job('a', 'cancelled', { segmentCount: 2 });
    const heard = { kind: 'speech', start: seconds(0), end: seconds(9) } as const;
    const lost = { kind: 'failed', start: seconds(9), end: seconds(20) } as const;
    expect(needsFetch(cancelled, fetched)).toBe(true);

    const asked = { ...fetched, isWhole: true, spans: [heard, heard, heard] };
    const answer = { revision: 0, segments: fetched.segments, spans: [heard, lost] };
    const whole = acceptFetched(asked, fetched.run, answer);
    expect(whole.spans).toEqual([heard, lost]);
    expect(needsFetch(cancelled, whole)).toBe(false);
    expect(needsFetch(cancelled, restartEntry(whole))).toBe(true);
  });

  it('never asks twice at the same count, nor while an answer is on its way', () => {
    const short = { ...fetched, segments: [segment(0)], isWhole: true };

    expect(needsFetch(job('a', 'done', { segmentCount: 2 }), short)).toBe(false);
    expect(needsFetch(job('a', 'done', { segmentCount: 9 }), { ...fetched, isFetching: true })).toBe(false);
  });
});
