/** The strip above every view: where one is, and which device transcribes. */
import './title-bar.css';
import { IconButton } from '../../parts/button.js';
import { selectedJob, useJobs } from '../../stores/jobs.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { TITLE_ID } from '../../views.js';
import { DeviceControl } from './device-control.js';

export function TitleBar() {
  const view = useUi((state) => state.view);
  const isOpen = useUi((state) => state.isSidebarOpen);
  const fileName = useJobs((state) => selectedJob(state)?.fileName ?? null);
  const title = view === 'transcribe' ? (fileName ?? strings.shell.newTitle) : strings.shell.viewName(view);
  return (
    <header className="title-bar">
      <span className="title-menu">
        <IconButton
          icon="menu"
          label={strings.shell.menu}
          testId="menu"
          aria-expanded={isOpen}
          aria-controls="sidebar"
          onClick={() => {
            useUi.setState({ isSidebarOpen: !isOpen });
          }}
        />
      </span>
      <h1 className="title-view" id={TITLE_ID} title={title} dir="auto">
        {title}
      </h1>
      <DeviceControl />
    </header>
  );
}
