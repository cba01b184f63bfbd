/** The formats to save in: a native popover, so that Esc and a click elsewhere close it. */
import './export-menu.css';
import { useId, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { EXPORT_FORMATS } from '../../../shared/export/formats.js';
import type { Job } from '../../../shared/job.js';
import { moveInList } from '../../keyboard.js';
import { Icon } from '../../parts/icon.js';
import { exportJob } from '../../stores/actions.js';
import { strings } from '../../strings/en.js';

export function ExportMenu({ job }: { readonly job: Job }) {
  const menuId = useId();
  const menuRef = useRef<HTMLDivElement>(null);

  function items(): HTMLElement[] {
    return [...(menuRef.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  }
  function moveFocus(event: KeyboardEvent): void {
    const all = items();
    const next = moveInList(
      event.key,
      all.findIndex((item) => item === event.target),
      all.length,
    );
    if (next !== null) {
      event.preventDefault();
      all[next]?.focus();
    }
    if (event.key === 'Tab') menuRef.current?.hidePopover();
  }

  return (
    <>
      <button
        type="button"
        className="button button-primary export-button"
        popoverTarget={menuId}
        aria-haspopup="menu"
        data-testid="export"
        data-command="export"
      >
        <Icon name="export" />
        {strings.transcript.export}
        <Icon name="chevron" size={14} />
      </button>
      <div
        className="menu"
        id={menuId}
        ref={menuRef}
        popover="auto"
        role="menu"
        aria-label={strings.transcript.exportAs}
        onKeyDown={moveFocus}
        onToggle={(event) => {
          if (event.newState === 'open') items()[0]?.focus();
        }}
      >
        {EXPORT_FORMATS.map((format) => (
          <button
            key={format}
            type="button"
            className="menu-item"
            role="menuitem"
            tabIndex={-1}
            data-testid={`export-${format}`}
            onClick={() => {
              menuRef.current?.hidePopover();
              void exportJob(job.id, format);
            }}
          >
            <span>{strings.transcript.exportName(format)}</span>
            <span className="menu-extension">.{format}</span>
          </button>
        ))}
      </div>
    </>
  );
}
