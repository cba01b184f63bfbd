/**
 * Where a job is kept when the disk refuses it a folder: nowhere. It is transcribed all the same, and the person is
 * told with its first line that the text is in memory alone.
 */
import type { FilePath } from '../shared/engine-protocol.js';
import type { Job } from '../shared/job.js';
import { createdLine, startHistory } from '../shared/journal.js';
import type { StoredJob } from './library.js';

export function keepInMemory(job: Job, path: FilePath, order: number, reason: unknown): StoredJob {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  return {
    history: startHistory(createdLine(job, path, order)),
    store: {
      folder: null,
      journal: {
        append: () => Promise.reject(error),
        flush: () => Promise.resolve(),
        close: () => Promise.resolve(),
        length: 0,
      },
      save: () => Promise.reject(error),
    },
    damagedCount: 0,
  };
}
