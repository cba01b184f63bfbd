/**
 * Where the time of each job went, for as long as the app runs and, once a job ended, beside its transcript. In: the
 * engine's `timings` events. Out: a record for the page and for export.
 *
 * Surprising: nothing is written while a job runs. What is lost by a crash is how long its steps took, not a word.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomically } from '../node/write-file.js';
import type { EngineEvent } from '../shared/events.js';
import { extendRecord, RunRecordSchema } from '../shared/timing.js';
import type { RunRecord } from '../shared/timing.js';

export const TIMINGS_FILE = 'timings.json';

export interface RunShelfOptions {
  /** Of a job with a transcript on disk; null where there is none. */
  readonly findFolder: (jobId: string) => string | null;
}

export class RunShelf {
  readonly #options: RunShelfOptions;
  readonly #records = new Map<string, RunRecord>();

  constructor(options: RunShelfOptions) {
    this.#options = options;
  }

  /** To be told every event of the engine. Resolves when what had to be written is; a full disk loses nothing else. */
  async receive(event: EngineEvent): Promise<void> {
    switch (event.kind) {
      case 'opened':
        this.#records.delete(event.jobId);
        return;
      case 'timings':
        this.#records.set(event.jobId, extendRecord(this.#records.get(event.jobId), event));
        return;
      case 'done':
      case 'failed':
      case 'cancelled':
        await this.#keep(event.jobId);
        return;
      case 'language':
      case 'span':
      case 'attempt':
      case 'token':
      case 'commit':
        return;
    }
  }

  /** Null when the job was not measured, or what was written of it cannot be read. */
  async find(jobId: string): Promise<RunRecord | null> {
    const known = this.#records.get(jobId);
    if (known !== undefined) return known;
    const folder = this.#options.findFolder(jobId);
    if (folder === null) return null;
    try {
      const written: unknown = JSON.parse(await readFile(join(folder, TIMINGS_FILE), 'utf8'));
      const record = v.parse(RunRecordSchema, written);
      this.#records.set(jobId, record);
      return record;
    } catch {
      return null;
    }
  }

  forget(jobId: string): void {
    this.#records.delete(jobId);
  }

  async #keep(jobId: string): Promise<void> {
    const record = this.#records.get(jobId);
    const folder = this.#options.findFolder(jobId);
    if (record === undefined || folder === null) return;
    await writeFileAtomically(join(folder, TIMINGS_FILE), describeRun(record)).catch(() => undefined);
  }
}

/** The file that is kept and exported: JSON, microseconds being all that a clock of this kind tells. */
export function describeRun({ timings, stepsMs }: RunRecord): string {
  const rounded = stepsMs.map((ms) => Math.round(ms * 1000) / 1000);
  return `${JSON.stringify({ timings, stepsMs: rounded })}\n`;
}
