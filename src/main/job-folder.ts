/**
 * The folder of one job: its name, and the files beside the journal that people and programs read. They are
 * written whole or not at all, after the journal, from what it says; so they can be made again at any time.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomically } from '../node/write-file.js';
import { exportTranscript, suggestFileName } from '../shared/export/index.js';
import { JOB_STATES } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import type { JobHistory } from '../shared/journal.js';
import { LANGUAGE_CODES } from '../shared/languages.js';
import { AUDIO_FILE } from '../shared/sound-files.js';
import { SamplesSchema } from '../shared/transcript.js';
import type { Transcript } from '../shared/transcript.js';

export const SUMMARY_FILE = 'job.json';
export const TEXT_FILE = 'transcript.txt';
export const JSON_FILE = 'transcript.json';

const SUMMARY_VERSION = 1;

/** What the library shows of a job without reading its journal. */
export const SummarySchema = v.object({
  version: v.literal(SUMMARY_VERSION),
  id: v.string(),
  fileName: v.string(),
  state: v.picklist(JOB_STATES),
  createdAtMs: v.number(),
  duration: v.nullable(SamplesSchema),
  language: v.nullable(v.picklist(LANGUAGE_CODES)),
  segmentCount: v.number(),
  isListed: v.boolean(),
  /** Of the journal that this is the sum of: another length means that more happened since. */
  journalBytes: v.number(),
});
export type Summary = v.InferOutput<typeof SummarySchema>;

/** `2026-11-25 interview (1f3a9c0d)`: sorted by day, readable, and no two are the same. */
export function nameJobFolder({
  id,
  fileName,
  createdAtMs,
}: Pick<Job, 'id' | 'fileName' | 'createdAtMs'>): string {
  const created = new Date(createdAtMs);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const day = `${created.getFullYear()}-${pad(created.getMonth() + 1)}-${pad(created.getDate())}`;
  const title = suggestFileName(fileName, 'txt').slice(0, -'.txt'.length);
  return `${day} ${cutTo(title, 120)} (${id.slice(0, 8)})`;
}

/** At most so many bytes, whole characters. */
function cutTo(text: string, bytes: number): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > bytes) break;
    kept += character;
  }
  return kept.trimEnd();
}

export function transcriptOf({ job, segments }: Pick<JobHistory, 'job' | 'segments'>): Transcript {
  return {
    fileName: job.fileName,
    model: job.options.model,
    language: job.language,
    task: job.options.task,
    duration: job.duration,
    segments,
  };
}

export function summarize({ job, isListed }: JobHistory, journalBytes: number): Summary {
  const { id, fileName, state, createdAtMs, duration, language, segmentCount } = job;
  const about = { id, fileName, state, createdAtMs, duration, language, segmentCount };
  return { version: SUMMARY_VERSION, ...about, isListed, journalBytes };
}

/** Throws AppError 'disk-full' or 'write-failed'. */
export async function writeOutputs(folder: string, history: JobHistory, journalBytes: number): Promise<void> {
  const transcript = transcriptOf(history);
  await writeFileAtomically(join(folder, TEXT_FILE), exportTranscript(transcript, 'txt'));
  await writeFileAtomically(join(folder, JSON_FILE), exportTranscript(transcript, 'json'));
  const summary = `${JSON.stringify(summarize(history, journalBytes), null, 2)}\n`;
  await writeFileAtomically(join(folder, SUMMARY_FILE), summary);
}

export async function removeSound(folder: string): Promise<void> {
  await rm(join(folder, AUDIO_FILE), { force: true });
}
