/** The runs that have figures, as the performance view offers them. Pure. */
import type { Job } from '../../../shared/job.js';
import type { RunRecord } from '../../../shared/timing.js';
import { formatTimeOfDay } from '../../format.js';
import { strings } from '../../strings/en.js';

export interface NamedRun {
  readonly id: string;
  /** Of its file; with the time at which it was asked for where the file was run more than once. */
  readonly name: string;
  /** What decodes, and how it searches. */
  readonly how: string;
  readonly record: RunRecord;
}

/** The newest first. */
export function nameRuns(
  jobs: readonly Job[],
  records: Readonly<Record<string, RunRecord | undefined>>,
): readonly NamedRun[] {
  const counts = new Map<string, number>();
  for (const { id, fileName } of jobs) {
    if (records[id] !== undefined) counts.set(fileName, (counts.get(fileName) ?? 0) + 1);
  }
  return jobs
    .flatMap(({ id, fileName, createdAtMs, options }) => {
      const record = records[id];
      if (record === undefined) return [];
      const isOnly = counts.get(fileName) === 1;
      const { backend } = record.timings;
      return {
        id,
        name: isOnly ? fileName : `${fileName}, ${formatTimeOfDay(createdAtMs)}`,
        how: options.beamSize > 1 ? `${backend}, ${strings.transcript.beams(options.beamSize)}` : backend,
        record,
      };
    })
    .reverse();
}
