/**
 * The queue: every job of this session with its committed text, one of them in the engine at a time.
 * In: what the user asks and what the engine says. Out: the job list (throttled) and notices.
 * Electron-free; files, engine and page are reached through what is injected.
 */
import { randomUUID } from 'node:crypto';
import type { FilePath } from '../shared/engine-protocol.js';
import type { Failure } from '../shared/errors.js';
import type { EngineEvent } from '../shared/events.js';
import { createJob, isFinished, reduceJob } from '../shared/job.js';
import type { Job, JobAction } from '../shared/job.js';
import type { TranscribeOptions } from '../shared/options.js';
import type { Segment, Transcript } from '../shared/transcript.js';
import type { EngineHost, EngineStop } from './engine-host.js';
import {
  explainBusyJob,
  explainGiveUp,
  explainLostJob,
  explainRestart,
  explainTruncation,
  explainUnknownJob,
} from './job-failures.js';
import { MAX_FILES } from './media-files.js';
import type { MediaInput, MediaInputs } from './media-files.js';
import { createThrottle } from './throttle.js';

/** The list is pushed at most ten times a second. */
const PUSH_INTERVAL_MS = 100;

export interface JobQueueOptions {
  readonly engine: Pick<EngineHost, 'transcribe' | 'cancel' | 'listen'>;
  readonly expandPaths: (paths: readonly string[]) => Promise<MediaInputs>;
  readonly pushJobs: (jobs: Job[]) => void;
  readonly pushNotice: (notice: Failure) => void;
  /** A job entered the engine (true), or nothing is left to do (false). */
  readonly onBusyChange: (isBusy: boolean) => void;
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };

interface JobRecord {
  job: Job;
  readonly path: FilePath;
  segments: Segment[];
}

export class JobQueue {
  readonly #options: JobQueueOptions;
  /** In the order of the list. */
  readonly #records = new Map<string, JobRecord>();
  readonly #push;
  /** In the engine, even if its record was removed meanwhile. */
  #currentId: string | null = null;
  #isBusy = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
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
    return [...this.#records.values()].map(({ job }) => job);
  }

  segments(id: string): readonly Segment[] {
    return this.#records.get(id)?.segments ?? [];
  }

  /** The path as given, for the export dialog; null for an unknown job. */
  sourcePath(id: string): FilePath | null {
    return this.#records.get(id)?.path ?? null;
  }

  /** What can be saved; null for an unknown job and for one that has no text yet. */
  transcript(id: string): Transcript | null {
    const record = this.#records.get(id);
    if (record === undefined) return null;
    const { job, segments } = record;
    if (segments.length === 0 && job.state !== 'done') return null;
    return {
      fileName: job.fileName,
      model: job.options.model,
      language: job.language,
      task: job.options.task,
      duration: job.duration,
      segments,
    };
  }

  async add(paths: readonly string[], options: TranscribeOptions): Promise<Job[]> {
    const { inputs, isTruncated } = await this.#options.expandPaths(paths);
    const room = Math.max(0, MAX_FILES - this.#records.size);
    const taken = inputs.slice(0, room);
    if (isTruncated || taken.length < inputs.length) this.#options.pushNotice(explainTruncation(MAX_FILES));

    const jobs = taken.map((input) => this.#addOne(input, options));
    this.#push.request();
    this.#startNext();
    return jobs.map((job) => this.#records.get(job.id)?.job ?? job);
  }

  cancel(id: string): void {
    const record = this.#records.get(id);
    if (record === undefined || record.job.state === 'cancelling') return;
    this.#reduce(record, { kind: 'cancel-asked' });
    if (id === this.#currentId) this.#options.engine.cancel(id);
    this.#updateBusy();
  }

  retry(id: string, options: TranscribeOptions): Outcome {
    const record = this.#records.get(id);
    if (record === undefined) return { ok: false, failure: explainUnknownJob() };
    if (!isFinished(record.job)) return { ok: false, failure: explainBusyJob(record.job.fileName) };
    record.job = createJob(id, record.job.fileName, options);
    record.segments = [];
    this.#push.request();
    this.#startNext();
    return { ok: true };
  }

  remove(id: string): void {
    this.cancel(id);
    if (this.#records.delete(id)) this.#push.request();
  }

  close(): void {
    this.#push.stop();
  }

  #addOne(input: MediaInput, options: TranscribeOptions): Job {
    const job = createJob(randomUUID(), input.fileName, options);
    if (input.kind === 'file') {
      this.#records.set(job.id, { job, path: input.path, segments: [] });
      return job;
    }
    const refused: Job = { ...job, state: 'failed', failure: input.failure };
    this.#records.set(job.id, { job: refused, path: input.path, segments: [] });
    return refused;
  }

  #startNext(): void {
    if (this.#currentId === null) {
      const next = [...this.#records.values()].find(({ job }) => job.state === 'queued');
      if (next !== undefined) {
        this.#currentId = next.job.id;
        this.#reduce(next, { kind: 'started' });
        const { id, options } = next.job;
        this.#options.engine.transcribe({
          kind: 'transcribe',
          jobId: id,
          path: next.path,
          options,
          resume: null,
          sound: null,
        });
      }
    }
    this.#updateBusy();
  }

  #receive(event: EngineEvent): void {
    const record = this.#records.get(event.jobId);
    if (record !== undefined) {
      if (event.kind === 'commit' && !isFinished(record.job)) record.segments.push(...event.segments);
      if (event.kind !== 'token' && event.kind !== 'attempt') this.#reduce(record, event);
    }
    const isLast = event.kind === 'done' || event.kind === 'failed' || event.kind === 'cancelled';
    if (isLast && event.jobId === this.#currentId) {
      this.#currentId = null;
      this.#startNext();
    }
  }

  #handleStop(stop: EngineStop): void {
    const record = stop.jobId === null ? undefined : this.#records.get(stop.jobId);
    if (stop.jobId === this.#currentId) this.#currentId = null;
    if (record !== undefined) {
      const wasWanted = record.job.state === 'running';
      this.#reduce(record, { kind: 'engine-lost', failure: explainLostJob(record.job) });
      if (wasWanted && stop.willRestart) this.#options.pushNotice(explainRestart(record.job.fileName));
    }
    if (!stop.willRestart) this.#failQueued();
    this.#startNext();
  }

  /** The engine keeps crashing: going on would only fail every file one by one. */
  #failQueued(): void {
    const failure = explainGiveUp();
    const waiting = [...this.#records.values()].filter(({ job }) => job.state === 'queued');
    for (const record of waiting) this.#reduce(record, { kind: 'engine-lost', failure });
    this.#options.pushNotice(failure);
  }

  #reduce(record: JobRecord, action: JobAction): void {
    record.job = reduceJob(record.job, action);
    this.#push.request();
  }

  #updateBusy(): void {
    const isBusy = this.#currentId !== null;
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    this.#options.onBusyChange(isBusy);
  }
}
