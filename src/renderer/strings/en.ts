/**
 * Every word the window shows, in one typed table. Sentence case, verbs on buttons, numbers with
 * their unit. Messages about failures come from the engine and main with their remedy.
 */
import { LANGUAGES } from '../../shared/languages.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { JobState } from '../../shared/job.js';
import type { ExportFormat } from '../../shared/export/formats.js';
import { performance } from './performance.js';
import type { RetryReason } from '../transcript-entry.js';

const JOB_STATE: Readonly<Record<JobState, string>> = {
  queued: 'Waiting',
  running: 'Transcribing',
  cancelling: 'Cancelling',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const RETRY_REASON: Readonly<Record<RetryReason, string>> = {
  loop: 'the same words came again and again',
  'compression-ratio': 'the text repeated itself',
  'log-probability': 'the words were too unsure',
  'prompt-echo': 'the text before it was repeated',
};

const EXPORT_NAME: Readonly<Record<ExportFormat, string>> = {
  txt: 'Plain text',
  srt: 'SubRip subtitles',
  vtt: 'Web subtitles',
  json: 'Whisper JSON',
  csv: 'Table',
  lrc: 'Lyrics with times',
  md: 'Markdown',
  docx: 'Word document',
};

export const strings = {
  appName: 'Tilescribe',
  start: {
    title: 'Drop a recording',
    subtitle: 'Audio or video, of any length, one file or a whole folder',
    browse: 'Choose files…',
    paste: 'paste a file or its path',
    elsewhere: 'Also opens from “Open with” in your file manager and from the command line.',
    or: 'or',
    model: 'Model',
    language: 'Spoken language',
    detect: 'Detect automatically',
    commonLanguages: 'Common',
    otherLanguages: 'All others',
    languageName: (code: LanguageCode) => LANGUAGES[code],
    task: 'Task',
    taskTranscribe: 'Transcribe',
    taskTranslate: 'Translate to English',
    search: 'Search',
    searchFast: 'Fast',
    searchThorough: 'Thorough (beam 5)',
    prompt: 'Words to expect',
    promptHint: 'Names, terms or a sentence in the style you want. They help with spelling.',
    promptPlaceholder: 'Ngũgĩ wa Thiong’o, photosynthesis, Queen’s Road',
    privacy: 'Everything stays on this computer.',
    ffmpegMissing:
      'ffmpeg was not found, so only WAV files can be read. To open everything else, install the package “ffmpeg”.',
  },
  drop: {
    start: 'Drop to transcribe',
    add: 'Drop to add to the queue',
  },
  queue: {
    title: 'Queue',
    add: 'Add files',
    clear: 'Clear finished',
    state: (state: JobState) => JOB_STATE[state],
    starting: 'Starting…',
    cancel: (fileName: string) => `Cancel ${fileName}`,
    retry: 'Retry',
    retryLabel: (fileName: string) => `Retry ${fileName}`,
    remove: (fileName: string) => `Remove ${fileName} from the list`,
    progress: (fileName: string) => `Progress of ${fileName}`,
    position: (done: number, total: number) => `${done} of ${total} done`,
  },
  transcript: {
    cancel: 'Cancel',
    cancelling: 'Cancelling…',
    copy: 'Copy',
    copied: 'Text copied',
    export: 'Export',
    another: 'Transcribe another',
    exportAs: 'Export as',
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
    retry: (temperature: string, reason: RetryReason | null) =>
      reason === null
        ? `Decoded again at temperature ${temperature}`
        : `Decoded again at temperature ${temperature}: ${RETRY_REASON[reason]}`,
    pending: 'Being decoded',
    position: (processed: string, duration: string) => `${processed} of ${duration}`,
    positionUnknown: (processed: string) => `${processed} transcribed`,
    speed: (factor: string) => `${factor} real time`,
    audioIn: (audio: string, wall: string) => `${audio} of audio in ${wall}`,
    firstToken: (time: string) => `first token after ${time}`,
  },
  performance,
  model: {
    missing: 'The speech model is not installed.',
    missingRemedy: 'Fetch it once from the internet, or import it from a folder on disk.',
    corrupt: 'The speech model is damaged.',
    corruptRemedy: 'Repair fetches the damaged files again. Nothing else is touched.',
    fetching: 'Fetching the speech model…',
    fetchingHint: 'It is fetched once and kept on this computer.',
    repair: 'Repair',
    fetch: 'Fetch model',
    import: 'Import from disk',
  },
  messages: {
    dismiss: 'Dismiss',
    region: 'Messages',
    noPath: 'What was dropped is not a file on this computer.',
    noPathRemedy: 'Save it to disk first, then drop it here.',
    noPasted: 'The clipboard holds no file.',
    noPastedRemedy: 'Copy a file in your file manager, or its full path, and paste again.',
    noMedia: 'No audio or video files were found there.',
    noMediaRemedy: 'Choose a folder that holds recordings, or the files themselves.',
    jobState: (fileName: string, state: string) => `${fileName}: ${state}`,
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    open: 'Choose files',
    new: 'New transcription',
    paste: 'Paste a file or a path',
    export: 'Export menu',
    copy: 'Copy the whole text',
    copySelection: 'Copy the selection',
    cancel: 'Cancel the running job',
    queue: 'Move in the queue',
    remove: 'Remove a file from the queue',
    segments: 'Next or previous segment',
    leave: 'Close what is open',
    help: 'This list',
    close: 'Close',
  },
} as const;
