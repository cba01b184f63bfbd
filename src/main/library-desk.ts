/**
 * What a person does with the library while jobs run: list, open, delete. The jobs on the list and the folders on
 * the disk are two views of the same, and this keeps them so. Electron-free.
 */
import { toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import type { Job } from '../shared/job.js';
import type { LibraryEntry } from '../shared/library.js';
import type { JobQueue, Outcome } from './jobs.js';
import type { Library } from './library.js';

export type OpenOutcome =
  { readonly ok: true; readonly job: Job } | { readonly ok: false; readonly failure: Failure };

export class LibraryDesk {
  readonly #library: Pick<Library, 'list' | 'load' | 'delete' | 'folderOf'>;
  readonly #jobs: Pick<JobQueue, 'list' | 'has' | 'open' | 'release'>;

  constructor(
    library: Pick<Library, 'list' | 'load' | 'delete' | 'folderOf'>,
    jobs: Pick<JobQueue, 'list' | 'has' | 'open' | 'release'>,
  ) {
    this.#library = library;
    this.#jobs = jobs;
  }

  /** The state of a job that is on the list is the list's. */
  async list(query: string | null): Promise<LibraryEntry[]> {
    const jobs = new Map(this.#jobs.list().map((job) => [job.id, job]));
    const entries = await this.#library.list(query);
    return entries.map((entry) => ({ ...entry, state: jobs.get(entry.id)?.state ?? entry.state }));
  }

  async open(id: string): Promise<OpenOutcome> {
    try {
      const listed = this.#jobs.list().find((job) => job.id === id);
      if (listed !== undefined) return { ok: true, job: listed };
      return { ok: true, job: await this.#jobs.open(await this.#library.load(id)) };
    } catch (thrown) {
      return { ok: false, failure: toFailure(thrown) };
    }
  }

  async delete(id: string): Promise<Outcome> {
    try {
      await this.#jobs.release(id);
      await this.#library.delete(id);
      return { ok: true };
    } catch (thrown) {
      return { ok: false, failure: toFailure(thrown) };
    }
  }

  folderOf(id: string): string | null {
    return this.#library.folderOf(id);
  }
}
