/** The window: the sidebar with the places and the queue, and beside it the place that is open. */
import './app.css';
import type { ComponentType } from 'react';
import { useDrop } from './use-drop.js';
import { useCommands } from './use-commands.js';
import { usePaste } from './use-paste.js';
import { addFiles } from './stores/actions.js';
import { selectedJob, useJobs } from './stores/jobs.js';
import { useUi } from './stores/ui.js';
import { strings } from './strings/en.js';
import type { View } from './views.js';
import { Announcements } from './views/messages/announcements.js';
import { ModelBanner } from './views/messages/model-banner.js';
import { Notices } from './views/messages/notices.js';
import { ToastMessage } from './views/messages/toast-message.js';
import { DoctorView } from './views/doctor/doctor-view.js';
import { ExportDialog } from './views/export/export-dialog.js';
import { LibraryView } from './views/library/library-view.js';
import { ModelsView } from './views/models/models-view.js';
import { PerformanceView } from './views/performance/performance-view.js';
import { SettingsView } from './views/settings/settings-view.js';
import { Sidebar } from './views/shell/sidebar.js';
import { TitleBar } from './views/shell/title-bar.js';
import { ShortcutsDialog } from './views/shortcuts/shortcuts-dialog.js';
import { StartView } from './views/start/start-view.js';
import { WelcomeDialog } from './views/welcome/welcome-dialog.js';
import { TranscriptView } from './views/transcript/transcript-view.js';

function TranscribeView() {
  const job = useJobs(selectedJob);
  return job === null ? <StartView /> : <TranscriptView key={job.id} job={job} />;
}

const VIEW: Readonly<Record<View, ComponentType>> = {
  transcribe: TranscribeView,
  library: LibraryView,
  performance: PerformanceView,
  models: ModelsView,
  settings: SettingsView,
  doctor: DoctorView,
};

function OpenView() {
  const Shown = VIEW[useUi((state) => state.view)];
  return <Shown />;
}

export function App() {
  const job = useJobs(selectedJob);
  const isDragging = useUi((state) => state.isDragging);
  useDrop();
  usePaste();
  useCommands();
  return (
    <div className="app" data-testid="drop-zone">
      <Sidebar />
      <main className="app-main">
        <TitleBar />
        <ModelBanner />
        <Notices />
        <OpenView />
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
      <ExportDialog />
      <WelcomeDialog />
      <ShortcutsDialog />
      <Announcements />
    </div>
  );
}
