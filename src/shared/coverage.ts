/** What became of each stretch of a recording. Pure. */
import { isFinished } from './job.js';
import type { JobHistory } from './journal.js';
import type { Coverage, Span } from './span.js';

/**
 * What was heard, as far as the job came; the rest of a job that ended before is 'failed'. Where no voice
 * detector listened, all that was decoded counts as speech.
 */
export function listCoverage({
  job,
  spans,
  skipped,
}: Pick<JobHistory, 'job' | 'spans' | 'skipped'>): readonly Coverage[] {
  const { processed } = job;
  const heard: Coverage[] = spans.flatMap((span): Coverage[] => {
    if (span.start >= processed) return [];
    return [span.end <= processed ? span : { ...span, end: processed }];
  });
  const last = heard.at(-1)?.end ?? 0;
  if (last < processed) heard.push({ kind: 'speech', start: toStart(heard, job), end: processed });
  const isCutShort = isFinished(job) && job.state !== 'done';
  if (isCutShort && job.duration !== null && job.duration > processed) {
    heard.push({ kind: 'failed', start: processed, end: job.duration });
  }
  return cutOut(heard, skipped);
}

/** The same stretch, with those that were skipped within it as stretches of their own. */
export function cutOut(coverage: readonly Coverage[], skipped: readonly Span[]): readonly Coverage[] {
  return skipped.reduce((rest, hole) => rest.flatMap((stretch) => cutOne(stretch, hole)), coverage);
}

function cutOne(stretch: Coverage, hole: Span): readonly Coverage[] {
  const start = Math.max(stretch.start, hole.start) as Coverage['start'];
  const end = Math.min(stretch.end, hole.end) as Coverage['end'];
  if (stretch.kind !== 'speech' || start >= end) return [stretch];
  const parts: readonly Coverage[] = [
    { ...stretch, end: start },
    { kind: hole.kind, start, end },
    { ...stretch, start: end },
  ];
  return parts.filter((part) => part.end > part.start);
}

function toStart(heard: readonly Coverage[], { options, processed }: JobHistory['job']): Coverage['start'] {
  const last = heard.at(-1);
  if (last !== undefined) return last.end;
  const from = options.range?.start ?? 0;
  return (from < processed ? from : 0) as Coverage['start'];
}
