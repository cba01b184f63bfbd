/** The list of keys. */
import './shortcuts-dialog.css';
import { Dialog } from '../../parts/dialog.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

const { shortcuts } = strings;

/** Several keys of one chord, or of one pair, are listed together. */
const KEYS: readonly { readonly keys: readonly string[]; readonly text: string }[] = [
  { keys: ['O'], text: shortcuts.open },
  { keys: ['N'], text: shortcuts.new },
  { keys: ['Ctrl', 'V'], text: shortcuts.paste },
  { keys: ['E'], text: shortcuts.export },
  { keys: ['C'], text: shortcuts.copy },
  { keys: ['Ctrl', 'C'], text: shortcuts.copySelection },
  { keys: ['Space'], text: shortcuts.play },
  { keys: ['J', 'K'], text: shortcuts.segments },
  { keys: ['Enter'], text: shortcuts.edit },
  { keys: ['Enter'], text: shortcuts.split },
  { keys: ['Backspace'], text: shortcuts.join },
  { keys: ['/'], text: shortcuts.search },
  { keys: ['R', 'Shift R'], text: shortcuts.review },
  { keys: ['Ctrl Z', 'Ctrl Y'], text: shortcuts.undo },
  { keys: ['↑', '↓'], text: shortcuts.queue },
  { keys: ['Alt ↑', 'Alt ↓'], text: shortcuts.move },
  { keys: ['Del'], text: shortcuts.remove },
  { keys: ['.'], text: shortcuts.cancel },
  { keys: ['Esc'], text: shortcuts.leave },
  { keys: ['?'], text: shortcuts.help },
];

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
        {KEYS.map(({ keys, text }) => (
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
