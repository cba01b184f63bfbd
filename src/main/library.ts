/**
 * The transcripts of all times: a folder of plain folders, one per job (job-folder.ts), no index and no database.
 * In: jobs to keep, ids to open or delete, words to search. Out: job stores and list entries. Electron-free.
 *
 * A folder whose summary is as old as its journal is listed from the summary; any other from the journal itself,
 * so what a crash left is listed as it is. Folders that are not ours are never touched.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '../shared/errors.js';
import type { FilePath } from '../shared/engine-protocol.js';
import { isFinished } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import { compactHistory, createdLine, replayJournal, startHistory } from '../shared/journal.js';
import type { JobHistory, Replay } from '../shared/journal.js';
import type { LibraryEntry } from '../shared/library.js';
import type { LibrarySettings } from '../shared/settings.js';
import { makeSnippet } from '../shared/snippet.js';
import { AUDIO_FILE } from '../shared/sound-files.js';
import { transcriptText } from '../shared/transcript.js';
import {
  nameJobFolder,
  summarize,
  SummarySchema,
  SUMMARY_FILE,
  TEXT_FILE,
  writeOutputs,
} from './job-folder.js';
import type { Summary } from './job-folder.js';
import type { JobStore } from './job-record.js';
import { Journal, JOURNAL_FILE } from './journal.js';
import { mapInParallel } from './parallel.js';

/** Journals that take this much more than their text are compacted when they are opened. */
const COMPACT_BYTES = 4 * 1024 * 1024;
/** As many as the settings keep. */
const MAX_FORMER_ROOTS = 50;
/** Folders looked at side by side. */
const READERS = 16;

export interface StoredJob {
  readonly history: JobHistory;
  readonly store: JobStore;
  /** Lines of its journal that could not be read. */
  readonly damagedCount: number;
}

interface Found {
  readonly folder: string;
  readonly summary: Summary;
  /** Of the journal, where the saved one is older; null: it is as saved. */
  readonly text: string | null;
}

export class Library {
  #root: string;
  /** Where jobs were kept before. */
  #formerRoots: readonly string[];
  /** Folder by job id, as far as they were seen. */
  readonly #folders = new Map<string, string>();

  constructor(root: string, formerRoots: readonly string[] = []) {
    this.#root = root;
    this.#formerRoots = formerRoots.filter((former) => former !== root);
  }

  get root(): string {
    return this.#root;
  }

