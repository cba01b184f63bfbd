/**
 * One committed segment. A click on a word plays from there, a double click edits. Renders again only when the
 * segment, its marks or the word that is heard change.
 */
import { Fragment, memo } from 'react';
import { formatDuration } from '../../../shared/time.js';
import type { Segment } from '../../../shared/transcript.js';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { formatShare } from '../../format.js';
import { isDoubtful } from '../../review.js';
import { useLive } from '../../stores/live.js';
import { usePlayer } from '../../stores/player.js';
import { useReview } from '../../stores/review.js';
import type { ReviewState } from '../../stores/review.js';
import { strings } from '../../strings/en.js';
import { RowEditor } from './row-editor.js';
import { SpeakerField } from './speaker-field.js';
import { TokenText } from './token-text.js';

export interface SegmentRowProps {
  readonly jobId: string;
  readonly segment: Segment;
  /** Position in the transcript, and how many there are. */
  readonly at: number;
  readonly count: number;
  readonly isMarked: boolean;
  readonly isEditing: boolean;
  /** The speaker is being named. */
  readonly isNaming: boolean;
  readonly canEdit: boolean;
  /** The speaker is that of the segment before: the name is not said again. */
  readonly isSameSpeaker: boolean;
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

/** What the guards did or doubt; that it was decoded again is said above, where the window begins. */
function Reasons({ segment }: { readonly segment: Segment }) {
  const reasons = (segment.reasons ?? []).filter((reason) => reason !== 'retried');
  if (reasons.length === 0) return null;
  return (
    <ul className="row-reasons">
      {reasons.map((reason) => (
        <li key={reason}>
          <Icon name="warning" size={14} />
          {strings.transcript.reason(reason)}
        </li>
      ))}
    </ul>
  );
}

type WordsProps = Pick<SegmentRowProps, 'jobId' | 'segment' | 'at' | 'canEdit'>;

/** The word of this segment that the review stands on. */
function findReviewed({ jobId, words, current }: ReviewState, ofJob: string, at: number): number | null {
  const word = jobId !== ofJob || current === null ? undefined : words[current];
  return word?.at === at ? word.word : null;
}

/** While the job runs, the last minutes by their tokens; after that by its words, to be clicked. */
function Words({ jobId, segment, at, canEdit }: WordsProps) {
  const heard = usePlayer((state) =>
    state.jobId === jobId && state.spoken.at === at ? state.spoken.word : null,
  );
  const tokens = useLive((state) =>
    canEdit ? null : (state.settled.get(jobId)?.get(segment.index) ?? null),
  );
  const isReviewing = useReview((state) => state.jobId === jobId);
  const reviewed = useReview((state) => findReviewed(state, jobId, at));
  if (tokens !== null) return <TokenText tokens={tokens} isPending={false} />;
  if (segment.words === undefined) return segment.text.trim();
  return segment.words.map(({ text, probability, isEdited }, position) => {
    const word = text.trimStart();
    return (
      <Fragment key={position}>
        {/* The space before a word is not marked with it. */}
        {position === 0 ? '' : text.slice(0, text.length - word.length)}
        <span
          className="word"
          title={probability === undefined ? undefined : strings.transcript.certain(formatShare(probability))}
          data-word={position}
          data-heard={position === heard}
          data-edited={isEdited}
          data-doubtful={isReviewing && isDoubtful(text, probability)}
          data-reviewed={position === reviewed}
        >
          {word}
        </span>
      </Fragment>
    );
  });
}

export const SegmentRow = memo(function SegmentRow(props: SegmentRowProps) {
  const { jobId, segment, at, count, isMarked, isEditing, isNaming, canEdit, isSameSpeaker, remark } = props;
  return (
    <div
      className="row"
      role="listitem"
      data-testid="segment"
      data-index={at}
      aria-setsize={count}
      aria-posinset={at + 1}
      aria-current={isMarked ? 'true' : undefined}
    >
      {remark !== '' && <RetryMark text={remark} />}
      <button
        type="button"
        className="row-time"
        tabIndex={-1}
        aria-label={strings.transcript.playFrom(formatDuration(segment.start))}
      >
        {formatDuration(segment.start)}
      </button>
      <div className="row-body">
        {isNaming ? (
          <SpeakerField jobId={jobId} segment={segment} at={at} />
        ) : (
          segment.speaker !== undefined && !isSameSpeaker && <p className="row-speaker">{segment.speaker}</p>
        )}
        {isEditing ? (
          <RowEditor jobId={jobId} segment={segment} at={at} />
        ) : (
          <p className="row-text" dir="auto">
            <Words jobId={jobId} segment={segment} at={at} canEdit={canEdit} />
          </p>
        )}
        <Reasons segment={segment} />
      </div>
      {isMarked && canEdit && !isEditing && (
        <span className="row-tools">
          <IconButton icon="speaker" label={strings.editing.nameSpeaker} testId="speaker" data-name="true" />
          <IconButton icon="pencil" label={strings.editing.edit} testId="edit" data-edit="true" />
        </span>
      )}
    </div>
  );
});
