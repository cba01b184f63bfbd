/** The quiet lines under a file's name. Pure; '' when there is nothing to say yet. */
import type { Job } from '../../../shared/job.js';
import { formatDuration } from '../../../shared/time.js';
import { formatElapsed, formatPercent, formatSpeed } from '../../format.js';
import { strings } from '../../strings/en.js';

const SEPARATOR = ' · ';

function describeLanguage(job: Job): string | null {
  if (job.language === null) return null;
  const isDetected = job.options.language === 'auto' && job.languageProbability !== null;
  const language = isDetected
    ? strings.transcript.detected(job.language, formatPercent(job.languageProbability ?? 0))
    : strings.transcript.language(job.language);
  return job.options.task === 'translate' ? strings.transcript.translated(language) : language;
}

/** Language, format, what decodes, and how it searches where that is not the usual way. */
export function describeFacts(job: Job): string {
  const { beamSize } = job.options;
  const search = beamSize > 1 && job.backend !== null ? strings.transcript.beams(beamSize) : null;
  return [describeLanguage(job), job.format, job.backend, search]
    .filter((part) => part !== null)
    .join(SEPARATOR);
}

/** What a finished job measured. */
export function describeStats(job: Job): string {
  const { stats } = job;
  if (stats === null || job.state !== 'done') return '';
  const speed = formatSpeed(stats.audio, stats.totalMs);
  return [
    strings.transcript.audioIn(formatDuration(stats.audio), formatElapsed(stats.totalMs)),
    speed === null ? null : strings.transcript.speed(speed),
    stats.firstTokenMs === null ? null : strings.transcript.firstToken(formatElapsed(stats.firstTokenMs)),
  ]
    .filter((part) => part !== null)
    .join(SEPARATOR);
}
