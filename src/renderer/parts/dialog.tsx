/** A native modal dialog, so that Esc, focus and the inert page come with it. */
import './dialog.css';
import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { IconButton } from './button.js';

export interface DialogProps {
  readonly title: string;
  readonly closeLabel: string;
  readonly size?: 'small' | 'large';
  readonly testId?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Open as long as it is rendered. */
export function Dialog({ title, closeLabel, size = 'small', testId, onClose, children }: DialogProps) {
  const dialogRef = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = dialogRef.current;
    dialog?.showModal();
    // React's autoFocus comes before the dialog is open, and then counts for nothing.
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      className={`dialog dialog-${size}`}
      ref={dialogRef}
      aria-labelledby={titleId}
      closedby="any"
      data-testid={testId}
      onClose={onClose}
    >
      <header className="dialog-header">
        <h2 className="dialog-title" id={titleId}>
          {title}
        </h2>
        <IconButton icon="close" label={closeLabel} onClick={onClose} />
      </header>
      {children}
    </dialog>
  );
}
