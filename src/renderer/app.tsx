/** The window: queue at the left when there is a choice, start view or transcript beside it. */
import './app.css';
import { useDrop } from './use-drop.js';
import { useCommands } from './use-commands.js';
import { usePaste } from './use-paste.js';
import { isQueueShown } from './selection.js';
import { addFiles } from './stores/actions.js';
import { selectedJob, selectedJobId, useJobs } from './stores/jobs.js';
import { useUi } from './stores/ui.js';
import { strings } from './strings/en.js';
import { Announcements } from './views/messages/announcements.js';
import { ModelBanner } from './views/messages/model-banner.js';
import { Notices } from './views/messages/notices.js';
import { ToastMessage } from './views/messages/toast-message.js';
import { Queue } from './views/queue/queue.js';
import { ShortcutsDialog } from './views/shortcuts/shortcuts-dialog.js';
import { StartView } from './views/start/start-view.js';
import { TranscriptView } from './views/transcript/transcript-view.js';

export function App() {
  const job = useJobs(selectedJob);
  const isQueue = useJobs((state) => isQueueShown(state.jobs.length, selectedJobId(state)));
  const isDragging = useUi((state) => state.isDragging);
  useDrop();
  usePaste();
  useCommands();
  return (
    <div className="app" data-testid="drop-zone">
      {isQueue && <Queue />}
      <main className="app-main">
        <ModelBanner />
        <Notices />
        {job === null ? <StartView /> : <TranscriptView key={job.id} job={job} isAlone={!isQueue} />}
      </main>
      <input
        className="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-hidden="true"
        data-testid="file-input"
        onChange={(event) => {
          void addFiles([...(event.target.files ?? [])], '', 'drop');
          event.target.value = '';
        }}
      />
      {isDragging && (
        <div className="app-drop" aria-hidden="true">
          <span className="app-drop-label">{job === null ? strings.drop.start : strings.drop.add}</span>
        </div>
      )}
      <ToastMessage />
      <ShortcutsDialog />
      <Announcements />
    </div>
  );
}
