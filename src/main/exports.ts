/**
 * Saving transcripts. Where to is the user's answer in a dialog, never the page's word; the paths that
 * were written are remembered, because only those may be shown in the file manager later.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describePath, writeFileAtomically } from '../node/write-file.js';
import type { ExportResult } from '../shared/contract.js';
import { AppError, toFailure } from '../shared/errors.js';
import { exportTranscript, suggestFileName } from '../shared/export/index.js';
import type { ExportFormat } from '../shared/export/index.js';
import type { JobQueue } from './jobs.js';

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

  async save(id: string, format: ExportFormat): Promise<ExportResult> {
    try {
      const path = await this.#options.askWhere(this.#suggestPath(id, format), format);
      if (path === null) return { status: 'dismissed' };
      // Read after the dialog: the transcript may have grown while it was open.
      await writeFileAtomically(path, this.text(id, format));
      this.#written.add(path);
      return { status: 'saved', path };
    } catch (thrown) {
      return { status: 'failed', failure: toFailure(thrown) };
    }
  }

  /** The transcript in a format. Throws AppError while there is none. */
  text(id: string, format: ExportFormat): string {
    const transcript = this.#options.jobs.transcript(id);
    if (transcript === null) {
      throw new AppError(
        'wrong-usage',
        'This file has no finished text yet, so there is nothing to save.',
        'Wait for the first lines of its transcript.',
      );
    }
    return exportTranscript(transcript, format);
  }

  isWritten(path: string): boolean {
    return this.#written.has(path);
  }

  #suggestPath(id: string, format: ExportFormat): string {
    const { jobs, homeFolder } = this.#options;
    // Fails before a dialog opens for nothing.
    this.text(id, format);
    const fileName = suggestFileName(jobs.transcript(id)?.fileName ?? '', format);
    const source = jobs.sourcePath(id);
    const folder = source === null ? homeFolder : dirname(describePath(source));
    return join(existsSync(folder) ? folder : homeFolder, fileName);
  }
}
