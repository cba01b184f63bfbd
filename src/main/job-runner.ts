/**
 * Which jobs the engine has, which follow, what it says of them, and what becomes of them when it stops. In: the
 * list and the engine's events. Out: changes of the records, which keep them. Electron-free.
 *
 * Surprising: the engine is handed several jobs at once and decides itself how many run side by side, so a job
 * counts as running when the engine says that it opened it, or when it is the first there. A job that was taken off
 * the list while the engine had it stays known here until the engine lets go of it.
 */
import type { Failure } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import { isFinished, JOBS_AT_ONCE } from '../shared/job.js';
import type { JournalLine } from '../shared/journal-lines.js';
import { isLastEvent } from './engine-host.js';
import type { EngineHost, EngineStop } from './engine-host.js';
import { explainGiveUp, explainLostJob, explainRestart } from './job-failures.js';
import type { JobList } from './job-list.js';
import type { JobRecord } from './job-record.js';

/** A job during which the engine stops so often without one more word of it is not tried again by itself. */
const MAX_CRASHES = 3;

export interface JobRunnerOptions {
  readonly engine: Pick<EngineHost, 'transcribe' | 'cancel'>;
  readonly list: JobList;
  readonly keepsAudio: () => boolean;
  readonly pushNotice: (notice: Failure) => void;
  /** Deletes the place where a job is kept. */
  readonly discard: (id: string) => Promise<void>;
  /** A job entered the engine (true), or nothing is left to do (false). */
  readonly onBusyChange: (isBusy: boolean) => void;
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  /** Taken off the list while the engine still had them. */
  readonly #leaving = new Map<string, JobRecord>();
  readonly #inEngine = new Set<string>();
  /** Cancelled only to go on with other options. */
  readonly #switching = new Set<string>();
  readonly #whenLeft = new Map<string, (() => void)[]>();
  /** Who looks again whenever the engine lets go of jobs. */
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** A job is over as soon as that is on the disk; the engine lets go of it a little later. */
  async waitUntilFree(id: string): Promise<void> {
    while (this.#inEngine.has(id)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Those that are off the list and still in the engine. */
  leaving(): readonly JobRecord[] {
    return [...this.#leaving.values()];
  }

  findLeaving(id: string): JobRecord | undefined {
    return this.#leaving.get(id);
  }

  cancel(record: JobRecord): void {
    if (isFinished(record.history.job) || record.history.job.state === 'cancelling') return;
    record.change({ kind: 'cancel-asked' });
    const isOver = isFinished(record.history.job);
    void record.add({ kind: isOver ? 'cancelled' : 'cancel-asked' });
    if (this.#inEngine.has(record.id)) this.#options.engine.cancel(record.id);
    this.#updateBusy();
  }

  /** Has a running job go on, from its next window, with the options that it has now. */
  switchOptions(record: JobRecord): void {
    if (!this.#inEngine.has(record.id) || record.history.job.state === 'cancelling') return;
    this.#switching.add(record.id);
    this.#options.engine.cancel(record.id);
  }

  /** It is off the list: put away now, or when the engine lets go of it. */
  async letGo(record: JobRecord): Promise<void> {
    if (this.#inEngine.has(record.id)) this.#leaving.set(record.id, record);
    else await this.#putAway(record);
  }

  /** It is off the list and its folder is to be deleted: ends when the engine has let go of it. */
  async waitUntilLeft(record: JobRecord): Promise<void> {
    if (!this.#inEngine.has(record.id)) return;
    this.#leaving.set(record.id, record);
    await new Promise<void>((resolve) => {
      this.#whenLeft.set(record.id, [...(this.#whenLeft.get(record.id) ?? []), resolve]);
    });
  }

  /** As many as may be in the engine; after a crash one at a time, so that the one to blame is found. */
  startNext(): void {
    const records = this.#options.list.inOrder();
    const isSuspect = records.some(({ crashCount, history }) => crashCount > 0 && !isFinished(history.job));
    const limit = isSuspect ? 1 : JOBS_AT_ONCE;
    for (const record of records) {
      if (this.#inEngine.size >= limit) break;
      if (record.history.job.state === 'queued' && !this.#inEngine.has(record.id)) this.#handOver(record);
    }
    const running = records.some(({ history }) => history.job.state === 'running');
    const first = records.find(({ id, history }) => this.#inEngine.has(id) && history.job.state === 'queued');
    if (!running && this.#leaving.size === 0) first?.change({ kind: 'started' });
    this.#updateBusy();
  }

  receive(event: EngineEvent): void {
    const record = this.#options.list.find(event.jobId) ?? this.#leaving.get(event.jobId);
    if (!isKept(event)) return;
    if (record === undefined) {
      if (isLastEvent(event)) this.#leaveEngine([event.jobId]);
      return;
    }
    void this.#note(record, event).then(() => {
      if (isLastEvent(event)) this.#leaveEngine([event.jobId]);
    });
  }

  handleStop(stop: EngineStop): void {
    const lost = stop.jobIds.flatMap((id) => this.#options.list.find(id) ?? this.#leaving.get(id) ?? []);
    const changes: Promise<unknown>[] = lost.map((record) => this.#takeBack(record, stop));
    const restarted = lost.filter(({ history }) => history.job.state === 'queued');
    const [first] = restarted;
    if (stop.willRestart && stop.killedFor === null && first !== undefined) {
      this.#options.pushNotice(explainRestart(first.history.job.fileName, restarted.length));
    }
    if (!stop.willRestart) changes.push(...this.#failQueued());
    void Promise.all(changes).then(() => {
      this.#leaveEngine(stop.jobIds);
    });
  }

  #handOver({ id, history, store }: JobRecord): void {
    this.#inEngine.add(id);
    const { folder } = store;
    this.#options.engine.transcribe({
      kind: 'transcribe',
      jobId: id,
      path: history.path,
      options: history.job.options,
      resume: history.checkpoint,
      sound: folder === null ? null : { folder, keepsAudio: this.#options.keepsAudio() },
    });
  }

  async #note(record: JobRecord, event: KeptEvent): Promise<void> {
    const { job } = record.history;
    if (event.kind === 'opened' && job.state === 'queued') record.change({ kind: 'started' });
    if (event.kind === 'commit' && record.store.folder !== null && this.#options.keepsAudio()) {
      record.setAudio(true);
    }
    await record.addMade(() => {
      if (isFinished(record.history.job)) return null;
      if (event.kind === 'cancelled' && this.#switching.delete(record.id)) {
        // The user may have cancelled it meanwhile.
        if (record.history.job.state !== 'cancelling') {
          record.change({ kind: 'requeued' });
          return null;
        }
      }
      return toLine(event);
    });
  }

  #leaveEngine(ids: readonly string[]): void {
    for (const id of ids) {
      this.#inEngine.delete(id);
      this.#switching.delete(id);
      const record = this.#leaving.get(id);
      this.#leaving.delete(id);
      const waiting = this.#whenLeft.get(id);
      this.#whenLeft.delete(id);
      if (waiting !== undefined) for (const resolve of waiting) resolve();
      else if (record !== undefined) void this.#putAway(record);
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.startNext();
  }

  /** What has text stays in the library; a file that gave none leaves nothing behind. */
  async #putAway(record: JobRecord): Promise<void> {
    await record.flush();
    const { job, segments } = record.history;
    if (segments.length > 0 || job.state === 'done') {
      await record.add({ kind: 'listed', isListed: false });
      await record.close();
      return;
    }
    await record.abandon();
    await this.#options.discard(record.id).catch(() => undefined);
  }

  /** The engine that had it is gone: it goes on in the next one, unless it was to end or ends engines. */
  async #takeBack(record: JobRecord, stop: EngineStop): Promise<void> {
    this.#switching.delete(record.id);
    const { job } = record.history;
    if (isFinished(job)) return;
    if (job.state === 'cancelling') {
      await record.add({ kind: 'cancelled' });
      return;
    }
    if (stop.killedFor === null) record.crashCount++;
    if (record.crashCount >= MAX_CRASHES) await record.add({ kind: 'failed', failure: explainLostJob(job) });
    else record.change({ kind: 'requeued' });
  }

  /** The engine keeps crashing: going on would only fail every file one by one. */
  #failQueued(): Promise<boolean>[] {
    const failure = explainGiveUp();
    const waiting = this.#options.list.inOrder().filter(({ history }) => !isFinished(history.job));
    this.#options.pushNotice(failure);
    return waiting.map((record) => record.add({ kind: 'failed', failure }));
  }

  #updateBusy(): void {
    const isBusy = this.#inEngine.size > 0;
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    this.#options.onBusyChange(isBusy);
  }
}

/** What is pending, or is kept elsewhere, is not for the journal. */
type KeptEvent = Exclude<EngineEvent, { kind: 'token' | 'attempt' | 'timings' }>;

function isKept(event: EngineEvent): event is KeptEvent {
  return event.kind !== 'token' && event.kind !== 'attempt' && event.kind !== 'timings';
}

/** What the journal keeps of an event: all but the job's name, which the journal has already. */
function toLine(event: KeptEvent): JournalLine {
  const line: JournalLine & { jobId?: string } = { ...event };
  delete line.jobId;
  return line;
}
