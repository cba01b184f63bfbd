/**
 * The state of each model of the catalogue as the page shows it: checked at start, fetched or imported
 * when the user asks. Never fetches by itself. Electron-free; what touches disk and network is injected.
 */
import * as v from 'valibot';
import type { ModelStatus } from '../shared/contract.js';
import { AppError, FailureSchema, toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import type { Outcome } from './jobs.js';
import { createThrottle } from './throttle.js';

/** Download progress is pushed at most ten times a second. */
const PUSH_INTERVAL_MS = 100;

export interface ModelStore {
  readonly models: readonly Pick<ModelStatus, 'id' | 'name' | 'sizeBytes' | 'devices'>[];
  /** Null when the model is ready; else what is wrong with it. */
  check(id: string): Promise<Failure | null>;
  /** `onProgress` takes 0 to 1. */
  fetch(id: string, onProgress: (progress: number) => void, signal: AbortSignal): Promise<void>;
  import(id: string, folder: string): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface ModelShelfOptions {
  readonly store: ModelStore;
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
      const onProgress = (progress: number): void => {
        this.#change(id, { state: 'fetching', progress });
      };
      await this.#options.store.fetch(id, onProgress, abort.signal).finally(() => this.#aborts.delete(id));
    });
  }

  async import(id: string): Promise<Outcome> {
    const folder = await this.#options.chooseFolder();
    if (folder === null) return { ok: true };
    return this.#work(id, () => this.#options.store.import(id, folder));
  }

  /** Stops a download; files that are complete stay. */
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
      this.#statuses.set(id, { ...model, ...describeCheck(failure), progress: null });
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
    this.#change(id, { state: 'fetching', failure: null, progress: 0 });
    let failure: Failure | null = null;
    try {
      await act();
    } catch (thrown) {
      failure = describeFailure(thrown);
    }
    const found = await this.#check(id);
    // Why the attempt failed says more than that the model is still missing.
    this.#change(id, { ...describeCheck(found === null ? null : (failure ?? found), found), progress: null });
    const remaining = failure ?? found;
    return remaining === null ? { ok: true } : { ok: false, failure: remaining };
  }

  #change(id: string, change: Partial<ModelStatus>): void {
    const status = this.#statuses.get(id);
    if (status === undefined) return;
    this.#statuses.set(id, { ...status, ...change });
    this.#push.request();
  }
}

function cancelledDownload(): AppError {
  return new AppError(
    'cancelled',
    'The download was stopped. Files that were complete are kept.',
    'Fetch the model again to get the others.',
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
