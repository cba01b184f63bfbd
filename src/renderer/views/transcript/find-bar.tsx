/** Search in the transcript, and replace. */
import './tool-bar.css';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { MAX_MATCHES } from '../../find.js';
import { Button, IconButton } from '../../parts/button.js';
import { replaceMatches } from '../../stores/edit-actions.js';
import { closeFind, searchIn, stepMatch, useFind } from '../../stores/find.js';
import { useJobs } from '../../stores/jobs.js';
import { strings } from '../../strings/en.js';
import { EMPTY_ENTRY } from '../../transcript-entry.js';

const { find: words } = strings;

function describeCount(count: number, current: number, query: string): string {
  if (query.trim() === '') return '';
  if (count === 0) return words.none;
  return words.position(current + 1, count === MAX_MATCHES ? `${MAX_MATCHES}+` : `${count}`);
}

export function FindBar({ jobId, canEdit }: { readonly jobId: string; readonly canEdit: boolean }) {
  const { query, replacement, isCaseExact, matches, current } = useFind();
  const segments = useJobs((state) => (state.transcripts[jobId] ?? EMPTY_ENTRY).segments);
  const [isReplacing, setIsReplacing] = useState(false);
  const fieldRef = useRef<HTMLInputElement>(null);

  useEffect(() => {
    fieldRef.current?.select();
  }, []);
  useEffect(() => {
    searchIn(segments);
  }, [segments, query, isCaseExact]);

  function press(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      closeFind();
      document.querySelector<HTMLElement>('.words-scroll')?.focus({ preventScroll: true });
    } else if (event.key === 'Enter' && event.target === fieldRef.current) {
      event.preventDefault();
      stepMatch(event.shiftKey ? -1 : 1);
    }
  }

  return (
    <div className="tool-bar" role="search" data-testid="find-bar" onKeyDown={press}>
      <div className="column tool-lines">
        <div className="tool-line">
          <input
            className="tool-field"
            type="text"
            ref={fieldRef}
            value={query}
            placeholder={words.placeholder}
            aria-label={words.placeholder}
            data-testid="find-input"
            onChange={(event) => {
              useFind.setState({ query: event.target.value, current: 0, matches: [] });
            }}
          />
          <span className="tool-count" role="status" data-testid="find-count">
            {describeCount(matches.length, current, query)}
          </span>
          <IconButton
            icon="up"
            label={words.previous}
            onClick={() => {
              stepMatch(-1);
            }}
          />
          <IconButton
            icon="down"
            label={words.next}
            testId="find-next"
            onClick={() => {
              stepMatch(1);
            }}
          />
          <label className="tool-check">
            <input
              type="checkbox"
              checked={isCaseExact}
              onChange={(event) => {
                useFind.setState({ isCaseExact: event.target.checked });
              }}
            />
            {words.caseExact}
          </label>
          {canEdit && (
            <Button
              look="quiet"
              aria-expanded={isReplacing}
              testId="find-replace"
              onClick={() => {
                setIsReplacing(!isReplacing);
              }}
            >
              {words.replace}
            </Button>
          )}
          <IconButton icon="close" label={words.close} onClick={closeFind} />
        </div>
        {isReplacing && (
          <div className="tool-line">
            <input
              className="tool-field"
              type="text"
              value={replacement}
              placeholder={words.replacement}
              aria-label={words.replacement}
              data-testid="replace-input"
              onChange={(event) => {
                useFind.setState({ replacement: event.target.value });
              }}
            />
            <Button
              disabled={matches.length === 0}
              testId="replace-one"
              onClick={() => {
                replaceMatches(jobId, matches.slice(current, current + 1), replacement);
              }}
            >
              {words.replaceOne}
            </Button>
            <Button
              disabled={matches.length === 0}
              testId="replace-all"
              onClick={() => {
                replaceMatches(jobId, matches, replacement);
              }}
            >
              {words.replaceAll}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
