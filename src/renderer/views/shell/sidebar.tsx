/** Where one is and what is under way: the places of the window, and below them the queue. */
import './sidebar.css';
import iconUrl from '../../../../resources/icons/icon.svg';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { showView, startNew, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { VIEW_ICON, VIEWS } from '../../views.js';
import { Queue } from '../queue/queue.js';

function openShortcuts(): void {
  useUi.setState({ isShortcutsOpen: true });
}

export function Sidebar() {
  const shown = useUi((state) => state.view);
  const isOpen = useUi((state) => state.isSidebarOpen);
  return (
    <div className="sidebar" data-open={isOpen} id="sidebar">
      <header className="sidebar-brand">
        <img src={iconUrl} alt="" width="24" height="24" />
        <span className="sidebar-name">{strings.appName}</span>
        <IconButton icon="plus" label={strings.queue.add} testId="new" onClick={startNew} />
      </header>
      <nav className="sidebar-views" aria-label={strings.shell.views}>
        {VIEWS.map((view) => (
          <button
            key={view}
            type="button"
            className="sidebar-view"
            data-testid={`view-${view}`}
            aria-current={view === shown ? 'page' : undefined}
            onClick={() => {
              showView(view);
            }}
          >
            <Icon name={VIEW_ICON[view]} />
            {strings.shell.viewName(view)}
          </button>
        ))}
      </nav>
      <Queue />
      <footer className="sidebar-footer">
        <p className="sidebar-privacy">
          <Icon name="shield" size={14} />
          {strings.shell.privacy}
        </p>
        <IconButton icon="keyboard" label={strings.shortcuts.title} onClick={openShortcuts} />
      </footer>
    </div>
  );
}
