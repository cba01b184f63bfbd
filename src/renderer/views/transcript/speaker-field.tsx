/** Names who speaks in a segment. Enter or leaving the field keeps the name, Esc leaves it as it was. */
import type { Segment } from '../../../shared/transcript.js';
import { nameSpeaker } from '../../stores/edit-actions.js';
import { endNaming, segmentsOf } from '../../stores/editing.js';
import { strings } from '../../strings/en.js';

export interface SpeakerFieldProps {
  readonly jobId: string;
  readonly segment: Segment;
  readonly at: number;
}

export function SpeakerField({ jobId, segment, at }: SpeakerFieldProps) {
  const known = new Set(segmentsOf(jobId).flatMap(({ speaker }) => speaker ?? []));
  return (
    <>
      <input
        className="row-speaker row-speaker-field"
        type="text"
        maxLength={200}
        defaultValue={segment.speaker ?? ''}
        placeholder={strings.editing.speaker}
        aria-label={strings.editing.speaker}
        data-testid="speaker-input"
        list="speakers"
        autoFocus
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') {
            event.currentTarget.value = segment.speaker ?? '';
            event.currentTarget.blur();
          }
        }}
        onBlur={(event) => {
          nameSpeaker(jobId, at, event.currentTarget.value.trim());
          endNaming();
        }}
      />
      <datalist id="speakers">
        {[...known].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
