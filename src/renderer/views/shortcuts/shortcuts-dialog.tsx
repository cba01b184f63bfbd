/** The list of keys: a native modal dialog, so that Esc, focus and the inert page come with it. */
import './shortcuts-dialog.css';
import { useEffect, useRef } from 'react';
import { IconButton } from '../../parts/button.js';
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
  { keys: ['J', 'K'], text: shortcuts.segments },
  { keys: ['↑', '↓'], text: shortcuts.queue },
  { keys: ['Del'], text: shortcuts.remove },
  { keys: ['.'], text: shortcuts.cancel },
  { keys: ['Esc'], text: shortcuts.leave },
  { keys: ['?'], text: shortcuts.help },
];

export function ShortcutsDialog() {
  const isOpen = useUi((state) => state.isShortcutsOpen);
  const dialogRef = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (isOpen) dialogRef.current?.showModal();
    else dialogRef.current?.close();
  }, [isOpen]);

  function close(): void {
    useUi.setState({ isShortcutsOpen: false });
  }

  return (
    <dialog className="shortcuts" ref={dialogRef} aria-label={shortcuts.title} closedby="any" onClose={close}>
      <header className="shortcuts-header">
        <h2 className="shortcuts-title">{shortcuts.title}</h2>
        <IconButton icon="close" label={shortcuts.close} onClick={close} />
      </header>
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
    </dialog>
  );
}
