/** What can be done with the text besides reading it: undo, search, review. */
import { useMemo } from 'react';
import { isFinished } from '../../../shared/job.js';
import type { Job } from '../../../shared/job.js';
import { IconButton } from '../../parts/button.js';
import { listDoubtful } from '../../review.js';
import { redo, undo, useEditing } from '../../stores/editing.js';
import { closeFind, openFind, useFind } from '../../stores/find.js';
import { useJobs } from '../../stores/jobs.js';
import { stepReview } from '../../stores/review.js';
import { strings } from '../../strings/en.js';
import { EMPTY_ENTRY } from '../../transcript-entry.js';
import { EMPTY_STACKS } from '../../undo-stack.js';

function EditButtons({ job }: { readonly job: Job }) {
  const stacks = useEditing((state) => state.stacks[job.id] ?? EMPTY_STACKS);
  const isSaving = useEditing((state) => state.unsaved > 0);
  const isEdited = stacks.undo.length + stacks.redo.length > 0;
  const segments = useJobs((state) => (state.transcripts[job.id] ?? EMPTY_ENTRY).segments);
  const doubtful = useMemo(() => listDoubtful(segments).length, [segments]);
  return (
    <>
      <span className="job-saved" role="status">
        {isSaving ? strings.editing.saving : isEdited ? strings.editing.saved : ''}
      </span>
      <IconButton
        icon="undo"
        label={strings.editing.undo}
        testId="undo"
        disabled={stacks.undo.length === 0}
        onClick={() => {
          undo(job.id);
        }}
      />
      <IconButton
        icon="redo"
        label={strings.editing.redo}
        testId="redo"
        disabled={stacks.redo.length === 0}
        onClick={() => {
          redo(job.id);
        }}
      />
      {doubtful > 0 && (
        <IconButton
          icon="eye"
          label={strings.review.open(doubtful)}
          testId="review"
          onClick={() => {
            stepReview(job.id, 1);
          }}
        />
      )}
    </>
  );
}

export function ToolButtons({ job }: { readonly job: Job }) {
  const isFinding = useFind((state) => state.isOpen && state.jobId === job.id);
  return (
    <span className="job-tools">
      {isFinished(job) && <EditButtons job={job} />}
      <IconButton
        icon="search"
        label={strings.find.open}
        testId="find"
        data-command="search"
        aria-expanded={isFinding}
        onClick={() => {
          if (isFinding) closeFind();
          else openFind(job.id);
        }}
      />
    </span>
  );
}
