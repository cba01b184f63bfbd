/**
 * The state of each model of the catalogue as the page shows it: checked at start, fetched or imported
 * when the user asks. Never fetches by itself. Electron-free; what touches disk and network is injected.
 */
import * as v from 'valibot';
import type { ModelDownload, ModelStatus } from '../shared/contract.js';
import { AppError, FailureSchema, toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import type { Outcome } from './jobs.js';
import { createThrottle } from './throttle.js';
import { TransferRate } from './transfer-rate.js';

/** Download progress is pushed at most ten times a second. */
const PUSH_INTERVAL_MS = 100;
/** What the network did is shown so long once bytes come again. */
const NOTE_MS = 10_000;

export interface ModelStore {
  readonly models: readonly Pick<ModelStatus, 'id' | 'name' | 'sizeBytes' | 'devices'>[];
  /** Null when the model is ready; else what is wrong with it. */
  check(id: string): Promise<Failure | null>;
  /** How much of a model that is not complete is here already. */
  keptBytes(id: string): Promise<number>;
  fetch(id: string, listener: FetchListener, signal: AbortSignal): Promise<void>;
  import(id: string, folder: string): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface FetchListener {
  readonly onProgress: (progress: Pick<ModelDownload, 'receivedBytes' | 'totalBytes'>) => void;
  /** One sentence, when a source is asked again or given up for the next. */
  readonly onNote: (note: string) => void;
}

export interface ModelShelfOptions {
  readonly store: ModelStore;
  readonly now: () => number;
  /** The folder dialog; null when it was closed. */
  readonly chooseFolder: () => Promise<string | null>;
  readonly pushModels: (models: ModelStatus[]) => void;
}

export class ModelShelf {
  readonly #options: ModelShelfOptions;
  readonly #statuses = new Map<string, ModelStatus>();
  /** The work on a model under way; a second request for it waits for the same. */
  readonly #busy = new Map<string, Promise<Outcome>>();
  readonly #aborts = new Map<string, AbortController>();
  readonly #firstCheck: Promise<void>;
  readonly #push;

  constructor(options: ModelShelfOptions) {
    this.#options = options;
    this.#push = createThrottle(PUSH_INTERVAL_MS, () => {
      options.pushModels([...this.#statuses.values()]);
    });
    this.#firstCheck = this.#checkAll();
  }

  /** Waits for the first check, so that a good model is never shown as missing. */
  async list(): Promise<ModelStatus[]> {
    await this.#firstCheck;
    return [...this.#statuses.values()];
  }

  async repair(id: string): Promise<Outcome> {
    return this.#work(id, async () => {
      const abort = new AbortController();
      this.#aborts.set(id, abort);
      await this.#options.store
        .fetch(id, this.#follow(id), abort.signal)
        .finally(() => this.#aborts.delete(id));
    });
  }

  async import(id: string): Promise<Outcome> {
    const folder = await this.#options.chooseFolder();
    if (folder === null) return { ok: true };
    return this.#work(id, () => this.#options.store.import(id, folder));
  }

  /** Stops a download; what arrived stays. */
  cancel(id: string): void {
    this.#aborts.get(id)?.abort(cancelledDownload());
  }

  async remove(id: string): Promise<Outcome> {
    if (this.#busy.has(id)) this.cancel(id);
    await this.#busy.get(id);
    const outcome = await this.#work(id, () => this.#options.store.remove(id));
    // That it is gone now is what was asked for.
    return !outcome.ok && outcome.failure.code === 'model-missing' ? { ok: true } : outcome;
  }

  close(): void {
    this.#push.stop();
  }

  async #checkAll(): Promise<void> {
    for (const model of this.#options.store.models) {
      const { id } = model;
      const failure = await this.#check(id);
      const keptBytes = await this.#keptBytes(id, failure);
      this.#statuses.set(id, { ...model, ...IDLE, ...describeCheck(failure), keptBytes });
    }
    this.#push.request();
  }

  async #check(id: string): Promise<Failure | null> {
    try {
      return await this.#options.store.check(id);
    } catch (thrown) {
      return describeFailure(thrown);
    }
  }

  async #work(id: string, act: () => Promise<void>): Promise<Outcome> {
    await this.#firstCheck;
    if (!this.#statuses.has(id)) {
      const unknown = new AppError(
        'model-unknown',
        `There is no model "${id}".`,
        'Choose one from the list.',
      );
      return { ok: false, failure: toFailure(unknown) };
    }
    const underWay = this.#busy.get(id);
    if (underWay !== undefined) return underWay;
    const outcome = this.#run(id, act).finally(() => this.#busy.delete(id));
    this.#busy.set(id, outcome);
    return outcome;
  }

  async #run(id: string, act: () => Promise<void>): Promise<Outcome> {
    this.#change(id, { ...IDLE, state: 'fetching', failure: null });
    let failure: Failure | null = null;
    try {
      await act();
    } catch (thrown) {
      failure = describeFailure(thrown);
    }
    const found = await this.#check(id);
    // Why the attempt failed says more than that the model is still missing.
    const keptBytes = await this.#keptBytes(id, found);
    this.#change(id, {
      ...IDLE,
      ...describeCheck(found === null ? null : (failure ?? found), found),
      keptBytes,
    });
    const remaining = failure ?? found;
    return remaining === null ? { ok: true } : { ok: false, failure: remaining };
  }

  async #keptBytes(id: string, found: Failure | null): Promise<number> {
    return found === null ? 0 : await this.#options.store.keptBytes(id).catch(() => 0);
  }

  #follow(id: string): FetchListener {
    const rate = new TransferRate();
    let note: string | null = null;
    let notedMs = 0;
    return {
      onProgress: ({ receivedBytes, totalBytes }) => {
        const nowMs = this.#options.now();
        rate.note(receivedBytes, nowMs);
        if (nowMs - notedMs > NOTE_MS) note = null;
        const download = { receivedBytes, totalBytes, ...rate.estimate(totalBytes), note };
        this.#change(id, { progress: totalBytes === 0 ? 0 : receivedBytes / totalBytes, download });
      },
      onNote: (text) => {
        note = text;
        notedMs = this.#options.now();
        const download = this.#statuses.get(id)?.download ?? null;
        if (download !== null) this.#change(id, { download: { ...download, note } });
      },
    };
  }

  #change(id: string, change: Partial<ModelStatus>): void {
    const status = this.#statuses.get(id);
    if (status === undefined) return;
    this.#statuses.set(id, { ...status, ...change });
    this.#push.request();
  }
}

/** Nothing is under way. */
const IDLE = { progress: null, download: null } as const;

function cancelledDownload(): AppError {
  return new AppError(
    'cancelled',
    'The download was stopped. What arrived is kept.',
    'Download the model again to get the rest.',
  );
}

function describeCheck(failure: Failure | null, found = failure): Pick<ModelStatus, 'state' | 'failure'> {
  if (found === null) return { state: 'ready', failure: null };
  return { state: found.code === 'model-missing' ? 'missing' : 'corrupt', failure };
}

/** The model store throws an error class of its own, with the fields of a failure (it also runs before set-up). */
function describeFailure(thrown: unknown): Failure {
  const parsed = v.safeParse(FailureSchema, thrown);
  return parsed.success ? parsed.output : toFailure(thrown);
}
