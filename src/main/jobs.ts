/**
 * The queue: which jobs the engine has, in which order the others follow, and what becomes of them when it stops.
 * In: what the user asks and what the engine says. Out: the job list (throttled), edits and notices. What a job
 * is and how it is kept is job-record.ts. Electron-free; files, engine and page are reached through what is injected.
 *
 * Surprising: the engine is handed several jobs at once and decides itself how many run side by side, so a job
 * counts as running when the engine says that it opened it, or when it is the first there.
 */
import { randomUUID } from 'node:crypto';
import type { Edit } from '../shared/edit/edit.js';
import type { FilePath } from '../shared/engine-protocol.js';
import { toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import { createJob, isFinished, JOBS_AT_ONCE } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import { listCoverage } from '../shared/coverage.js';
import type { JournalLine } from '../shared/journal.js';
import type { DeviceChoice, TranscribeOptions } from '../shared/options.js';
import type { Coverage } from '../shared/span.js';
import type { Samples } from '../shared/time.js';
import type { Segment, Transcript } from '../shared/transcript.js';
import { isLastEvent } from './engine-host.js';
import type { EngineHost, EngineStop } from './engine-host.js';
import { transcriptOf } from './job-folder.js';
import {
  explainBusyJob,
  explainDamage,
  explainGiveUp,
  explainLostJob,
  explainNothingToResume,
  explainRestart,
  explainStaleEdit,
  explainTruncation,
  explainUnknownJob,
  explainUnsaved,
} from './job-failures.js';
import { JobRecord } from './job-record.js';
import { placeBefore } from './list-order.js';
import type { StoredJob } from './library.js';
import { MAX_FILES } from './media-files.js';
import type { MediaInput, MediaInputs } from './media-files.js';
import { mapInParallel } from './parallel.js';
import { SpanRetries } from './span-retries.js';
import { createThrottle } from './throttle.js';

/** The list is pushed at most ten times a second. */
const PUSH_INTERVAL_MS = 100;
/** A job during which the engine stops so often without one more word of it is not tried again by itself. */
const MAX_CRASHES = 3;
/** Folders made side by side when many files are added. */
const MAKERS = 16;

export interface JobQueueOptions {
  readonly engine: Pick<EngineHost, 'transcribe' | 'cancel' | 'listen'>;
  readonly expandPaths: (paths: readonly string[]) => Promise<MediaInputs>;
  /** Makes the place where a new job is kept. */
  readonly keep: (job: Job, path: FilePath, order: number) => Promise<StoredJob>;
  /** Deletes that place with all that is in it. */
  readonly discard: (id: string) => Promise<void>;
  readonly keepsAudio: () => boolean;
  readonly now: () => number;
  readonly pushJobs: (jobs: Job[]) => void;
  readonly pushNotice: (notice: Failure) => void;
  readonly pushEdit: (change: { id: string; revision: number; edit: Edit }) => void;
  /** A job entered the engine (true), or nothing is left to do (false). */
  /** Told every event of the queue's jobs. */
  readonly watch: (event: EngineEvent) => void;
  readonly onBusyChange: (isBusy: boolean) => void;
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };
export type EditOutcome =
  { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly failure: Failure };

export interface JobText {
  readonly revision: number;
  readonly segments: readonly Segment[];
  readonly spans: readonly Coverage[];
}

const DONE: Outcome = { ok: true };

export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #records = new Map<string, JobRecord>();
  /** Taken off the list while the engine still had them. */
  readonly #leaving = new Map<string, JobRecord>();
  readonly #inEngine = new Set<string>();
  /** Cancelled only to go on with other options. */
  readonly #switching = new Set<string>();
  readonly #whenLeft = new Map<string, (() => void)[]>();
  readonly #spanRetries: SpanRetries;
  readonly #push;
  #lastOrder = 0;
  #isBusy = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#spanRetries = new SpanRetries(options.engine);
    this.#push = createThrottle(PUSH_INTERVAL_MS, () => {
      options.pushJobs(this.list());
    });
    options.engine.listen({
      onEvent: (event) => {
        this.#receive(event);
      },
      onStop: (stop) => {
        this.#handleStop(stop);
      },
    });
  }

  list(): Job[] {
    return this.#inOrder().map(({ history }) => history.job);
  }

  text(id: string): JobText {
    const history = this.#records.get(id)?.history;
    if (history === undefined) return { revision: 0, segments: [], spans: [] };
    return { revision: history.job.revision, segments: history.segments, spans: listCoverage(history) };
  }

  /** The path as given, for the export dialog; null for an unknown job. */
  sourcePath(id: string): FilePath | null {
    return this.#records.get(id)?.history.path ?? null;
  }

  /** Where its sound and waveform are; null for an unknown job and for one that could not be kept. */
  folder(id: string): string | null {
    return this.#records.get(id)?.store.folder ?? null;
  }

  /** What can be saved; null for an unknown job and for one that has no text yet. */
  transcript(id: string): Transcript | null {
    const history = this.#records.get(id)?.history;
    if (history === undefined) return null;
    if (history.segments.length === 0 && history.job.state !== 'done') return null;
    return transcriptOf(history);
  }

  async add(paths: readonly string[], options: TranscribeOptions): Promise<Job[]> {
    const { inputs, isTruncated } = await this.#options.expandPaths(paths);
    const room = Math.max(0, MAX_FILES - this.#records.size);
    const taken = inputs.slice(0, room);
    if (isTruncated || taken.length < inputs.length) this.#options.pushNotice(explainTruncation(MAX_FILES));
    const orders = taken.map(() => ++this.#lastOrder);
    const stored = await mapInParallel(MAKERS, taken, (input, index) =>
      this.#keepOne(input, options, orders[index]!),
    );
    const records = stored.map((one) => this.#include(one));
    await this.#refuse(records, taken);
    this.#startNext();
    return records.map(({ history }) => history.job);
  }

  /** Jobs of an earlier session: those that were not over go on where they were. */
  restore(stored: readonly StoredJob[]): void {
    for (const one of stored) this.#include(one);
    this.#startNext();
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  /** Puts a job of the library on the list, as it ended. */
  async open(stored: StoredJob): Promise<Job> {
    const record = this.#include(stored);
    if (!record.history.isListed) await record.add({ kind: 'listed', isListed: true });
    return record.history.job;
  }

  cancel(id: string): void {
    const record = this.#records.get(id);
    if (record === undefined || isFinished(record.history.job)) return;
    if (record.history.job.state === 'cancelling') return;
    record.change({ kind: 'cancel-asked' });
    const isOver = isFinished(record.history.job);
    void record.add({ kind: isOver ? 'cancelled' : 'cancel-asked' });
    if (this.#inEngine.has(id)) this.#options.engine.cancel(id);
    this.#updateBusy();
  }

  /** From the beginning; the text so far is gone. */
  retry(id: string, options: TranscribeOptions): Promise<Outcome> {
    return this.#startAgain(id, () => ({ kind: 'restarted', options }));
  }

  /** Where it stopped. */
  resume(id: string): Promise<Outcome> {
    return this.#startAgain(id, ({ history }) =>
      history.job.state === 'done' ? explainNothingToResume(history.job.fileName) : { kind: 'resumed' },
    );
  }

  async edit(id: string, revision: number, edit: Edit): Promise<EditOutcome> {
    const record = this.#records.get(id);
    if (record === undefined) return { ok: false, failure: explainUnknownJob() };
    const isMade = await record.addMade(() =>
      record.history.job.revision === revision ? { kind: 'edit', edit } : null,
    );
    if (!isMade) return { ok: false, failure: explainStaleEdit() };
    this.#options.pushEdit({ id, revision: revision + 1, edit });
    return { ok: true, revision: revision + 1 };
  }

  /** Ends when the stretch is transcribed and its text is in its place. */
  async retrySpan(id: string, start: Samples, end: Samples): Promise<Outcome> {
    const record = this.#records.get(id);
    if (record === undefined) return { ok: false, failure: explainUnknownJob() };
    const result = await this.#spanRetries.run(record.history, { start, end });
    if (!result.ok) return result;
    await record.addMade(() => {
      const edit = result.makeEdit(record.history.segments);
      if (edit === null) return null;
      this.#options.pushEdit({ id, revision: record.history.job.revision + 1, edit });
      return { kind: 'edit', edit };
    });
    return DONE;
  }

  /** Before another job; null: to the end. */
  async reorder(id: string, before: string | null): Promise<void> {
    const records = this.#inOrder();
    const moves = placeBefore(
      records.map((record) => ({ id: record.id, order: record.history.order })),
      id,
      before,
    );
    for (const [moved, order] of moves) await this.#records.get(moved)?.add({ kind: 'moved', order });
    this.#lastOrder = Math.max(this.#lastOrder, ...moves.values());
  }

  /** What is not over goes on with another device: a running job from its next window. */
  async changeDevice(device: DeviceChoice): Promise<void> {
    const changed = this.#inOrder().filter(
      ({ history }) => !isFinished(history.job) && history.job.options.device !== device,
    );
    for (const record of changed) {
      await record.add({ kind: 'options', options: { ...record.history.job.options, device } });
      if (!this.#inEngine.has(record.id) || record.history.job.state === 'cancelling') continue;
      this.#switching.add(record.id);
      this.#options.engine.cancel(record.id);
    }
  }

  /** Off the list; what has text stays in the library. */
  async remove(id: string): Promise<void> {
    const record = this.#records.get(id);
    if (record === undefined) return;
    this.cancel(id);
    this.#records.delete(id);
    this.#push.request();
    if (this.#inEngine.has(id)) this.#leaving.set(id, record);
    else await this.#putAway(record);
  }

  /** Takes it off the list, away from the engine, and lets go of its files. */
  async release(id: string): Promise<void> {
    const record = this.#records.get(id) ?? this.#leaving.get(id);
    if (record === undefined) return;
    this.cancel(id);
    this.#records.delete(id);
    this.#push.request();
    if (this.#inEngine.has(id)) {
      this.#leaving.set(id, record);
      await new Promise<void>((resolve) => {
        this.#whenLeft.set(id, [...(this.#whenLeft.get(id) ?? []), resolve]);
      });
    }
    await record.abandon();
  }

  /** Resolves when all is on the disk. */
  async close(): Promise<void> {
    this.#push.stop();
    await Promise.all([...this.#records.values(), ...this.#leaving.values()].map((record) => record.close()));
  }

  #inOrder(): JobRecord[] {
    return [...this.#records.values()].sort((a, b) => a.history.order - b.history.order);
  }

  #keepOne(input: MediaInput, options: TranscribeOptions, order: number): Promise<StoredJob> {
    const job = createJob(randomUUID(), input.fileName, options, this.#options.now());
    return this.#options.keep(job, input.path, order);
  }

  #include({ history, store, damagedCount }: StoredJob): JobRecord {
    const record = new JobRecord(history, store, {
      onChange: () => {
        this.#push.request();
      },
      onUnsaved: ({ history: { job } }, thrown) => {
        this.#options.pushNotice(explainUnsaved(job.fileName, toFailure(thrown)));
      },
    });
    if (damagedCount > 0) this.#options.pushNotice(explainDamage(history.job.fileName, damagedCount));
    this.#records.set(record.id, record);
    this.#lastOrder = Math.max(this.#lastOrder, history.order);
    this.#push.request();
    return record;
  }

  async #refuse(records: readonly JobRecord[], inputs: readonly MediaInput[]): Promise<void> {
    for (const [index, input] of inputs.entries()) {
      if (input.kind === 'refused') await records[index]!.add({ kind: 'failed', failure: input.failure });
    }
  }

  async #startAgain(id: string, choose: (record: JobRecord) => JournalLine | Failure): Promise<Outcome> {
    const record = this.#records.get(id);
    if (record === undefined) return { ok: false, failure: explainUnknownJob() };
    if (!isFinished(record.history.job) || this.#inEngine.has(id)) {
      return { ok: false, failure: explainBusyJob(record.history.job.fileName) };
    }
    const chosen = choose(record);
    if ('code' in chosen) return { ok: false, failure: chosen };
    record.crashCount = 0;
    await record.add(chosen);
    this.#startNext();
    return DONE;
  }

  /** As many as may be in the engine; after a crash one at a time, so that the one to blame is found. */
  #startNext(): void {
    const records = this.#inOrder();
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

  #receive(event: EngineEvent): void {
    if (this.#spanRetries.receive(event)) return;
    this.#options.watch(event);
    const record = this.#records.get(event.jobId) ?? this.#leaving.get(event.jobId);
    if (!isKept(event)) return;
    if (record === undefined) {
      if (isLastEvent(event)) this.#leaveEngine([event.jobId]);
      return;
    }
    void this.#note(record, event).then(() => {
      if (isLastEvent(event)) this.#leaveEngine([event.jobId]);
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
    this.#startNext();
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

  #handleStop(stop: EngineStop): void {
    this.#spanRetries.stop();
    const lost = stop.jobIds.flatMap((id) => this.#records.get(id) ?? this.#leaving.get(id) ?? []);
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
    const waiting = this.#inOrder().filter(({ history }) => !isFinished(history.job));
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
