/**
 * The journal of one job on disk: lines are added at its end, in order, and are on the disk before `append` says
 * so. Electron-free. In: lines. Out: a file that a kill or a power cut can only cut at its end, and that is mended
 * there when it is opened again.
 *
 * Surprising: lines that could not be written (the disk is full) are not given up: they go ahead of the next ones,
 * so that a journal never has a hole. Until then the text is in memory alone, and who appended them is told.
 */
import { open, readFile, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../node/write-file.js';
import { replayJournal } from '../shared/journal.js';
import type { JournalLine } from '../shared/journal-lines.js';
import type { Replay } from '../shared/journal.js';

export const JOURNAL_FILE = 'journal.jsonl';

export interface AppendOptions {
  /** False: it may be lost with the power, not with the process. For what is computed again anyway. */
  readonly isDurable: boolean;
}

export interface OpenedJournal {
  readonly journal: Journal;
  readonly replay: Replay;
}

interface Waiting {
  readonly text: string;
  readonly isDurable: boolean;
  readonly settle: (error: Error | null) => void;
}

export class Journal {
  readonly #path: string;
  /** Bytes of whole lines. */
  #length: number;
  /** Lines that were not written yet, and whether one of them was refused by the disk. */
  #unwritten = '';
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #isFolderSynced = false;
  #isClosed = false;

  private constructor(path: string, length: number) {
    this.#path = path;
    this.#length = length;
  }

  /** Makes the file; it must not be there. */
  static async create(path: string, line: JournalLine): Promise<Journal> {
    await (await open(path, 'wx')).close();
    const journal = new Journal(path, 0);
    await journal.append(line, { isDurable: false });
    return journal;
  }

  /** Null when it cannot be read as a journal of a version that we know; then the file is left as it is. */
  static async open(path: string): Promise<OpenedJournal | null> {
    const bytes = await readFile(path);
    const replay = replayJournal(bytes.toString('utf8'));
    if (replay === null) return null;
    const length = bytes.lastIndexOf('\n') + 1;
    // What is torn would become a part of the next line.
    if (length < bytes.length) await truncate(path, length);
    return { journal: new Journal(path, length), replay };
  }

  /** Bytes of whole lines, for who wants to know whether it has read all of them. */
  get length(): number {
    return this.#length;
  }

  /** Resolves when the line, and all before it, are written; rejects when they could not be. */
  append(line: JournalLine, { isDurable }: AppendOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null): void => {
        if (error === null) resolve();
        else reject(error);
      };
      this.#waiting.push({ text: `${JSON.stringify(line)}\n`, isDurable, settle });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Puts these lines in the place of all there are, whole or not at all. `rawLines` are kept as they stand. */
  async compact(lines: readonly JournalLine[], rawLines: readonly string[]): Promise<void> {
    await this.flush();
    if (this.#isClosed || this.#unwritten !== '') return;
    const text = [...lines.map((line) => JSON.stringify(line)), ...rawLines]
      .map((line) => `${line}\n`)
      .join('');
    await replaceFile(this.#path, (file) => file.writeFile(text));
    this.#length = Buffer.byteLength(text);
  }

  /** Waits for what was appended; tries again what was refused. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#unwritten === '') return;
    this.#writing ??= this.#writeAll();
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
  }

  /** One write and one sync for all that came meanwhile. */
  async #writeAll(): Promise<void> {
    do {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#unwritten += batch.map(({ text }) => text).join('');
      const error = await this.#write(batch.some(({ isDurable }) => isDurable)).then(
        () => null,
        (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown))),
      );
      for (const { settle } of batch) settle(error);
    } while (this.#waiting.length > 0);
    this.#writing = null;
  }

  async #write(isDurable: boolean): Promise<void> {
    if (this.#isClosed) throw new Error(`the journal ${this.#path} is closed`);
    const bytes = Buffer.from(this.#unwritten);
    // Opened for each write: a list of ten thousand files must not hold ten thousand open.
    const file = await open(this.#path, 'r+');
    try {
      // At its place, not at the end: half a line that a full disk left behind is written over.
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, this.#length + done);
        done += bytesWritten;
      }
      if (isDurable) await this.#makeDurable(file);
    } finally {
      await file.close();
    }
    this.#length += bytes.length;
    this.#unwritten = '';
  }

  /** The first time with the file's name and its folder's, which a power cut could take as well. */
  async #makeDurable(file: FileHandle): Promise<void> {
    await file.datasync();
    if (this.#isFolderSynced) return;
    this.#isFolderSynced = true;
    const folder = dirname(this.#path);
    await syncFolder(folder);
    await syncFolder(dirname(folder));
  }
}

/** Makes the entries of a folder durable. Best effort, as in write-file.ts. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    return;
  }
}
