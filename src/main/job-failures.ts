/** The sentences for what goes wrong around jobs rather than in them: the engine stopped, the list is full. */
import type { Failure } from '../shared/errors.js';
import type { Job } from '../shared/job.js';
import { formatDuration } from '../shared/time.js';

export function explainLostJob(job: Pick<Job, 'fileName' | 'processed' | 'segmentCount'>): Failure {
  const kept =
    job.segmentCount === 0
      ? 'No text was finished before that.'
      : `The text up to ${formatDuration(job.processed)} is kept.`;
  return {
    code: 'engine-stopped',
    message: `The transcription engine stopped unexpectedly while working on "${job.fileName}". ${kept}`,
    remedy:
      'Retry this file. If it stops here again, the file or the machine has a problem: please report it.',
  };
}

export function explainRestart(fileName: string): Failure {
  return {
    code: 'engine-stopped',
    message: 'The transcription engine stopped and was started again. All finished text is kept.',
    remedy: `Retry "${fileName}" to transcribe it in full; the other files go on by themselves.`,
  };
}

export function explainGiveUp(): Failure {
  return {
    code: 'engine-stopped',
    message:
      'The transcription engine stopped four times within a minute and was not started again. All finished text is kept.',
    remedy: 'Check that there is enough free memory, then retry the files.',
  };
}

export function explainTruncation(maxFiles: number): Failure {
  return {
    code: 'wrong-usage',
    message: `The list holds ${maxFiles} files; those beyond were not added.`,
    remedy: 'Remove finished files from the list, then add the rest.',
  };
}

export function explainUnknownJob(): Failure {
  return {
    code: 'wrong-usage',
    message: 'This file is no longer in the list.',
    remedy: 'Add the file again.',
  };
}

export function explainBusyJob(fileName: string): Failure {
  return {
    code: 'wrong-usage',
    message: `"${fileName}" is already waiting or being transcribed.`,
    remedy: 'Cancel it first, then start it again.',
  };
}
