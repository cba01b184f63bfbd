/** A short confirmation. Leaves by itself, but not while the pointer or the focus is on it. */
import './messages.css';
import { useEffect, useState } from 'react';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { revealFile } from '../../stores/actions.js';
import { dismissToast, useUi } from '../../stores/ui.js';
import type { Toast } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

const SHOWN_MS = 3500;
/** Longer where there is a button to reach. */
const SHOWN_WITH_ACTION_MS = 10_000;

function ToastCard({ toast }: { readonly toast: Toast }) {
  const [isHeld, setIsHeld] = useState(false);
  const { id, revealPath } = toast;

  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(
      () => {
        dismissToast(id);
      },
      revealPath === null ? SHOWN_MS : SHOWN_WITH_ACTION_MS,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [id, revealPath, isHeld]);

  return (
    <div
      className="toast"
      data-testid="toast"
      onPointerEnter={() => {
        setIsHeld(true);
      }}
      onPointerLeave={() => {
        setIsHeld(false);
      }}
      onFocus={() => {
        setIsHeld(true);
      }}
      onBlur={() => {
        setIsHeld(false);
      }}
    >
      <Icon name="check" />
      <span className="toast-text">{toast.text}</span>
      {revealPath !== null && (
        <button type="button" className="toast-action" onClick={() => void revealFile(revealPath)}>
          {strings.transcript.reveal}
        </button>
      )}
      <IconButton
        icon="close"
        label={strings.messages.dismiss}
        onClick={() => {
          dismissToast(id);
        }}
      />
    </div>
  );
}

export function ToastMessage() {
  const toast = useUi((state) => state.toast);
  return (
    <div className="toast-place" role="status">
      {toast !== null && <ToastCard key={toast.id} toast={toast} />}
    </div>
  );
}
