/** The self-test of the first start: a job on the bundled speech, and what came of it. */
import { create } from 'zustand';
import { isFinished } from '../../shared/job.js';
import type { Job } from '../../shared/job.js';
import type { Segment } from '../../shared/transcript.js';
import { call } from '../api.js';
import { attempt } from './actions.js';
import { useJobs } from './jobs.js';
import { changeSettings } from './settings.js';
import { useUi } from './ui.js';

export interface SelfTestState {
  readonly job: Job | null;
  readonly segments: readonly Segment[];
  /** The dialog was left: it does not come again, even if main could not keep that. */
  readonly isOver: boolean;
  /** Wanted again, from Settings. */
  readonly isAsked: boolean;
}

const AT_FIRST: SelfTestState = { job: null, segments: [], isOver: false, isAsked: false };

export const useSelfTest = create<SelfTestState>()(() => AT_FIRST);

let isStarted = false;

/** Of the job as main tells it, until it has ended. */
function watch(id: string): void {
  const unsubscribe = useJobs.subscribe(({ jobs }) => {
    const job = jobs.find((known) => known.id === id);
    if (job === undefined || job === useSelfTest.getState().job) return;
    useSelfTest.setState({ job });
    if (!isFinished(job)) return;
    unsubscribe();
    void attempt(async () => {
      const { segments } = await call('jobs.segments', { id });
      useSelfTest.setState({ segments });
    });
  });
}

/** The dialog comes once more, with a test of its own. */
export function askForSelfTest(): void {
  isStarted = false;
  useSelfTest.setState({ ...AT_FIRST, isAsked: true });
}

export function startSelfTest(): Promise<void> {
  const path = useUi.getState().app?.samplePath;
  if (isStarted || path === undefined) return Promise.resolve();
  isStarted = true;
  return attempt(async () => {
    const [job] = await call('jobs.add', { paths: [path], options: useUi.getState().options });
    if (job === undefined) return;
    useSelfTest.setState({ job });
    watch(job.id);
  });
}

/** Leaves nothing behind: neither in the list nor in the library. */
export function endSelfTest(): Promise<void> {
  const { job } = useSelfTest.getState();
  if (useSelfTest.getState().isOver) return Promise.resolve();
  useSelfTest.setState({ isOver: true });
  return attempt(async () => {
    await changeSettings({ isWelcomed: true });
    if (job === null) return;
    if (!isFinished(job)) await call('jobs.cancel', { id: job.id });
    await call('jobs.remove', { id: job.id });
    await call('library.delete', { id: job.id });
  });
}
