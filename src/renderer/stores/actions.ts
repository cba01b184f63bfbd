/**
 * What a person can do, as calls to main. A call that is refused becomes a notice; what it changed
 * comes back as a push, so nothing is written into the stores ahead of main.
 */
import type { ExportFormat } from '../../shared/export/formats.js';
import type { CallName, CallReply, CallRequest, ExportResult } from '../../shared/contract.js';
import { toFailure } from '../../shared/errors.js';
import type { Failure } from '../../shared/errors.js';
import { isFinished } from '../../shared/job.js';
import type { Job } from '../../shared/job.js';
import type { ShapeOptions } from '../../shared/shape.js';
import { formatDuration } from '../../shared/time.js';
import { call, getPathForFile } from '../api.js';
import { baseName } from '../format.js';
import { parsePastedPaths } from '../pasted-paths.js';
import { findActiveJob } from '../selection.js';
import { strings } from '../strings/en.js';
import { acceptFetched, EMPTY_ENTRY, needsFetch } from '../transcript-entry.js';
import { changeEntry, select, useJobs } from './jobs.js';
import { acceptRecord, isUnknown, setLimits } from './runs.js';
import { setRetrying, showNotice, showToast, showView, useUi } from './ui.js';

/** Main takes at most 10,000 paths a call (contract.ts). */
const PATHS_PER_CALL = 10_000;

export async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    showNotice(toFailure(error));
  }
}

function wrongUsage(message: string, remedy: string): Failure {
  return { code: 'wrong-usage', message, remedy };
}

/** A call whose reply says itself whether it was done; what was refused becomes a notice, but not what the user stopped. */
export function ask<N extends CallName>(name: N, request: CallRequest<N>): Promise<void> {
  return attempt(async () => {
    const reply: CallReply<N> = await call(name, request);
    const isRefused = typeof reply === 'object' && reply !== null && 'ok' in reply && !reply.ok;
    if (isRefused && 'failure' in reply && reply.failure.code !== 'cancelled') showNotice(reply.failure);
  });
}

/** The newly queued job comes on screen when nothing else was chosen. */
function showAdded(added: readonly Job[]): void {
  if (added.length > 0) showView('transcribe');
  if (added.length > 0 && useJobs.getState().selection.kind === 'start') select({ kind: 'follow' });
}

export function addPaths(paths: readonly string[]): Promise<void> {
  return attempt(async () => {
    const added: Job[] = [];
    for (let first = 0; first < paths.length; first += PATHS_PER_CALL) {
      const batch = paths.slice(first, first + PATHS_PER_CALL);
      added.push(...(await call('jobs.add', { paths: batch, options: useUi.getState().options })));
    }
    if (added.length === 0) {
      showNotice(wrongUsage(strings.messages.noMedia, strings.messages.noMediaRemedy));
    }
    showAdded(added);
  });
}

export function browse(): Promise<void> {
  return attempt(async () => {
    showAdded(await call('jobs.browse', { options: useUi.getState().options }));
  });
}

/** Files dropped, pasted or chosen; `text` is used when none of the files is on disk. */
export function addFiles(files: readonly File[], text: string, source: 'drop' | 'paste'): Promise<void> {
  const fromFiles = files.map(getPathForFile).filter((path) => path !== '');
  const homeFolder = useUi.getState().app?.homeFolder ?? '';
  const paths = fromFiles.length > 0 ? fromFiles : parsePastedPaths(text, homeFolder);
  if (paths.length > 0) return addPaths(paths);
  const { noPath, noPathRemedy, noPasted, noPastedRemedy } = strings.messages;
  showNotice(source === 'drop' ? wrongUsage(noPath, noPathRemedy) : wrongUsage(noPasted, noPastedRemedy));
  return Promise.resolve();
}

export function cancelJob(id: string): Promise<void> {
  return attempt(async () => {
    await call('jobs.cancel', { id });
  });
}

export function cancelActiveJob(): Promise<void> {
  const active = findActiveJob(useJobs.getState().jobs);
  return active?.state === 'running' ? cancelJob(active.id) : Promise.resolve();
}

/** Again from the beginning, with the options it had. */
export function retryJob(job: Job): Promise<void> {
  return attempt(async () => {
    const reply = await call('jobs.retry', { id: job.id, options: job.options });
    if (!reply.ok) showNotice(reply.failure);
  });
}

