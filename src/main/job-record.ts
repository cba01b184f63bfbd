/**
 * One job in main: what its journal says, and the one way to add to it. Whatever happens to the job goes through
 * `add`, one after the other: onto the disk first, then into what is shown. Electron-free.
 *
 * When the disk refuses (full, gone), the job goes on with its text in memory, the person is told once, and the
 * lines wait in the journal for the disk.
 */
import { extendHistory } from '../shared/journal.js';
import type { JournalLine } from '../shared/journal-lines.js';
import type { JobHistory } from '../shared/journal.js';
import { isFinished } from '../shared/job.js';
import type { JobAction } from '../shared/job.js';
import { reduceJob } from '../shared/job.js';
import type { Journal } from './journal.js';

/** An edit rests this long before the files beside the journal are written again. */
export const AUTOSAVE_MS = 2000;

/** Where a job is kept. */
export interface JobStore {
  /** Null when none could be made. */
  readonly folder: string | null;
  readonly journal: Pick<Journal, 'append' | 'flush' | 'close' | 'length'>;
  /** Writes the files beside the journal. */
  readonly save: (history: JobHistory) => Promise<void>;
}

export interface JobRecordListener {
  onChange(): void;
  /** The text is in memory alone until the disk takes it. */
  onUnsaved(record: JobRecord, thrown: unknown): void;
}

export class JobRecord {
  readonly history: JobHistory;
  readonly store: JobStore;
  /** Stops of the engine since the job's last commit. */
  crashCount = 0;
  readonly #listener: JobRecordListener;
  #last: Promise<unknown> = Promise.resolve();
  #autosave: NodeJS.Timeout | null = null;
  #isUnsaved = false;
  #isClosed = false;

  constructor(history: JobHistory, store: JobStore, listener: JobRecordListener) {
    this.history = history;
    this.store = store;
    this.#listener = listener;
  }

  get id(): string {
    return this.history.job.id;
  }

  /** The line is written, then counts. False when it did not fit (and was not written). */
  add(line: JournalLine): Promise<boolean> {
    return this.#inTurn(() => this.#addNow(line));
  }

  /** Like `add`, with a line that is made of what is there when its turn comes; null adds nothing. */
  addMade(make: () => JournalLine | null): Promise<boolean> {
    return this.#inTurn(async () => {
      const line = make();
      return line === null ? false : await this.#addNow(line);
    });
  }

  /** A change that the journal does not keep: it is made again after a restart, or known from elsewhere. */
  change(action: JobAction): void {
    this.history.job = reduceJob(this.history.job, action);
    this.#listener.onChange();
  }

  setAudio(hasAudio: boolean): void {
    if (this.history.job.hasAudio === hasAudio) return;
    this.history.job = { ...this.history.job, hasAudio };
    this.#listener.onChange();
  }

  /** Waits for all that was added, and writes the files beside the journal if an edit waits for it. */
  async flush(): Promise<void> {
    await this.#last;
    if (this.#autosave !== null) await this.#save();
    await this.store.journal.flush().catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.flush();
    this.#isClosed = true;
    await this.store.journal.close();
  }

  /** Nothing is written any more: the folder is about to be deleted. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    if (this.#autosave !== null) clearTimeout(this.#autosave);
    this.#autosave = null;
    await this.#last;
    await this.store.journal.close().catch(() => undefined);
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #addNow(line: JournalLine): Promise<boolean> {
    if (this.#isClosed) return false;
    // Spans are heard again by a job that goes on, so they need not survive the power.
    const isDurable = line.kind !== 'span' && line.kind !== 'opened';
    if (line.kind === 'edit' && !this.#fits(line)) return false;
    try {
      await this.store.journal.append(line, { isDurable });
      this.#isUnsaved = false;
    } catch (thrown) {
      if (!this.#isUnsaved) this.#listener.onUnsaved(this, thrown);
      this.#isUnsaved = true;
    }
    const fits = extendHistory(this.history, line);
    if (line.kind === 'commit') this.crashCount = 0;
    this.#listener.onChange();
    if (line.kind === 'edit' || line.kind === 'listed') this.#saveLater();
    else if (isFinished(this.history.job)) await this.#save();
    return fits;
  }

  /** An edit that does not fit must not be in the journal: tried on a copy of the list, which is cheap. */
  #fits(line: Extract<JournalLine, { kind: 'edit' }>): boolean {
    return extendHistory({ ...this.history }, line);
  }

  #saveLater(): void {
    if (this.#autosave !== null) clearTimeout(this.#autosave);
    this.#autosave = setTimeout(() => {
      void this.#inTurn(() => this.#save());
    }, AUTOSAVE_MS);
  }

  async #save(): Promise<void> {
    if (this.#autosave !== null) clearTimeout(this.#autosave);
    this.#autosave = null;
    if (this.#isClosed) return;
    try {
      await this.store.save(this.history);
    } catch (thrown) {
      if (!this.#isUnsaved) this.#listener.onUnsaved(this, thrown);
      this.#isUnsaved = true;
    }
  }
}
