/** The list of keys. */
import './shortcuts-dialog.css';
import { Dialog } from '../../parts/dialog.js';
import { SHORTCUTS } from '../../shortcuts.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

const { shortcuts } = strings;

function close(): void {
  useUi.setState({ isShortcutsOpen: false });
}

export function ShortcutsDialog() {
  const isOpen = useUi((state) => state.isShortcutsOpen);
  if (!isOpen) return null;
  return (
    <Dialog
      title={shortcuts.title}
      closeLabel={shortcuts.close}
      testId="shortcuts"
      size="large"
      onClose={close}
    >
      <dl className="shortcuts-list">
        {SHORTCUTS.map(({ keys, text }) => (
          <div className="shortcuts-row" key={text}>
            <dt>{text}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
