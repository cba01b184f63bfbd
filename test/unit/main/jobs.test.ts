import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CANCEL_GRACE_MS, EngineHost } from '../../../src/main/engine-host.js';
import { JobQueue } from '../../../src/main/jobs.js';
import { MAX_FILES } from '../../../src/main/media-files.js';
import type { Failure } from '../../../src/shared/errors.js';
import type { Job } from '../../../src/shared/job.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import type { Edit } from '../../../src/shared/edit/edit.js';
import { createMemoryLibrary } from './memory-library.js';
import { createFakeLauncher, makeCommit, makeDone, makeFailed, makeSegment } from './fake-engine.js';

function setUp() {
  const launcher = createFakeLauncher();
  const engine = new EngineHost(launcher.launch);
  const pushes: Job[][] = [];
  const notices: Failure[] = [];
  const busy: boolean[] = [];
  const watched: string[] = [];
  const discarded: string[] = [];
  const edits: { id: string; revision: number; edit: Edit }[] = [];
  const { keep, linesOf, saves } = createMemoryLibrary();
  const jobs = new JobQueue({
    engine,
    expandPaths: (paths) =>
      Promise.resolve({
        inputs: paths.map((path) => ({ kind: 'file', fileName: path.slice(1), path }) as const),
        isTruncated: false,
      }),
    keep,
    discard: (id) => {
      discarded.push(id);
      return Promise.resolve();
    },
    keepsAudio: () => true,
    now: () => 0,
    pushJobs: (list) => pushes.push(list),
    pushNotice: (notice) => notices.push(notice),
    pushEdit: (change) => edits.push(change),
    watch: (event) => watched.push(event.kind),
    onBusyChange: (isBusy) => busy.push(isBusy),
  });
  engine.start();
  launcher.current().say({ kind: 'ready' });
  const states = () => jobs.list().map((job) => job.state);
  const add = async (...names: string[]) => {
    const added = await jobs.add(
      names.map((name) => `/${name}`),
      DEFAULT_OPTIONS,
    );
    return added.map((job) => job.id);
  };
  return { launcher, engine, jobs, pushes, notices, busy, states, add, discarded, edits, linesOf, saves };
}

