/**
 * Every word the window shows, in one typed table. Sentence case, verbs on buttons, numbers with
 * their unit. Messages about failures come from the engine and main with their remedy.
 */
import { LANGUAGES } from '../../shared/languages.js';
import type { LanguageCode } from '../../shared/languages.js';
import type { JobState } from '../../shared/job.js';
import type { ExportFormat } from '../../shared/export/formats.js';
import type { ShapeOptions } from '../../shared/shape.js';
import type { DeviceChoice as EngineDevice, VadMode } from '../../shared/options.js';
import type { Settings } from '../../shared/settings.js';
import type { SegmentReason, Task } from '../../shared/transcript.js';
import type { ModelStatus } from '../../shared/contract.js';
import type { DeviceChoice } from '../devices.js';
import { performance } from './performance.js';
import type { RetryReason } from '../transcript-entry.js';
import type { View } from '../views.js';
import type { StretchKind } from '../waveform.js';

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
  'device-fault': 'the neural processor failed, and the processor took over',
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

const EXPORT_ABOUT: Readonly<Record<ExportFormat, string>> = {
  txt: 'The words alone, one segment a line.',
  srt: 'Subtitles that every player reads.',
  vtt: 'Subtitles for the web, with the time of each word.',
  json: 'Everything that is known, with the fields of openai/whisper, for programs.',
  csv: 'Start, end and text of each segment, for a spreadsheet.',
  lrc: 'One time a line, for music players.',
  md: 'Headings with times, and paragraphs.',
  docx: 'Paragraphs with times, for a word processor.',
};

const SHAPE_ROW: Readonly<Record<keyof ShapeOptions, string>> = {
  maxLineWidth: 'Characters a line',
  maxLineCount: 'Lines a subtitle',
  maxCharactersPerSecond: 'Characters a second',
  minDurationMs: 'Shown at least, s',
  maxDurationMs: 'Shown at most, s',
  minGapMs: 'Gap between, ms',
};

const VIEW_NAME: Readonly<Record<View, string>> = {
  transcribe: 'Transcribe',
  library: 'Library',
  performance: 'Performance',
  models: 'Models',
  settings: 'Settings',
};

const DEVICE_NAME: Readonly<Record<DeviceChoice, string>> = { auto: 'Auto', npu: 'NPU', cpu: 'CPU' };

const DEVICE_HINT: Readonly<Record<DeviceChoice, string>> = {
  auto: 'The fastest device that works here',
  npu: 'The neural processor',
  cpu: 'The processor',
};

const SEGMENT_REASON: Readonly<Record<SegmentReason, string>> = {
  retried: 'Decoded again',
  'loop-cut': 'The text went round in circles and was cut here',
  'prompt-echo': 'May repeat the words to expect instead of what was said',
  'low-probability': 'The decoder was unsure of these words',
  compression: 'The text repeats itself',
  'no-speech': 'There may be no speech here',
  'device-fallback': 'The neural processor failed here; the processor decoded it again',
};

const STRETCH: Readonly<Record<StretchKind, string>> = {
  heard: 'Transcribed',
  skipped: 'Skipped as silence',
  retried: 'Decoded again',
  failed: 'Not transcribed',
};

const MODEL_STATE: Readonly<Record<ModelStatus['state'], string>> = {
  ready: 'Installed',
  missing: 'Not installed',
  corrupt: 'Damaged',
  fetching: 'Downloading',
};

const MODEL_DEVICE: Readonly<Record<ModelStatus['devices'][number]['device'], string>> = {
  cpu: 'CPU',
  onnx: 'ONNX Runtime',
  npu: 'NPU',
};

const ENGINE_DEVICE: Readonly<Record<string, string>> = {
  auto: 'Automatic',
  cpu: 'CPU',
  onnx: 'ONNX Runtime on the CPU',
  npu: 'NPU',
};

const THEME: Readonly<Record<Settings['theme'], string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

const MOTION: Readonly<Record<Settings['motion'], string>> = { system: 'As the system', reduced: 'None' };

const VAD: Readonly<Record<VadMode, string>> = {
  off: 'Nothing',
  auto: 'What is certainly silent',
  strict: 'All but speech',
};

const TASK: Readonly<Record<Task, string>> = {
  transcribe: 'Transcribe',
  translate: 'Translate to English',
};

const SEARCH: Readonly<Record<Settings['search'], string>> = { fast: 'Fast', thorough: 'Thorough' };

