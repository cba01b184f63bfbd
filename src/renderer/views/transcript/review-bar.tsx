/** The doubtful word being looked at, and the way to the next one. */
import './tool-bar.css';
import { formatShare } from '../../format.js';
import { Button, IconButton } from '../../parts/button.js';
import type { DoubtfulWord } from '../../review.js';
import { beginEditing, segmentsOf } from '../../stores/editing.js';
import { endReview, stepReview, useReview } from '../../stores/review.js';
import { strings } from '../../strings/en.js';

const { review: words } = strings;

/** Where the word begins in its segment's text. */
function caretBefore(jobId: string, { at, word }: DoubtfulWord): number {
  const before = (segmentsOf(jobId)[at]?.words ?? []).slice(0, word + 1).map(({ text }) => text);
  const length = (before.at(-1) ?? '').trim().length;
  return Math.max(0, before.join('').trim().length - length);
}

export function ReviewBar({ jobId, canEdit }: { readonly jobId: string; readonly canEdit: boolean }) {
  const review = useReview();
  const word = review.current === null ? undefined : review.words[review.current];
  return (
    <div className="tool-bar" role="group" aria-label={words.title} data-testid="review-bar">
      <div className="column tool-lines">
        <div className="tool-line">
          <p className="review-word" role="status">
            {word === undefined || review.current === null ? (
              words.none
            ) : (
              <>
                <strong dir="auto">{word.text}</strong> {words.certainty(formatShare(word.probability))}
                <span className="tool-count">{words.position(review.current + 1, review.words.length)}</span>
              </>
            )}
          </p>
          <Button
            testId="review-previous"
            onClick={() => {
              stepReview(jobId, -1);
            }}
          >
            {words.previous}
          </Button>
          <Button
            testId="review-next"
            onClick={() => {
              stepReview(jobId, 1);
            }}
          >
            {words.next} <kbd>R</kbd>
          </Button>
          {canEdit && word !== undefined && (
            <Button
              icon="pencil"
              onClick={() => {
                beginEditing(jobId, word.at, caretBefore(jobId, word));
              }}
            >
              {words.edit}
            </Button>
          )}
          <IconButton icon="close" label={words.close} onClick={endReview} />
        </div>
      </div>
    </div>
  );
}
