/**
 * The jobs that are on the list, in their order: what each holds, and word to the page when one changes (throttled).
 * Knows nothing of the engine. Electron-free.
 */
import { listCoverage } from '../shared/coverage.js';
import { toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import type { FilePath } from '../shared/engine-protocol.js';
import type { Job } from '../shared/job.js';
import type { Coverage } from '../shared/span.js';
import type { Segment, Transcript } from '../shared/transcript.js';
import { explainDamage, explainUnsaved } from './job-failures.js';
import { transcriptOf } from './job-folder.js';
import { JobRecord } from './job-record.js';
import type { StoredJob } from './library.js';
import { placeBefore } from './list-order.js';
import { createThrottle } from './throttle.js';

/** The list is pushed at most ten times a second. */
const PUSH_INTERVAL_MS = 100;

export interface JobListOptions {
  readonly pushJobs: (jobs: Job[]) => void;
  readonly pushNotice: (notice: Failure) => void;
}

export interface JobText {
  readonly revision: number;
  readonly segments: readonly Segment[];
  readonly spans: readonly Coverage[];
}

export class JobList {
  readonly #options: JobListOptions;
  readonly #records = new Map<string, JobRecord>();
  readonly #push;
  #lastOrder = 0;

  constructor(options: JobListOptions) {
    this.#options = options;
    this.#push = createThrottle(PUSH_INTERVAL_MS, () => {
      options.pushJobs(this.jobs());
    });
  }

  get size(): number {
    return this.#records.size;
  }

  find(id: string): JobRecord | undefined {
    return this.#records.get(id);
  }

  inOrder(): JobRecord[] {
    return [...this.#records.values()].sort((a, b) => a.history.order - b.history.order);
  }

  jobs(): Job[] {
    return this.inOrder().map(({ history }) => history.job);
  }

  /** The place of one more job, behind all that ever were on the list. */
  nextOrder(): number {
    return ++this.#lastOrder;
  }

  text(id: string): JobText {
    const history = this.#records.get(id)?.history;
    if (history === undefined) return { revision: 0, segments: [], spans: [] };
    return { revision: history.job.revision, segments: history.segments, spans: listCoverage(history) };
  }

  /** The path as given; null for an unknown job. */
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

  include({ history, store, damagedCount }: StoredJob): JobRecord {
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

  drop(id: string): void {
    this.#records.delete(id);
    this.#push.request();
  }

  /** Before another job; null: to the end. */
  async reorder(id: string, before: string | null): Promise<void> {
    const moves = placeBefore(
      this.inOrder().map((record) => ({ id: record.id, order: record.history.order })),
      id,
      before,
    );
    for (const [moved, order] of moves) await this.#records.get(moved)?.add({ kind: 'moved', order });
    this.#lastOrder = Math.max(this.#lastOrder, ...moves.values());
  }

  /** Nothing more is pushed. */
  stop(): void {
    this.#push.stop();
  }
}