export const strings = {
  appName: 'Tilescribe',
  shell: {
    newTitle: 'New transcription',
    privacy: 'Stays on this computer',
    views: 'Places',
    menu: 'Show or hide the sidebar',
    viewName: (view: View) => VIEW_NAME[view],
  },
  device: {
    label: 'Device',
    group: 'Device that transcribes',
    name: (device: DeviceChoice) => DEVICE_NAME[device],
    hint: (device: DeviceChoice) => DEVICE_HINT[device],
    refused: (device: DeviceChoice) => `${DEVICE_NAME[device]} cannot be used`,
    npuUnknown: 'No NPU that Tilescribe can use was found on this computer.',
  },
  tokens: {
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
  },
  editing: {
    edit: 'Edit this segment',
    text: 'Text of the segment',
    speaker: 'Speaker',
    nameSpeaker: 'Name the speaker',
    undo: 'Undo',
    redo: 'Redo',
    saved: 'Saved',
    saving: 'Saving…',
  },
  find: {
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
  },
  review: {
    title: 'Review of doubtful words',
    open: (count: number) => (count === 1 ? 'Review 1 doubtful word' : `Review ${count} doubtful words`),
    none: 'No doubtful words are left.',
    certainty: (share: string) => `is ${share} certain`,
    position: (current: number, count: number) => `${current} of ${count}`,
    previous: 'Previous',
    next: 'Next',
    edit: 'Edit',
    close: 'Close the review',
  },
  player: {
    title: 'Player',
    play: 'Play',
    pause: 'Pause',
    slider: 'Position in the recording',
    position: (time: string, duration: string) => `${time} of ${duration}`,
    rate: 'Speed',
    rateName: (rate: number) => `${rate}×`,
    none: 'The sound cannot be played: it was not kept, or the recording has moved.',
  },
  coverage: {
    title: 'What was transcribed',
    heard: (share: string) => `${share} heard`,
    kind: (kind: StretchKind) => STRETCH[kind],
    complete: 'All of the recording was listened to.',
    hint: 'These stretches have no text. Listen, and have them transcribed if there is speech after all.',
    range: (start: string, end: string) => `${start}–${end}`,
    play: (range: string) => `Play ${range}`,
    transcribe: 'Transcribe',
    transcribeRange: (kind: string, range: string) => `${kind}, ${range}: transcribe it`,
    started: 'The stretch is being transcribed',
  },
  exporting: {
    title: (fileName: string) => `Export ${fileName}`,
    format: 'Format',
    about: (format: ExportFormat) => EXPORT_ABOUT[format],
    preview: 'Preview of the file',
    cut: '… and so on',
    cancel: 'Cancel',
    save: (format: ExportFormat) => `Save .${format}…`,
  },
  shape: {
    title: 'Shape of the subtitles',
    on: 'Cut subtitles to fit the screen and the reader',
    row: (key: keyof ShapeOptions) => SHAPE_ROW[key],
  },
  library: {
    lead: (folder: string) =>
      folder === '' ? 'Every transcript, as plain files.' : `Every transcript, as plain files in ${folder}.`,
    search: 'Search names and words',
    count: (count: number) => (count === 1 ? '1 transcript' : `${count} transcripts`),
    empty: 'No transcripts yet',
    emptyHint: 'Whatever you transcribe is kept here, until you delete it.',
    noMatch: 'Nothing found',
    noMatchHint: 'No name and no transcript holds these words.',
    reveal: (fileName: string) => `Show the folder of ${fileName}`,
    remove: (fileName: string) => `Delete ${fileName}`,
    deleteTitle: 'Delete this transcript?',
    deleteText: (fileName: string) =>
      `The transcript of ${fileName} is deleted from the disk, with its edits and the copy of its sound. It cannot be had back. The recording itself is not touched.`,
    deleteNow: 'Delete',
    keep: 'Keep it',
    deleted: 'Transcript deleted',
  },
  models: {
    lead: 'Larger models hear better and take longer. Each is downloaded once, checked, and kept on this computer.',
    state: (state: ModelStatus['state']) => MODEL_STATE[state],
    chosen: 'In use',
    devices: (name: string) => `Where ${name} runs`,
    device: (device: ModelStatus['devices'][number]['device']) => MODEL_DEVICE[device],
    usable: 'Works here',
    progress: (name: string) => `Download of ${name}`,
    cancel: 'Stop',
    use: 'Use for new recordings',
    fetch: 'Download',
    repair: 'Repair',
    verify: 'Verify',
    import: 'Import from disk',
    remove: 'Remove',
    actOn: (action: string, name: string) => `${action}: ${name}`,
    removeTitle: (name: string) => `Remove ${name}?`,
    removeText: (size: string) => `This frees ${size}. It can be downloaded again.`,
    keep: 'Keep it',
  },
  settings: {
    lead: 'Every change is kept at once, and holds for the next recording.',
    speech: 'Speech',
    desk: 'Window and files',
    expert: 'Engine',
    version: (version: string) => `Tilescribe ${version}`,
    language: {
      name: 'Spoken language',
      text: 'Name it if you know it: that saves a second, and never errs.',
    },
    languageAuto: 'Detect automatically',
    languageMulti: 'Detect again and again (mixed languages)',
    languages: {
      name: 'Languages to choose from',
      text: 'When the language is detected, only these are considered; empty means all.',
    },
    languagesPlaceholder: 'English, Dutch, German',
    task: { name: 'Task', text: 'Write what is said, or write it in English.' },
    taskName: (task: Task) => TASK[task],
    model: { name: 'Model', text: 'Which model hears new recordings.' },
    search: { name: 'Search', text: 'Thorough pursues five texts at once: a little better, and slower.' },
    searchName: (search: Settings['search']) => SEARCH[search],
    vocabulary: {
      name: 'Vocabulary',
      text: 'Names and terms to expect, one a line. They help with spelling; about 40 are used.',
    },
    vocabularyPlaceholder: 'Ngũgĩ wa Thiong’o\nphotosynthesis',
    replacements: {
      name: 'Replacements',
      text: 'What is written, and what it should be, one a line: “heard = written”.',
    },
    replacementsPlaceholder: 'tile scribe = Tilescribe',
    theme: { name: 'Theme', text: 'Light or dark.' },
    themeName: (theme: Settings['theme']) => THEME[theme],
    motion: { name: 'Motion', text: 'Whether things may move on the screen.' },
    motionName: (motion: Settings['motion']) => MOTION[motion],
    notifications: {
      name: 'Notifications',
      text: 'Say when files are finished while the window is out of sight.',
    },
    exportFormat: { name: 'Export format', text: 'What Export offers first.' },
    libraryFolder: {
      name: 'Transcripts folder',
      text: 'New transcripts are kept here as plain files; earlier ones stay where they are.',
    },
    chooseFolder: 'Choose…',
    keepAudio: {
      name: 'Keep the sound',
      text: 'Keep a copy beside the transcript (115 MB an hour), so that it plays when the recording has moved.',
    },
    device: { name: 'Device', text: 'What computes. Automatic takes the fastest that works here.' },
    deviceName: (device: EngineDevice) => ENGINE_DEVICE[device] ?? device,
    threads: { name: 'CPU threads', text: '0 means one for each core.' },
    vad: { name: 'What to skip', text: 'How much is passed over as holding no speech.' },
    vadName: (vad: VadMode) => VAD[vad],
    developer: {
      name: 'Developer options',
      text: 'Offers the emulated NPU, which computes the right text at no useful speed.',
    },
  },
  welcome: {
    title: 'Tilescribe is ready to listen',
    lead: 'It transcribes seven seconds of speech to see what works on this computer.',
    testing: 'Testing…',
    works: (speed: string) => `Works, at ${speed} real time`,
    heard: 'It heard:',
    cpu: 'Speech on the CPU',
    ffmpeg: 'Audio and video of all kinds',
    ffmpegWorks: 'ffmpeg was found',
    ffmpegMissing: 'Only WAV files: install the package “ffmpeg” for everything else',
    npu: 'NPU',
    start: 'Start',
    close: 'Close',
  },
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
    clear: 'Take finished files off the list',
    clearShort: 'Clear',
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
    exportHint: 'Save as a file',
    resume: 'Continue',
    segments: 'Segments',
    playFrom: (time: string) => `Play from ${time}`,
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
    play: 'Play or pause',
    edit: 'Edit the segment',
    split: 'While editing: split at the caret',
    join: 'While editing: join with the segment before',
    search: 'Search and replace',
    review: 'Next or previous doubtful word',
    undo: 'Undo, redo',
    move: 'Move a waiting file in the queue',
    cancel: 'Cancel the running job',
    queue: 'Move in the queue',
    remove: 'Remove a file from the queue',
    segments: 'Next or previous segment',
    leave: 'Close what is open',
    help: 'This list',
    close: 'Close',
  },
} as const;
