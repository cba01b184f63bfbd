/**
 * Saving transcripts. Where to is the user's answer in a dialog, never the page's word; the paths that
 * were written are remembered, because only those may be shown in the file manager later.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describePath, writeFileAtomically } from '../node/write-file.js';
import type { ExportResult } from '../shared/contract.js';
import { AppError, toFailure } from '../shared/errors.js';
import { exportFile, exportTranscript, suggestFileName } from '../shared/export/index.js';
import type { ExportFormat } from '../shared/export/index.js';
import type { ShapeOptions } from '../shared/shape.js';
import type { Transcript } from '../shared/transcript.js';
import type { JobQueue } from './jobs.js';

/** A screen or two of subtitles. */
const PREVIEW_CHARACTERS = 20_000;

export interface ExporterOptions {
  readonly jobs: Pick<JobQueue, 'transcript' | 'sourcePath'>;
  /** Null when the user closed the dialog. */
  readonly askWhere: (suggestedPath: string, format: ExportFormat) => Promise<string | null>;
  /** Where to suggest when the recording's own folder is gone. */
  readonly homeFolder: string;
}

export class Exporter {
  readonly #options: ExporterOptions;
  readonly #written = new Set<string>();

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  async save(id: string, format: ExportFormat, shape: ShapeOptions | null = null): Promise<ExportResult> {
    try {
      const path = await this.#options.askWhere(this.#suggestPath(id, format), format);
      if (path === null) return { status: 'dismissed' };
      // Read after the dialog: the transcript may have grown while it was open.
      await writeFileAtomically(path, exportFile(this.transcript(id), format, shape));
      this.#written.add(path);
      return { status: 'saved', path };
    } catch (thrown) {
      return { status: 'failed', failure: toFailure(thrown) };
    }
  }

  /** Throws AppError while there is none. */
  transcript(id: string): Transcript {
    const transcript = this.#options.jobs.transcript(id);
    if (transcript === null) {
      throw new AppError(
        'wrong-usage',
        'This file has no finished text yet, so there is nothing to save.',
        'Wait for the first lines of its transcript.',
      );
    }
    return transcript;
  }

  /** The beginning of what `save` writes; of a Word document its text. */
  preview(
    id: string,
    format: ExportFormat,
    shape: ShapeOptions | null,
  ): { readonly text: string; readonly isCut: boolean } {
    const whole = exportTranscript(this.transcript(id), format === 'docx' ? 'md' : format, shape);
    return { text: whole.slice(0, PREVIEW_CHARACTERS), isCut: whole.length > PREVIEW_CHARACTERS };
  }

  isWritten(path: string): boolean {
    return this.#written.has(path);
  }

  #suggestPath(id: string, format: ExportFormat): string {
    const { jobs, homeFolder } = this.#options;
    // Fails before a dialog opens for nothing.
    const { fileName: source } = this.transcript(id);
    const fileName = suggestFileName(source, format);
    const path = jobs.sourcePath(id);
    const folder = path === null ? homeFolder : dirname(describePath(path));
    return join(existsSync(folder) ? folder : homeFolder, fileName);
  }
}
