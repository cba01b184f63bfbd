/** One committed segment. Never changes once it is there, but for its mark. */
import { memo } from 'react';
import { formatDuration } from '../../../shared/time.js';
import type { Segment } from '../../../shared/transcript.js';
import { Icon } from '../../parts/icon.js';

export interface SegmentRowProps {
  readonly segment: Segment;
  readonly isMarked: boolean;
  /** Retries of the window that begins here, one a line; '' when there were none. */
  readonly remark: string;
}

export function RetryMark({ text }: { readonly text: string }) {
  return (
    <p className="retry-mark">
      <Icon name="retry" size={14} />
      <span>{text}</span>
    </p>
  );
}

export const SegmentRow = memo(function SegmentRow({ segment, isMarked, remark }: SegmentRowProps) {
  return (
    <li
      className="row"
      data-testid="segment"
      data-index={segment.index}
      aria-current={isMarked ? 'true' : undefined}
    >
      {remark !== '' && <RetryMark text={remark} />}
      <time className="row-time">{formatDuration(segment.start)}</time>
      <p className="row-text" dir="auto">
        {segment.text.trim()}
      </p>
    </li>
  );
});
