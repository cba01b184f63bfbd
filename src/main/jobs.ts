/**
 * The queue: what a user can do with the jobs. In: what is asked. Out: edits and notices, and through its parts the
 * list (job-list.ts) and work for the engine (job-runner.ts). What a job is and how it is kept is job-record.ts.
 * Electron-free; files, engine and page are reached through what is injected.
 */
import { randomUUID } from 'node:crypto';
import type { Edit } from '../shared/edit/edit.js';
import type { FilePath } from '../shared/engine-protocol.js';
import type { Failure } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import { createJob, isFinished } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import type { JournalLine } from '../shared/journal-lines.js';
import type { DeviceChoice, TranscribeOptions } from '../shared/options.js';
import type { Samples } from '../shared/time.js';
import type { Transcript } from '../shared/transcript.js';
import type { EngineHost } from './engine-host.js';
import {
  explainBusyJob,
  explainNothingToResume,
  explainStaleEdit,
  explainTruncation,
  explainUnknownJob,
} from './job-failures.js';
import { JobList } from './job-list.js';
import type { JobText } from './job-list.js';
import type { JobRecord } from './job-record.js';
import { JobRunner } from './job-runner.js';
import type { StoredJob } from './library.js';
import { MAX_FILES } from './media-files.js';
import type { MediaInput, MediaInputs } from './media-files.js';
import { mapInParallel } from './parallel.js';
import { SpanRetries } from './span-retries.js';

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
  /** Told every event of the queue's jobs. */
  readonly watch: (event: EngineEvent) => void;
  /** A job entered the engine (true), or nothing is left to do (false). */
  readonly onBusyChange: (isBusy: boolean) => void;
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };
export type EditOutcome =
  { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly failure: Failure };

const DONE: Outcome = { ok: true };

export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #list: JobList;
  readonly #runner: JobRunner;
  readonly #spanRetries: SpanRetries;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#list = new JobList(options);
    this.#runner = new JobRunner({ ...options, list: this.#list });
    this.#spanRetries = new SpanRetries(options.engine);
    options.engine.listen({
      onEvent: (event) => {
        if (this.#spanRetries.receive(event)) return;
        options.watch(event);
        this.#runner.receive(event);
      },
      onStop: (stop) => {
        this.#spanRetries.stop();
        this.#runner.handleStop(stop);
      },
    });
  }

  list(): Job[] {
    return this.#list.jobs();
  }

  text(id: string): JobText {
    return this.#list.text(id);
  }

  sourcePath(id: string): FilePath | null {
    return this.#list.sourcePath(id);
  }

  folder(id: string): string | null {
    return this.#list.folder(id);
  }

  transcript(id: string): Transcript | null {
    return this.#list.transcript(id);
  }

  async add(paths: readonly string[], options: TranscribeOptions): Promise<Job[]> {
    const { inputs, isTruncated } = await this.#options.expandPaths(paths);
    const room = Math.max(0, MAX_FILES - this.#list.size);
    const taken = inputs.slice(0, room);
    if (isTruncated || taken.length < inputs.length) this.#options.pushNotice(explainTruncation(MAX_FILES));
    const orders = taken.map(() => this.#list.nextOrder());
    const stored = await mapInParallel(MAKERS, taken, (input, index) =>
      this.#keepOne(input, options, orders[index]!),
    );
    const records = stored.map((one) => this.#list.include(one));
    await refuseInputs(records, taken);
    this.#runner.startNext();
    return records.map(({ history }) => history.job);
  }

  /** Jobs of an earlier session: those that were not over go on where they were. */
  restore(stored: readonly StoredJob[]): void {
    for (const one of stored) this.#list.include(one);
    this.#runner.startNext();
  }

  has(id: string): boolean {
    return this.#list.find(id) !== undefined;
  }

  /** Puts a job of the library on the list, as it ended. */
  async open(stored: StoredJob): Promise<Job> {
    const record = this.#list.include(stored);
    if (!record.history.isListed) await record.add({ kind: 'listed', isListed: true });
    return record.history.job;
  }

  cancel(id: string): void {
    const record = this.#list.find(id);
    if (record !== undefined) this.#runner.cancel(record);
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
    const record = this.#list.find(id);
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
    const record = this.#list.find(id);
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
    await this.#list.reorder(id, before);
  }

  /** What is not over goes on with another device: a running job from its next window. */
  async changeDevice(device: DeviceChoice): Promise<void> {
    const changed = this.#list
      .inOrder()
      .filter(({ history }) => !isFinished(history.job) && history.job.options.device !== device);
    for (const record of changed) {
      await record.add({ kind: 'options', options: { ...record.history.job.options, device } });
      this.#runner.switchOptions(record);
    }
  }

  /** Off the list; what has text stays in the library. */
  async remove(id: string): Promise<void> {
    const record = this.#list.find(id);
    if (record === undefined) return;
    this.#runner.cancel(record);
    this.#list.drop(id);
    await this.#runner.letGo(record);
  }

  /** Takes it off the list, away from the engine, and lets go of its files. */
  async release(id: string): Promise<void> {
    const listed = this.#list.find(id);
    const record = listed ?? this.#runner.findLeaving(id);
    if (record === undefined) return;
    if (listed !== undefined) this.#runner.cancel(listed);
    this.#list.drop(id);
    await this.#runner.waitUntilLeft(record);
    await record.abandon();
  }

  /** Resolves when all is on the disk. */
  async close(): Promise<void> {
    this.#list.stop();
    await Promise.all([...this.#list.inOrder(), ...this.#runner.leaving()].map((record) => record.close()));
  }

  #keepOne(input: MediaInput, options: TranscribeOptions, order: number): Promise<StoredJob> {
    const job = createJob(randomUUID(), input.fileName, options, this.#options.now());
    return this.#options.keep(job, input.path, order);
  }

  async #startAgain(id: string, choose: (record: JobRecord) => JournalLine | Failure): Promise<Outcome> {
    const asked = this.#list.find(id);
    // Whoever was quick to ask is not told to wait.
    if (asked !== undefined && isFinished(asked.history.job)) await this.#runner.waitUntilFree(id);
    const record = this.#list.find(id);
    if (record === undefined) return { ok: false, failure: explainUnknownJob() };
    if (!isFinished(record.history.job)) {
      return { ok: false, failure: explainBusyJob(record.history.job.fileName) };
    }
    const chosen = choose(record);
    if ('code' in chosen) return { ok: false, failure: chosen };
    record.crashCount = 0;
    // Of two who ask at once, one is answered.
    const isMade = await record.addMade(() => (isFinished(record.history.job) ? chosen : null));
    if (!isMade) return { ok: false, failure: explainBusyJob(record.history.job.fileName) };
    this.#runner.startNext();
    return DONE;
  }
}

async function refuseInputs(records: readonly JobRecord[], inputs: readonly MediaInput[]): Promise<void> {
  for (const [index, input] of inputs.entries()) {
    if (input.kind === 'refused') await records[index]!.add({ kind: 'failed', failure: input.failure });
  }
}
