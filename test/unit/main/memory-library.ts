/** Jobs kept in memory: the lines that were written, as the disk would have them. */
import type { FilePath } from '../../../src/shared/engine-protocol.js';
import type { Job } from '../../../src/shared/job.js';
import { createdLine, replayJournal, startHistory } from '../../../src/shared/journal.js';
import type { JournalLine } from '../../../src/shared/journal-lines.js';
import type { JobHistory } from '../../../src/shared/journal.js';
import type { StoredJob } from '../../../src/main/library.js';

export function createMemoryLibrary() {
  const lines = new Map<string, JournalLine[]>();
  const saves: string[] = [];

  const storeOf = (id: string): StoredJob['store'] => ({
    folder: `/library/${id}`,
    journal: {
      append: (line) => {
        lines.get(id)?.push(line);
        return Promise.resolve();
      },
      flush: () => Promise.resolve(),
      close: () => Promise.resolve(),
      length: 0,
    },
    save: () => {
      saves.push(id);
      return Promise.resolve();
    },
  });

  return {
    saves,
    linesOf: (id: string): readonly JournalLine[] => lines.get(id) ?? [],
    keep: (job: Job, path: FilePath, order: number): Promise<StoredJob> => {
      const line = createdLine(job, path, order);
      lines.set(job.id, [line]);
      return Promise.resolve({ history: startHistory(line), store: storeOf(job.id), damagedCount: 0 });
    },
    /** As after a restart: made of the lines alone. */
    reload: (id: string): StoredJob => {
      const text = (lines.get(id) ?? []).map((line) => `${JSON.stringify(line)}\n`).join('');
      const replay = replayJournal(text);
      if (replay === null) throw new Error(`nothing is kept of ${id}`);
      const history: JobHistory = replay.history;
      return { history, store: storeOf(id), damagedCount: replay.damagedCount };
    },
  };
}
