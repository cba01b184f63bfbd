/** Where a transcript becomes a file: the format, how subtitles are cut, and what will be in the file. */
import './export-dialog.css';
import { useEffect, useState } from 'react';
import { EXPORT_FORMATS } from '../../../shared/export/formats.js';
import type { ExportFormat } from '../../../shared/export/formats.js';
import type { Job } from '../../../shared/job.js';
import type { ShapeOptions } from '../../../shared/shape.js';
import { call } from '../../api.js';
import { moveInList } from '../../keyboard.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { exportJob } from '../../stores/actions.js';
import { useJobs } from '../../stores/jobs.js';
import { changeSettings, useSettings } from '../../stores/settings.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { ShapeForm } from './shape-form.js';

const { exporting: words } = strings;
/** Subtitles have a shape; the other formats keep the segments as they are. */
const SHAPED: readonly ExportFormat[] = ['srt', 'vtt'];
/** Long enough that dragging a number does not ask for each value. */
const PREVIEW_REST_MS = 150;

function close(): void {
  useUi.setState({ exportingId: null });
}

interface Preview {
  readonly text: string;
  readonly isCut: boolean;
}

function usePreview(id: string, format: ExportFormat, shape: ShapeOptions | null): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  useEffect(() => {
    let isGone = false;
    const timer = setTimeout(() => {
      call('jobs.preview', { id, format, shape }).then(
        (found) => {
          if (!isGone) setPreview(found);
        },
        (error: unknown) => {
          if (!isGone)
            setPreview({ text: error instanceof Error ? error.message : String(error), isCut: false });
        },
      );
    }, PREVIEW_REST_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [id, format, shape]);
  return preview;
}

function FormatList({
  format,
  onChoose,
}: {
  readonly format: ExportFormat;
  readonly onChoose: (format: ExportFormat) => void;
}) {
  return (
    <div
      className="export-formats"
      role="radiogroup"
      aria-label={words.format}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          event.preventDefault();
          event.currentTarget.closest('form')?.requestSubmit();
        }
        const next = moveInList(event.key, EXPORT_FORMATS.indexOf(format), EXPORT_FORMATS.length);
        const chosen = next === null ? undefined : EXPORT_FORMATS[next];
        if (chosen === undefined) return;
        event.preventDefault();
        onChoose(chosen);
        event.currentTarget.querySelectorAll<HTMLElement>('[role=radio]')[next ?? 0]?.focus();
      }}
    >
      {EXPORT_FORMATS.map((known) => (
        <button
          key={known}
          type="button"
          role="radio"
          className="export-format"
          aria-checked={known === format}
          tabIndex={known === format ? 0 : -1}
          data-autofocus={known === format ? true : undefined}
          data-testid={`export-${known}`}
          onClick={() => {
            onChoose(known);
          }}
        >
          <span>{strings.transcript.exportName(known)}</span>
          <span className="export-extension">.{known}</span>
        </button>
      ))}
    </div>
  );
}

function ExportForm({ job }: { readonly job: Job }) {
  const settings = useSettings((state) => state.settings);
  const [format, setFormat] = useState<ExportFormat>(settings.exportFormat);
  const [shape, setShape] = useState<ShapeOptions | null>(settings.exportShape);
  const isShaped = SHAPED.includes(format);
  const used = isShaped ? shape : null;
  const preview = usePreview(job.id, format, used);

  function save(): void {
    close();
    if (format !== settings.exportFormat || (isShaped && shape !== settings.exportShape)) {
      void changeSettings({ exportFormat: format, exportShape: shape });
    }
    void exportJob(job.id, format, used);
  }

  return (
    <form
      className="export"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <FormatList format={format} onChoose={setFormat} />
      <div className="export-main">
        {isShaped && <ShapeForm shape={shape} onChange={setShape} />}
        <p className="export-what">{words.about(format)}</p>
        <pre
          className="export-preview"
          tabIndex={0}
          role="region"
          aria-label={words.preview}
          data-testid="export-preview"
        >
          {preview?.text}
          {preview?.isCut === true && <span className="export-cut">{words.cut}</span>}
        </pre>
        <div className="dialog-buttons">
          <Button onClick={close}>{words.cancel}</Button>
          <button type="submit" className="button button-primary" data-testid="export-save">
            {words.save(format)}
          </button>
        </div>
      </div>
    </form>
  );
}

export function ExportDialog() {
  const id = useUi((state) => state.exportingId);
  const job = useJobs((state) => state.jobs.find((known) => known.id === id) ?? null);
  if (job === null) return null;
  return (
    <Dialog
      title={words.title(job.fileName)}
      closeLabel={words.cancel}
      size="large"
      testId="export-dialog"
      onClose={close}
    >
      <ExportForm job={job} />
    </Dialog>
  );
}