/** Lets the writing of lines and what follows from it come to an end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

function failOver(text: string | undefined): string {
  if (text === undefined) throw new Error('missing');
  return text;
}

describe('job queue', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('works through three files although the middle one is broken', async () => {
    const { launcher, jobs, busy, states, add } = setUp();
    const [a = '', b = '', c = ''] = await add('a.mp3', 'broken.mp3', 'c.mp3');
    expect(states()).toEqual(['running', 'queued', 'queued']);

    launcher.current().say(makeCommit(a, [makeSegment(0, ' One.')]));

    await settle();
    launcher.current().say(makeDone(a));
    await settle();
    expect(states()).toEqual(['done', 'running', 'queued']);
    launcher.current().say(makeFailed(b));
    await settle();
    expect(states()).toEqual(['done', 'failed', 'running']);
    launcher.current().say(makeCommit(c, [makeSegment(0, ' Three.')]));
    await settle();
    launcher.current().say(makeDone(c));
    await settle();

    expect(states()).toEqual(['done', 'failed', 'done']);
    expect(jobs.list()[1]?.failure?.code).toBe('not-audio');
    expect(jobs.text(a).segments.map((segment) => segment.text)).toEqual([' One.']);
    expect(jobs.text(c).segments.map((segment) => segment.text)).toEqual([' Three.']);
    expect(busy).toEqual([true, false]);
  });

  it('keeps the text of a job that is cancelled, and goes on with the next', async () => {
    const { launcher, jobs, states, add } = setUp();
    const [a = ''] = await add('a.mp3', 'b.mp3');
    launcher.current().say(makeCommit(a, [makeSegment(0, ' Kept.')]));
    await settle();

    jobs.cancel(a);
    expect(states()).toEqual(['cancelling', 'queued']);
    launcher.current().say({ kind: 'cancelled', jobId: a });
    await settle();

    expect(states()).toEqual(['cancelled', 'running']);
    expect(jobs.text(a).segments).toHaveLength(1);
    expect(jobs.transcript(a)?.segments).toHaveLength(1);
  });

  it('keeps the text when the engine has to be ended to cancel, and says nothing of a crash', async () => {
    const { launcher, jobs, notices, states, add } = setUp();
    const [a = '', b = ''] = await add('a.mp3', 'b.mp3');
    launcher.current().say(makeCommit(a, [makeSegment(0, ' Kept.')]));
    await settle();

    jobs.cancel(a);
    vi.advanceTimersByTime(CANCEL_GRACE_MS);
    await settle();

    expect(states()).toEqual(['cancelled', 'running']);
    expect(jobs.text(a).segments).toHaveLength(1);
    expect(notices).toEqual([]);
    launcher.current().say({ kind: 'ready' });
    expect(launcher.current().posted).toMatchObject([{ kind: 'transcribe', jobId: b }]);
  });

  it('cancels a waiting job at once, and tells the engine only of one that it has', async () => {
    const { launcher, jobs, states, linesOf, add } = setUp();
    const ids = await add('a.mp3', 'b.mp3', 'c.mp3', 'd.mp3', 'e.mp3');
    const [, b = '', , , e = ''] = ids;

    jobs.cancel(e);
    jobs.cancel(b);
    await settle();

    expect(states()).toEqual(['running', 'cancelled', 'queued', 'queued', 'cancelled']);
    expect(launcher.current().posted.filter(({ kind }) => kind === 'cancel')).toEqual([
      { kind: 'cancel', jobId: b },
    ]);
    expect(linesOf(e).at(-1)).toEqual({ kind: 'cancelled' });
  });

  it('hands the engine four jobs at once, and the fifth when one has ended', async () => {
    const { launcher, add } = setUp();
    const ids = await add('a.mp3', 'b.mp3', 'c.mp3', 'd.mp3', 'e.mp3');
    const handedOver = () =>
      launcher.current().posted.flatMap((request) => (request.kind === 'transcribe' ? request.jobId : []));
    expect(handedOver()).toEqual(ids.slice(0, 4));

    launcher.current().say(makeDone(ids[2]!));
    await settle();

    expect(handedOver()).toEqual(ids);
  });

  it('goes on where the text ended when the engine crashes, alone, and says so', async () => {
    const { launcher, jobs, notices, states, add } = setUp();
    const [a = ''] = await add('a.mp3', 'b.mp3');
    const commit = makeCommit(a, [makeSegment(0, ' Kept.')], 65 * 16_000);
    launcher.current().say(commit);
    await settle();

    launcher.current().exit();
    vi.advanceTimersByTime(1);
    await settle();
    launcher.current().say({ kind: 'ready' });

    expect(states()).toEqual(['running', 'queued']);
    expect(jobs.text(a).segments).toHaveLength(1);
    expect(launcher.current().posted).toMatchObject([
      { kind: 'transcribe', jobId: a, resume: commit.kind === 'commit' ? commit.checkpoint : null },
    ]);
    expect(notices.map((notice) => notice.code)).toEqual(['engine-stopped']);
    expect(notices[0]?.remedy).toContain('a.mp3');
  });

  it('fails a job at which the engine crashes three times on end, with what was kept, and goes on', async () => {
    const { launcher, jobs, states, add } = setUp();
    const [a = ''] = await add('a.mp3', 'b.mp3');
    launcher.current().say(makeCommit(a, [makeSegment(0, ' Kept.')], 65 * 16_000));
    await settle();

    for (let crash = 0; crash < 3; crash += 1) {
      launcher.current().exit();
      vi.advanceTimersByTime(1);
      await settle();
    }

    expect(states()).toEqual(['failed', 'running']);
    expect(jobs.list()[0]?.failure?.code).toBe('engine-stopped');
    expect(jobs.list()[0]?.failure?.message).toContain('up to 1:05 is kept');
    expect(jobs.text(a).segments).toHaveLength(1);
  });

  it('gives up after four crashes in a minute, and tries again when the user does', async () => {
    const { launcher, jobs, notices, states, add } = setUp();
    const names = ['1', '2', '3', '4', '5', '6'];
    const ids = await add(...names);

    for (let crash = 0; crash < 4; crash += 1) {
      launcher.current().exit();
      vi.advanceTimersByTime(1);
      await settle();
    }

    expect(states()).toEqual(names.map(() => 'failed'));
    expect(notices.at(-1)?.message).toContain('was not started again');
    const processesBefore = launcher.processes.length;
    expect(await jobs.retry(failOver(ids[5]), DEFAULT_OPTIONS)).toEqual({ ok: true });
    expect(launcher.processes.length).toBe(processesBefore + 1);
    launcher.current().say({ kind: 'ready' });
    expect(launcher.current().posted).toMatchObject([{ kind: 'transcribe', jobId: ids[5] }]);
  });

  it('starts a retried job from nothing, with the new options', async () => {
    const { launcher, jobs, add } = setUp();
    const [a = ''] = await add('a.mp3');
    launcher.current().say(makeCommit(a, [makeSegment(0, ' Old.')]));
    await settle();
    launcher.current().say(makeDone(a));
    await settle();

    const outcome = await jobs.retry(a, { ...DEFAULT_OPTIONS, language: 'de' });

    expect(outcome).toEqual({ ok: true });
    expect(jobs.text(a).segments).toEqual([]);
    expect(launcher.current().posted.at(-1)).toMatchObject({ jobId: a, options: { language: 'de' } });
  });

  it('refuses to retry a running and an unknown job, in words', async () => {
    const { jobs, add } = setUp();
    const [a = ''] = await add('a.mp3');

    expect(await jobs.retry(a, DEFAULT_OPTIONS)).toMatchObject({
      ok: false,
      failure: { code: 'wrong-usage' },
    });
    expect(await jobs.retry('nobody', DEFAULT_OPTIONS)).toMatchObject({ ok: false });
  });

  it('starts a job again that is over while the engine still has it, as soon as it lets go', async () => {
    const { launcher, jobs, states, add } = setUp();
    const [, b = ''] = await add('a.mp3', 'b.mp3');
    jobs.cancel(b);
    await settle();
    expect(states()).toEqual(['running', 'cancelled']);

    // Two clicks: the second finds that it waits already.
    const asked = [jobs.retry(b, DEFAULT_OPTIONS), jobs.resume(b)];
    await settle();
    expect(states()).toEqual(['running', 'cancelled']);
    launcher.current().say({ kind: 'cancelled', jobId: b });
    await settle();

    expect((await Promise.all(asked)).map(({ ok }) => ok)).toEqual([true, false]);
    expect(states()).toEqual(['running', 'queued']);
    const starts = launcher.current().posted.filter((request) => request.kind === 'transcribe');
    expect(starts.map(({ jobId }) => jobId === b)).toEqual([false, true, true]);
  });

  it('does not start a job again that is removed while it waits for that', async () => {
    const { launcher, jobs, states, add } = setUp();
    const [, b = ''] = await add('a.mp3', 'b.mp3');
    jobs.cancel(b);
    await settle();
    const asked = jobs.retry(b, DEFAULT_OPTIONS);
    void jobs.remove(b);
    launcher.current().say({ kind: 'cancelled', jobId: b });
    await settle();

    expect(await asked).toMatchObject({ ok: false });
    expect(states()).toEqual(['running']);
  });

  it('waits for the engine to let go of a removed job before the next one starts', async () => {
    const { launcher, jobs, states, add } = setUp();
    const [a = ''] = await add('a.mp3', 'b.mp3');

    await jobs.remove(a);
    expect(states()).toEqual(['queued']);
    launcher.current().say({ kind: 'cancelled', jobId: a });
    await settle();

    expect(states()).toEqual(['running']);
  });

  it('pushes the list at most ten times a second, the last state always', async () => {
    const { launcher, pushes, add } = setUp();
    const [a = ''] = await add('a.mp3');
    const pushesBefore = pushes.length;

    for (let index = 0; index < 500; index += 1) {
      launcher.current().say(makeCommit(a, [makeSegment(index, ' x')], (index + 1) * 1000));
      await settle();
      vi.advanceTimersByTime(2);
    }
    launcher.current().say(makeDone(a));
    await settle();
    vi.advanceTimersByTime(1000);

    expect(pushes.length - pushesBefore).toBeLessThanOrEqual(12);
    expect(pushes.at(-1)?.[0]).toMatchObject({ state: 'done', segmentCount: 500 });
  });

  it('shows folders without recordings as failed and never gives them to the engine', async () => {
    const launcher = createFakeLauncher();
    const engine = new EngineHost(launcher.launch);
    const failure: Failure = { code: 'file-is-folder', message: 'A folder.', remedy: 'Add files.' };
    const jobs = new JobQueue({
      engine,
      expandPaths: () =>
        Promise.resolve({
          inputs: [{ kind: 'refused', fileName: 'empty', path: '/empty', failure }],
          isTruncated: false,
        }),
      pushJobs: () => undefined,
      keep: createMemoryLibrary().keep,
      discard: () => Promise.resolve(),
      keepsAudio: () => true,
      now: () => 0,
      pushNotice: () => undefined,
      pushEdit: () => undefined,
      watch: () => undefined,
      onBusyChange: () => undefined,
    });

    const added = await jobs.add(['/empty'], DEFAULT_OPTIONS);

    expect(added).toMatchObject([{ state: 'failed', failure }]);
    expect(launcher.processes).toEqual([]);
  });

  it('takes no more files than its list holds, and says so', async () => {
    const { jobs, notices, add } = setUp();
    await add(...Array.from({ length: MAX_FILES - 1 }, (_, index) => `${index}.mp3`));

    const added = await add('last.mp3', 'too-many.mp3');

    expect(added).toHaveLength(1);
    expect(jobs.list()).toHaveLength(MAX_FILES);
    expect(notices[0]?.message).toContain(String(MAX_FILES));
  });

  it('has no transcript to save before the first text, but an empty one for a silent file', async () => {
    const { launcher, jobs, add } = setUp();
    const [a = ''] = await add('silence.wav');
    expect(jobs.transcript(a)).toBeNull();

    launcher.current().say(makeDone(a));

    await settle();

    expect(jobs.transcript(a)).toMatchObject({ fileName: 'silence.wav', segments: [] });
  });
});
