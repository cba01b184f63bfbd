/** Words of a transcript: its words and tokens, correcting and searching it, playing it. */
import type { ExportFormat } from '../../shared/export/formats.js';
import { LANGUAGES } from '../../shared/languages.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { SegmentReason } from '../../shared/transcript.js';
import type { RetryReason } from '../transcript-entry.js';
import type { StretchKind } from '../waveform.js';
import { EXPORT_NAME, RETRY_REASON, SEGMENT_REASON, STRETCH } from './names.js';

export const transcript = {
  cancel: 'Cancel',
  cancelling: 'Cancelling…',
  copy: 'Copy',
  copied: 'Text copied',
  export: 'Export',
  another: 'Transcribe another',
  exportAs: 'Export as',
  exportHint: 'Save as a file',
  resume: 'Continue',
  segments: 'Segments',
  playFrom: (time: string) => `Play from ${time}`,
  certain: (share: string) => `${share} certain`,
  reason: (reason: SegmentReason) => SEGMENT_REASON[reason],
  exportName: (format: ExportFormat) => EXPORT_NAME[format],
  saved: (fileName: string) => `Saved ${fileName}`,
  reveal: 'Show in folder',
  list: (fileName: string) => `Transcript of ${fileName}`,
  jump: 'Jump to latest',
  waiting: 'Waiting for its turn',
  waitingHint: 'It starts when the files before it are finished.',
  loading: 'Opening the file and the model…',
  listening: 'Listening for the first words…',
  nothing: 'No speech was found',
  nothingHint: 'The recording was read to its end, but nothing in it sounded like speech.',
  cancelledEmpty: 'Cancelled before the first words',
  cancelledEmptyHint: 'Nothing was transcribed. You can start it again.',
  cancelled: 'This transcription was cancelled. The text up to there is kept.',
  again: 'Start again',
  remove: 'Remove',
  detected: (language: LanguageCode, probability: string) => `${LANGUAGES[language]}, ${probability} sure`,
  language: (language: LanguageCode) => LANGUAGES[language],
  translated: (language: string) => `${language}, translated to English`,
  retry: (temperatures: readonly string[], reason: RetryReason | null) => {
    const said = `Decoded again at temperature ${temperatures.join(', ')}`;
    return reason === null ? said : `${said}: ${RETRY_REASON[reason]}`;
  },
  beams: (count: number) => `beam ${count}`,
  pending: 'Being decoded',
  position: (processed: string, duration: string) => `${processed} of ${duration}`,
  positionUnknown: (processed: string) => `${processed} transcribed`,
  speed: (factor: string) => `${factor} real time`,
  audioIn: (audio: string, wall: string) => `${audio} of audio in ${wall}`,
  firstToken: (time: string) => `first token after ${time}`,
} as const;

export const tokens = {
  group: 'Tokens',
  blank: 'space',
  noText: '(time or end)',
  pending: 'not final yet',
  final: 'final',
  id: 'Token id',
  probability: 'Probability',
  latency: 'Time since the token before',
  unknown: 'not measured',
  candidates: 'Most probable tokens',
  noCandidates: 'This search does not tell what else it weighed.',
} as const;

export const editing = {
  edit: 'Edit this segment',
  text: 'Text of the segment',
  speaker: 'Speaker',
  nameSpeaker: 'Name the speaker',
  undo: 'Undo',
  redo: 'Redo',
  saved: 'Saved',
  saving: 'Saving…',
} as const;

export const find = {
  open: 'Search and replace',
  placeholder: 'Search in the transcript',
  none: 'Not found',
  position: (current: number, count: string) => `${current} of ${count}`,
  previous: 'Previous match',
  next: 'Next match',
  caseExact: 'Match case',
  replace: 'Replace',
  replacement: 'Replace with',
  replaceOne: 'Replace this one',
  replaceAll: 'Replace all',
  replaced: (count: number) => (count === 1 ? 'Replaced 1 place' : `Replaced ${count} places`),
  close: 'Close the search',
} as const;

export const review = {
  title: 'Review of doubtful words',
  open: (count: number) => (count === 1 ? 'Review 1 doubtful word' : `Review ${count} doubtful words`),
  none: 'No doubtful words are left.',
  certainty: (share: string) => `is ${share} certain`,
  position: (current: number, count: number) => `${current} of ${count}`,
  previous: 'Previous',
  next: 'Next',
  edit: 'Edit',
  close: 'Close the review',
} as const;

export const player = {
  title: 'Player',
  play: 'Play',
  pause: 'Pause',
  slider: 'Position in the recording',
  position: (time: string, duration: string) => `${time} of ${duration}`,
  rate: 'Speed',
  rateName: (rate: number) => `${rate}×`,
  none: 'The sound cannot be played: it was not kept, or the recording has moved.',
} as const;

export const coverage = {
  title: 'What was transcribed',
  heard: (share: string) => `${share} heard`,
  kind: (kind: StretchKind) => STRETCH[kind],
  complete: 'All of the recording was listened to.',
  hint: 'These stretches have no text. If you hear speech in one, have it transcribed here, or click its mark below the waveform.',
  range: (start: string, end: string) => `${start}–${end}`,
  play: (range: string) => `Play ${range}`,
  transcribe: 'Transcribe',
  transcribing: 'Transcribing…',
  transcribeRange: (kind: string, range: string) => `${kind}, ${range}: transcribe it`,
  started: (range: string) => `Transcribing ${range}…`,
  found: (range: string) => `Transcribed ${range}`,
  nothing: (range: string) => `No speech was found in ${range}`,
} as const;
