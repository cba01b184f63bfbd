/**
 * Saving transcripts. Where to is the user's answer in a dialog, never the page's word; the paths that
 * were written are remembered, because only those may be shown in the file manager later.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describePath, writeFileAtomically } from '../node/write-file.js';
import type { ExportResult } from '../shared/contract.js';
import { AppError, toFailure } from '../shared/errors.js';
import { exportFile, exportTranscript, suggestFileName } from '../shared/export/index.js';
import type { ExportFormat } from '../shared/export/index.js';
import type { ShapeOptions } from '../shared/shape.js';
import type { RunRecord } from '../shared/timing.js';
import type { Transcript } from '../shared/transcript.js';
import type { JobQueue } from './jobs.js';
import { describeRun } from './runs.js';

/** A screen or two of subtitles. */
const PREVIEW_CHARACTERS = 20_000;

export interface ExporterOptions {
  readonly jobs: Pick<JobQueue, 'transcript' | 'sourcePath'>;
  /** Null when the user closed the dialog. */
  readonly askWhere: (suggestedPath: string, format: ExportFormat) => Promise<string | null>;
  /** Where the time of a job went; null when it was not measured. */
  readonly findRun: (id: string) => Promise<RunRecord | null>;
  /** Where to suggest when the recording's own folder is gone. */
  readonly homeFolder: string;
}

export class Exporter {
  readonly #options: ExporterOptions;
  readonly #written = new Set<string>();

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  save(id: string, format: ExportFormat, shape: ShapeOptions | null = null): Promise<ExportResult> {
    // Fails before a dialog opens for nothing.
    const suggest = (): string =>
      this.#suggestPath(id, suggestFileName(this.transcript(id).fileName, format));
    return this.#saveAs(format, suggest, () =>
      Promise.resolve(exportFile(this.transcript(id), format, shape)),
    );
  }

  /** Where the time went, as JSON. */
  saveTimings(id: string): Promise<ExportResult> {
    const suggest = async (): Promise<string> => this.#suggestPath(id, await this.#nameTimings(id));
    return this.#saveAs('json', suggest, async () => describeRun(await this.#run(id)));
  }

  async #saveAs(
    format: ExportFormat,
    suggest: () => string | Promise<string>,
    write: () => Promise<string | Uint8Array>,
  ): Promise<ExportResult> {
    try {
      const path = await this.#options.askWhere(await suggest(), format);
      if (path === null) return { status: 'dismissed' };
      // Read after the dialog: there may be more of it than when it opened.
      await writeFileAtomically(path, await write());
      this.#written.add(path);
      return { status: 'saved', path };
    } catch (thrown) {
      return { status: 'failed', failure: toFailure(thrown) };
    }
  }

  async #nameTimings(id: string): Promise<string> {
    await this.#run(id);
    const path = this.#options.jobs.sourcePath(id);
    const name = path === null ? 'recording' : basename(describePath(path));
    return suggestFileName(`${name}.timings`, 'json');
  }

  async #run(id: string): Promise<RunRecord> {
    const record = await this.#options.findRun(id);
    if (record !== null) return record;
    throw new AppError(
      'wrong-usage',
      'The time of this file was not measured, so there is nothing to save.',
      'Transcribe it again.',
    );
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

  #suggestPath(id: string, fileName: string): string {
    const { jobs, homeFolder } = this.#options;
    const path = jobs.sourcePath(id);
    const folder = path === null ? homeFolder : dirname(describePath(path));
    return join(existsSync(folder) ? folder : homeFolder, fileName);
  }
}