export function removeJob(id: string): Promise<void> {
  return attempt(async () => {
    await call('jobs.remove', { id });
  });
}

export function clearFinished(): Promise<void> {
  return attempt(async () => {
    for (const job of useJobs.getState().jobs.filter(isFinished)) await call('jobs.remove', { id: job.id });
  });
}

function showExported(result: ExportResult): void {
  if (result.status === 'saved') showToast(strings.transcript.saved(baseName(result.path)), result.path);
  if (result.status === 'failed') showNotice(result.failure);
}

/** Moves a waiting file of the queue before another one; null: to the end. */
export function reorderJob(id: string, before: string | null): Promise<void> {
  return ask('jobs.reorder', { id, before });
}

/** Goes on where it stopped. */
export function resumeJob(id: string): Promise<void> {
  return ask('jobs.resume', { id });
}

/** Transcribes a stretch that was passed over, and says what came of it: silence leaves no trace in the text. */
export function retrySpan(id: string, start: number, end: number): Promise<void> {
  const range = strings.coverage.range(formatDuration(start), formatDuration(end));
  setRetrying(id, start, true);
  showToast(strings.coverage.started(range), null);
  return attempt(async () => {
    try {
      const reply = await call('jobs.retrySpan', { id, start, end });
      if (!reply.ok) {
        showNotice(reply.failure);
        return;
      }
      const { segments } = await call('jobs.segments', { id });
      const hasText = segments.some((segment) => segment.start < end && segment.end > start);
      showToast(hasText ? strings.coverage.found(range) : strings.coverage.nothing(range), null);
    } finally {
      setRetrying(id, start, false);
    }
  });
}

export function exportJob(id: string, format: ExportFormat, shape: ShapeOptions | null): Promise<void> {
  return attempt(async () => {
    showExported(await call('jobs.export', { id, format, shape }));
  });
}

export function copyJob(id: string): Promise<void> {
  return attempt(async () => {
    await call('jobs.copy', { id });
    showToast(strings.transcript.copied, null);
  });
}

export function revealFile(path: string): Promise<void> {
  return attempt(async () => {
    await call('jobs.reveal', { path });
  });
}

export function exportRun(id: string): Promise<void> {
  return attempt(async () => {
    showExported(await call('jobs.exportTimings', { id }));
  });
}

/** Asks, once, for the times of a job that ran before this page was there. */
export function fetchRun(id: string): Promise<void> {
  if (!isUnknown(id)) return Promise.resolve();
  return attempt(async () => {
    const record = await call('jobs.timings', { id });
    if (record !== null) acceptRecord(id, record);
  });
}

export function measureMachine(): Promise<void> {
  return attempt(async () => {
    const reply = await call('bench.run', null);
    if (reply.ok) setLimits(reply.limits);
    else showNotice(reply.failure);
  });
}

export function repairModel(id: string): Promise<void> {
  return askAboutModel('models.repair', id);
}

export function importModel(id: string): Promise<void> {
  return askAboutModel('models.import', id);
}

/** What went wrong is on the model's card, and in the banner of the chosen one: a notice only where neither is seen. */
function askAboutModel(name: 'models.repair' | 'models.import', id: string): Promise<void> {
  return attempt(async () => {
    const reply = await call(name, { id });
    const { view, options } = useUi.getState();
    const isSeen = view === 'models' || options.model === id;
    if (!reply.ok && reply.failure.code !== 'cancelled' && !isSeen) showNotice(reply.failure);
  });
}

export function cancelModel(id: string): Promise<void> {
  return ask('models.cancel', { id });
}

export function removeModel(id: string): Promise<void> {
  return ask('models.remove', { id });
}

/** Asks main for the segments of a job when what the page has may not be all. */
export function fetchIfNeeded(job: Job): Promise<void> {
  const entry = useJobs.getState().transcripts[job.id];
  if (!needsFetch(job, entry ?? EMPTY_ENTRY)) return Promise.resolve();
  return attempt(async () => {
    const run = entry?.run ?? 0;
    changeEntry(job.id, (known) => ({
      ...known,
      isFetching: true,
      fetchedAtCount: job.segmentCount,
      isWhole: isFinished(job),
    }));
    try {
      const fetched = await call('jobs.segments', { id: job.id });
      changeEntry(job.id, (known) => acceptFetched(known, run, fetched));
    } finally {
      changeEntry(job.id, (known) => (known.isFetching ? { ...known, isFetching: false } : known));
    }
  });
}
