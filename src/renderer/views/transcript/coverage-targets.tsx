/**
 * The stretches without text, on their marks below the waveform: a click has one transcribed. For the pointer alone;
 * coverage-list.tsx offers the same to the keyboard and to screen readers.
 */
import { useMemo } from 'react';
import type { Job } from '../../../shared/job.js';
import { isFinished } from '../../../shared/job.js';
import { formatDuration } from '../../../shared/time.js';
import { retrySpan } from '../../stores/actions.js';
import { retryKey, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import type { TranscriptEntry } from '../../transcript-entry.js';
import { listMissing, listStretches } from '../../waveform.js';

const { coverage: words } = strings;

export interface CoverageTargetsProps {
  readonly job: Job;
  readonly entry: TranscriptEntry;
  readonly duration: number;
}

export function CoverageTargets({ job, entry, duration }: CoverageTargetsProps) {
  const { spans, segments } = entry;
  const missing = useMemo(() => listMissing(listStretches(spans, segments)), [spans, segments]);
  const retrying = useUi((state) => state.retrying);
  if (!isFinished(job) || duration === 0) return null;
  return missing.map(({ kind, start, end }) => (
    <button
      key={start}
      type="button"
      className="coverage-target"
      data-testid="coverage-target"
      aria-hidden="true"
      tabIndex={-1}
      disabled={retrying.has(retryKey(job.id, start))}
      title={words.transcribeRange(words.kind(kind), words.range(formatDuration(start), formatDuration(end)))}
      style={{
        insetInlineStart: `${(100 * start) / duration}%`,
        inlineSize: `${(100 * (end - start)) / duration}%`,
      }}
      onClick={() => void retrySpan(job.id, start, end)}
    />
  ));
}