  /** Jobs from now on are kept there; those that were elsewhere stay there, and stay in the library. */
  move(root: string): LibrarySettings {
    const former = [this.#root, ...this.#formerRoots].filter((known) => known !== root);
    this.#formerRoots = [...new Set(former)].slice(0, MAX_FORMER_ROOTS);
    this.#root = root;
    return { libraryFolder: root, formerLibraryFolders: [...this.#formerRoots] };
  }

  folderOf(id: string): string | null {
    return this.#folders.get(id) ?? null;
  }

  /** A new job's folder with its journal. Throws when it cannot be made. */
  async create(job: Job, path: FilePath, order: number): Promise<StoredJob> {
    const folder = join(this.#root, nameJobFolder(job));
    await mkdir(folder, { recursive: true });
    const line = createdLine(job, path, order);
    const journal = await Journal.create(join(folder, JOURNAL_FILE), line);
    this.#folders.set(job.id, folder);
    return { history: startHistory(line), store: createStore(folder, journal), damagedCount: 0 };
  }

  /** Every job whose summary does not say that it is over and off the list, in their order. */
  async loadListed(): Promise<StoredJob[]> {
    const found = await this.#scan();
    // Cancelled before its first word, and never taken off the list: nobody would miss it.
    const empty = found.filter(({ summary }) => summary.state === 'cancelled' && summary.segmentCount === 0);
    await mapInParallel(READERS, empty, ({ summary }) => this.delete(summary.id));
    const wanted = found.filter(({ summary }) => isWaiting(summary));
    const stored = await mapInParallel(READERS, wanted, ({ folder }) => this.#load(folder).catch(() => null));
    return stored.filter((job) => job !== null).sort((a, b) => a.history.order - b.history.order);
  }

  /** Throws AppError when there is no such job, or its journal cannot be read. */
  async load(id: string): Promise<StoredJob> {
    const folder = await this.#find(id);
    const stored = await this.#load(folder);
    if (stored === null) throw unreadableJournal(folder);
    return stored;
  }

  /** Newest first. `query` is looked for in names and texts, upper and lower case alike. */
  async list(query: string | null): Promise<LibraryEntry[]> {
    const found = await this.#scan();
    const entries = await mapInParallel(READERS, found, async ({ folder, summary, text }) => {
      const { id, fileName, state, createdAtMs, duration, language, segmentCount } = summary;
      const about = { id, fileName, state, createdAtMs, duration, language, segmentCount };
      const saved = text ?? (await readFile(join(folder, TEXT_FILE), 'utf8').catch(() => ''));
      const snippet = makeSnippet(saved, summary.fileName, query);
      return snippet === null ? null : { ...about, snippet };
    });
    return entries
      .filter((entry) => entry !== null)
      .sort((a, b) => b.createdAtMs - a.createdAtMs || a.id.localeCompare(b.id));
  }

  /** Its folder and all that is in it. Throws AppError when there is no such job. */
  async delete(id: string): Promise<void> {
    const folder = await this.#find(id);
    await rm(folder, { recursive: true, force: true });
    this.#folders.delete(id);
  }

  async #find(id: string): Promise<string> {
    if (!this.#folders.has(id)) await this.#scan();
    const folder = this.#folders.get(id);
    if (folder === undefined) {
      throw new AppError(
        'wrong-usage',
        'This transcript is no longer in the library.',
        'Look whether its folder was moved or deleted.',
      );
    }
    return folder;
  }

  async #load(folder: string): Promise<StoredJob | null> {
    const opened = await Journal.open(join(folder, JOURNAL_FILE));
    if (opened === null) return null;
    const { journal, replay } = opened;
    const { history, damagedCount } = replay;
    if (journal.length > COMPACT_BYTES + textBytes(history)) await compact(journal, replay);
    const hasAudio = await stat(join(folder, AUDIO_FILE)).then(
      (found) => found.isFile(),
      () => false,
    );
    history.job = { ...history.job, hasAudio };
    this.#folders.set(history.job.id, folder);
    return { history, store: createStore(folder, journal), damagedCount };
  }

  async #scan(): Promise<readonly Found[]> {
    const roots = [this.#root, ...this.#formerRoots];
    const folders = await mapInParallel(READERS, roots, listFolders);
    const found = await mapInParallel(READERS, folders.flat(), readSummary);
    return found
      .filter((one) => one !== null)
      .map((one) => {
        this.#folders.set(one.summary.id, one.folder);
        return one;
      });
  }
}

/** A folder that is gone, or a disk that is not plugged in, holds nothing. */
async function listFolders(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}

function createStore(folder: string, journal: Journal): JobStore {
  return { folder, journal, save: (history) => writeOutputs(folder, history, journal.length) };
}

/** Not over, or over with a failure that nobody has put away. */
function isWaiting({ state, isListed }: Summary): boolean {
  const isOver = state === 'done' || state === 'cancelled';
  return isListed && !isOver;
}

/** Null for a folder that is not a job's. */
async function readSummary(folder: string): Promise<Found | null> {
  const journalPath = join(folder, JOURNAL_FILE);
  const journal = await stat(journalPath).catch(() => null);
  if (journal === null || !journal.isFile()) return null;
  const summary = await readFile(join(folder, SUMMARY_FILE), 'utf8')
    .then((text) => v.safeParse(SummarySchema, JSON.parse(text)))
    .catch(() => null);
  if (summary?.success === true && summary.output.journalBytes === journal.size) {
    return { folder, summary: summary.output, text: null };
  }
  const replay = await readFile(journalPath, 'utf8').then(replayJournal, () => null);
  if (replay === null) return null;
  const { history } = replay;
  return { folder, summary: summarize(history, journal.size), text: transcriptText(history.segments) };
}

function textBytes({ segments }: JobHistory): number {
  return segments.reduce((sum, segment) => sum + 200 + JSON.stringify(segment).length, 0);
}

async function compact(journal: Journal, { history, unknownLines, damagedCount }: Replay): Promise<void> {
  // What cannot be read is not thrown away; a job that is not over is left alone.
  if (damagedCount > 0 || !isFinished(history.job)) return;
  await journal.compact(compactHistory(history), unknownLines);
}

function unreadableJournal(folder: string): AppError {
  return new AppError(
    'transcript-damaged',
    `The journal in ${folder} cannot be read, or is of a newer version of Tilescribe. Nothing was changed.`,
    'Its text, as far as it was saved, is in the file transcript.txt in that folder.',
  );
}
