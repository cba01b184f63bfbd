/** All transcripts there are: to be searched, opened again, shown in their folder, and deleted for good. */
import './library-view.css';
import '../page.css';
import { useDeferredValue, useEffect, useState } from 'react';
import type { LibraryEntry } from '../../../shared/library.js';
import { formatDuration } from '../../../shared/time.js';
import { formatDate, formatFolder } from '../../format.js';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { deleteFromLibrary, listLibrary, openFromLibrary, useLibrary } from '../../stores/library.js';
import { ask } from '../../stores/actions.js';
import { useJobs } from '../../stores/jobs.js';
import { useSettings } from '../../stores/settings.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { TITLE_ID } from '../../views.js';
import { DeleteDialog } from './delete-dialog.js';

const { library: words } = strings;

function Snippet({ snippet, state }: Pick<LibraryEntry, 'snippet' | 'state'>) {
  const { text, match } = snippet;
  if (text === '' && state === 'done') {
    return <span className="library-snippet">{strings.transcript.nothing}</span>;
  }
  if (match === null) return <span className="library-snippet">{text}</span>;
  return (
    <span className="library-snippet">
      {text.slice(0, match.from)}
      <mark>{text.slice(match.from, match.to)}</mark>
      {text.slice(match.to)}
    </span>
  );
}

function describe(entry: LibraryEntry): string {
  return [
    formatDate(entry.createdAtMs),
    entry.duration === null ? null : formatDuration(entry.duration),
    entry.language === null ? null : strings.transcript.language(entry.language),
    entry.state === 'done' ? null : strings.queue.state(entry.state),
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

interface EntryRowProps {
  readonly entry: LibraryEntry;
  readonly onDelete: (entry: LibraryEntry) => void;
}

function EntryRow({ entry, onDelete }: EntryRowProps) {
  return (
    <li className="library-row" data-testid="library-entry" data-file-name={entry.fileName}>
      <button type="button" className="library-open" onClick={() => void openFromLibrary(entry.id)}>
        <span className="library-name" dir="auto">
          {entry.fileName}
        </span>
        <span className="library-facts">{describe(entry)}</span>
        <Snippet snippet={entry.snippet} state={entry.state} />
      </button>
      <span className="library-buttons">
        <IconButton
          icon="folder"
          label={words.reveal(entry.fileName)}
          onClick={() => void ask('library.reveal', { id: entry.id })}
        />
        <IconButton
          icon="trash"
          label={words.remove(entry.fileName)}
          testId="library-delete"
          onClick={() => {
            onDelete(entry);
          }}
        />
      </span>
    </li>
  );
}

function Nothing({ isSearch }: { readonly isSearch: boolean }) {
  return (
    <div className="empty">
      <Icon name={isSearch ? 'search' : 'library'} size={32} />
      <strong>{isSearch ? words.noMatch : words.empty}</strong>
      <p>{isSearch ? words.noMatchHint : words.emptyHint}</p>
    </div>
  );
}

export function LibraryView() {
  const [query, setQuery] = useState('');
  const asked = useDeferredValue(query.trim());
  const { entries, isLoading } = useLibrary();
  const usualFolder = useUi((state) => state.app?.libraryFolder ?? '');
  const home = useUi((state) => state.app?.homeFolder ?? '');
  const folder = useSettings((state) => state.settings.libraryFolder ?? usualFolder);
  // A job that ends or goes changes the library.
  const jobs = useJobs((state) => state.jobs.map(({ id, state: now }) => `${id} ${now}`).join());
  const [deleting, setDeleting] = useState<LibraryEntry | null>(null);

  useEffect(() => {
    void listLibrary(asked === '' ? null : asked);
  }, [asked, jobs]);

  return (
    <section className="page" aria-labelledby={TITLE_ID}>
      <div className="page-content">
        <p className="page-lead">{words.lead(formatFolder(folder, home))}</p>
        <div className="library-search" role="search">
          <Icon name="search" />
          <input
            type="search"
            value={query}
            placeholder={words.search}
            aria-label={words.search}
            data-testid="library-search"
            data-command="search"
            onChange={(event) => {
              setQuery(event.target.value);
            }}
          />
          <span role="status">{entries.length === 0 ? '' : words.count(entries.length)}</span>
        </div>
        {entries.length > 0 ? (
          <ul className="card library-list">
            {entries.map((entry) => (
              <EntryRow key={entry.id} entry={entry} onDelete={setDeleting} />
            ))}
          </ul>
        ) : (
          !isLoading && <Nothing isSearch={asked !== ''} />
        )}
      </div>
      {deleting !== null && (
        <DeleteDialog
          fileName={deleting.fileName}
          onCancel={() => {
            setDeleting(null);
          }}
          onDelete={() => {
            setDeleting(null);
            void deleteFromLibrary(deleting.id, asked === '' ? null : asked);
          }}
        />
      )}
    </section>
  );
}
