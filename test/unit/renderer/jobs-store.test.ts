/** The jobs store's reducers: main's list, the stream, reconnecting, and what is on screen. */
import { describe, expect, it } from 'vitest';
import { describeChanges } from '../../../src/renderer/job-changes.js';
import { reconcileJobs } from '../../../src/renderer/reconcile-jobs.js';
import { followJob } from '../../../src/renderer/selection.js';
import {
  reduceEvents,
  reduceJobs,
  reduceReconnect,
  selectedJobId,
} from '../../../src/renderer/stores/jobs.js';
import type { JobsState } from '../../../src/renderer/stores/jobs.js';
import { acceptFetched, EMPTY_ENTRY, reduceEntry } from '../../../src/renderer/transcript-entry.js';
import { attempt, commit, job, opened, segment, seconds, token } from './events.js';

const EMPTY: JobsState = { jobs: [], transcripts: {}, selection: { kind: 'follow' }, followedId: null };
const failure = { code: 'not-audio', message: 'a.mp3 is not audio.', remedy: 'Choose another.' } as const;

describe('the list from main', () => {
  it('keeps the objects of unchanged jobs, so that their rows do not render', () => {
    const before = [job('a', 'done'), job('b', 'running')];

    const after = reconcileJobs(before, [job('a', 'done'), job('b', 'running', { processed: seconds(30) })]);

    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  it('drops transcripts of removed jobs', () => {
    const state = reduceJobs({ ...EMPTY, transcripts: { gone: EMPTY_ENTRY } }, [job('a', 'queued')]);

    expect(state.transcripts).toEqual({});
  });

  it('clears the text of a finished job that is queued again', () => {
    const first = reduceEvents(reduceJobs(EMPTY, [job('job-1', 'failed')]), [commit([segment(0)])]);

    const again = reduceJobs(first, [job('job-1', 'queued')]);

    expect(again.transcripts['job-1']?.segments).toEqual([]);
  });
});

describe('a job that goes on where it was', () => {
  const shown = [segment(0), segment(1)];
  const running = reduceJobs(EMPTY, [job('job-1', 'running', { segmentCount: 2 })]);
  const before = reduceEvents(running, [commit(shown)]);
  const retry = attempt({ temperature: 0.2, retryReason: 'loop' });
  const interrupted = attempt({ windowStart: 30, temperature: 0.2, retryReason: 'loop' });

  it('keeps its text on the screen when another engine opens it, and main is asked', () => {
    const again = reduceEvents(before, [opened()]).transcripts['job-1'];

    expect(again).toMatchObject({ segments: shown, fetchedAtCount: null, isStale: true });
    expect(again?.run).not.toBe(before.transcripts['job-1']?.run);
  });

  it('has what main answers in its place, and then what the stream brings', () => {
    const again = reduceEvents(before, [opened()]).transcripts['job-1'] ?? EMPTY_ENTRY;
    const fetched = { revision: 0, segments: [segment(0)], spans: [] };
    const answered = acceptFetched(again, again.run, fetched);

    expect(answered.segments).toEqual([segment(0)]);
    expect(reduceEntry(answered, commit([segment(1)])).segments).toEqual([segment(0), segment(1)]);
  });

  it('keeps it after Cancel and Continue, too', () => {
    const cancelled = reduceJobs(before, [job('job-1', 'cancelled', { segmentCount: 2 })]);
    const queued = reduceJobs(cancelled, [job('job-1', 'queued', { segmentCount: 2 })]);

    expect(queued.transcripts['job-1']).toMatchObject({ segments: shown, isWhole: false });
  });

  it('forgets the retries of the window that was interrupted alone, for they are told again', () => {
    const retried = reduceEvents(before, [retry, interrupted, opened()]).transcripts['job-1'];

    expect([...(retried?.retries.keys() ?? [])]).toEqual([seconds(0)]);
  });
});

describe('the stream', () => {
  it('appends committed segments to their job', () => {
    const state = reduceEvents(EMPTY, [opened(), commit([segment(0), segment(1)]), commit([segment(2)])]);

    expect(state.transcripts['job-1']?.segments).toHaveLength(3);
  });

  it('leaves the state itself alone for tokens', () => {
    const state = reduceEvents(EMPTY, [opened()]);

    expect(reduceEvents(state, [token(' word')])).toBe(state);
  });

  it('makes every transcript be asked again when it is replaced, keeping what is shown', () => {
    const state = reduceReconnect(reduceEvents(EMPTY, [opened(), commit([segment(0)])]));

    expect(state.transcripts['job-1']).toMatchObject({ fetchedAtCount: null, segments: [{ index: 0 }] });
  });
});

describe('segments fetched from main', () => {
  it('join those that the stream brought meanwhile', () => {
    const entry = { ...EMPTY_ENTRY, isFetching: true, segments: [segment(2)] };

    const after = acceptFetched(entry, 0, {
      revision: 0,
      segments: [segment(0), segment(1)],
      spans: [],
    });

    expect(after.segments.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(after.isFetching).toBe(false);
  });

  it('are dropped when the job was started again since', () => {
    const entry = { ...EMPTY_ENTRY, run: 1, isFetching: true };

    const fetched = { revision: 0, segments: [segment(0)], spans: [] };
    expect(acceptFetched(entry, 0, fetched).segments).toEqual([]);
  });

  it('replace what is here when they are of a later edit, or when what is here is wrong', () => {
    const fetched = { revision: 2, segments: [segment(0)], spans: [] };
    const entry = { ...EMPTY_ENTRY, revision: 1, segments: [segment(0), segment(1)] };

    expect(acceptFetched(entry, 0, fetched)).toMatchObject({ revision: 2, segments: [{ index: 0 }] });
    const ahead = { ...entry, revision: 3 };
    expect(acceptFetched(ahead, 0, fetched).segments).toHaveLength(2);
    expect(acceptFetched({ ...ahead, isStale: true }, 0, fetched).segments).toHaveLength(1);
  });
});

describe('what is on screen', () => {
  const jobs = [job('a', 'done'), job('b', 'running'), job('c', 'queued')];

  it('is the running job by default', () => {
    expect(selectedJobId(reduceJobs(EMPTY, jobs))).toBe('b');
  });

  it('stays on the job that ran last when nothing runs', () => {
    expect(followJob([job('a', 'done'), job('b', 'done'), job('c', 'queued')], 'b')).toBe('b');
  });

  it('is the first waiting job when none has run, and the last one when all are over', () => {
    expect(followJob([job('a', 'done'), job('b', 'queued')], null)).toBe('b');
    expect(followJob([job('a', 'done'), job('b', 'failed')], null)).toBe('b');
    expect(followJob([], 'gone')).toBeNull();
  });

  it('is the chosen job until it is removed', () => {
    const chosen = { ...reduceJobs(EMPTY, jobs), selection: { kind: 'job', id: 'a' } } as const;

    expect(selectedJobId(chosen)).toBe('a');
    expect(selectedJobId(reduceJobs(chosen, jobs.slice(1)))).toBe('b');
  });

  it('is the start view when asked for, and when there are no jobs', () => {
    expect(selectedJobId({ ...reduceJobs(EMPTY, jobs), selection: { kind: 'start' } })).toBeNull();
    expect(selectedJobId(EMPTY)).toBeNull();
  });
});

describe('spoken changes', () => {
  it('name each job whose state changed, with the reason of a failure', () => {
    const before = [job('a', 'running'), job('b', 'queued'), job('c', 'done')];
    const after = [
      job('a', 'failed', { failure }),
      job('b', 'running'),
      job('c', 'done'),
      job('d', 'queued'),
    ];

    expect(describeChanges(before, after)).toBe('a.mp3: a.mp3 is not audio. b.mp3: Transcribing.');
  });
});
