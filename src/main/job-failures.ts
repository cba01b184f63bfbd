/** The sentences for what goes wrong around jobs rather than in them: the engine stopped, the list is full. */
import { AppError } from '../shared/errors.js';
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
      'Resume this file. If it stops here again, the file or the machine has a problem: please report it.',
  };
}

/** @param count of the files that were in the engine, of which the first is named. */
export function explainRestart(fileName: string, count: number): Failure {
  const others = count > 1 ? ` and ${count - 1} more` : '';
  return {
    code: 'engine-stopped',
    message: 'The transcription engine stopped and was started again. All finished text is kept.',
    remedy: `Nothing to do: "${fileName}"${others} went on where the text had ended.`,
  };
}

export function explainLostSpan(): AppError {
  return new AppError(
    'engine-stopped',
    'The stretch was not transcribed, because the transcription engine stopped. The text is as it was.',
    'Try the stretch again.',
  );
}

export function explainNothingToResume(fileName: string): Failure {
  return {
    code: 'wrong-usage',
    message: `"${fileName}" is transcribed to its end.`,
    remedy: 'Retry it to transcribe it anew.',
  };
}

export function explainStaleEdit(): Failure {
  return {
    code: 'edit-stale',
    message: 'The text had changed meanwhile, so the change was not made. Nothing is lost.',
    remedy: 'Look at the text as it is now and make the change again.',
  };
}

export function explainUnsaved(fileName: string, { code, message }: Failure): Failure {
  return {
    code: code === 'internal' ? 'write-failed' : code,
    message: `The text of "${fileName}" could not be kept on the disk and is in memory alone. ${message}`,
    remedy: 'Free some space or choose another folder in Settings, and export the text before you quit.',
  };
}

export function explainDamage(fileName: string, lines: number): Failure {
  return {
    code: 'transcript-damaged',
    message: `The journal of "${fileName}" is damaged: ${lines} of its lines cannot be read. All others are there.`,
    remedy: 'Look whether text is missing, and retry the file if so.',
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
