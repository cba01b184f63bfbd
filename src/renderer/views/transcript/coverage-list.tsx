/** What became of the recording, in words: how much was heard, and each stretch that was not, to be transcribed. */
import '../../parts/popover.css';
import { useId, useMemo } from 'react';
import type { Job } from '../../../shared/job.js';
import { isFinished } from '../../../shared/job.js';
import { formatDuration } from '../../../shared/time.js';
import { formatPercent } from '../../format.js';
import { Button } from '../../parts/button.js';
import { retrySpan } from '../../stores/actions.js';
import { playStretch } from '../../stores/player.js';
import { retryKey, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { listMissing, listStretches } from '../../waveform.js';
import type { Stretch, StretchKind } from '../../waveform.js';
import type { TranscriptEntry } from '../../transcript-entry.js';

const { coverage: words } = strings;
const KINDS: readonly StretchKind[] = ['heard', 'skipped', 'retried', 'failed'];

function Missing({ job, stretch }: { readonly job: Job; readonly stretch: Stretch }) {
  const { kind, start, end } = stretch;
  const range = words.range(formatDuration(start), formatDuration(end));
  const isRetrying = useUi((state) => state.retrying.has(retryKey(job.id, start)));
  return (
    <li className="coverage-item">
      <Button
        look="quiet"
        icon="play"
        aria-label={words.play(range)}
        onClick={() => {
          playStretch(start, end);
        }}
      >
        {range}
      </Button>
      <Button
        testId="retry-span"
        aria-label={words.transcribeRange(words.kind(kind), range)}
        aria-disabled={isRetrying}
        onClick={() => {
          if (!isRetrying) void retrySpan(job.id, start, end);
        }}
      >
        {isRetrying ? words.transcribing : words.transcribe}
      </Button>
    </li>
  );
}

export function CoverageList({ job, entry }: { readonly job: Job; readonly entry: TranscriptEntry }) {
  const id = useId();
  const { spans, segments } = entry;
  const stretches = useMemo(() => listStretches(spans, segments), [spans, segments]);
  const missing = listMissing(stretches);
  const lost = missing.reduce((sum, { start, end }) => sum + end - start, 0);
  const total = job.duration ?? job.processed;
  // Of a job that runs it is not known yet what will be left.
  if (!isFinished(job) || spans.length === 0 || total === 0) return <span />;
  return (
    <>
      <button
        type="button"
        className="button button-quiet coverage-button"
        popoverTarget={id}
        data-testid="coverage"
      >
        {words.heard(formatPercent(1 - lost / total))}
      </button>
      <div className="popover coverage-list" id={id} popover="auto" role="dialog" aria-label={words.title}>
        <ul className="coverage-legend">
          {KINDS.map((kind) => (
            <li key={kind}>
              <span className="coverage-swatch" data-kind={kind} />
              {words.kind(kind)}
            </li>
          ))}
        </ul>
        <p className="coverage-hint">{missing.length === 0 ? words.complete : words.hint}</p>
        {missing.length > 0 && (
          <ul className="coverage-items">
            {missing.map((stretch) => (
              <Missing key={stretch.start} job={job} stretch={stretch} />
            ))}
          </ul>
        )}
      </div>
    </>
  );
}
