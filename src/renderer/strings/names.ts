/** What each value of the closed lists is called in the window. */
import type { JobState } from '../../shared/job.js';
import type { ExportFormat } from '../../shared/export/formats.js';
import type { ShapeOptions } from '../../shared/shape.js';
import type { DeviceChoice as EngineDevice, VadMode } from '../../shared/options.js';
import type { Settings } from '../../shared/settings.js';
import type { SegmentReason, Task } from '../../shared/transcript.js';
import type { DoctorLine, DoctorPart } from '../../shared/doctor.js';
import type { ModelStatus } from '../../shared/contract.js';
import type { DeviceChoice } from '../devices.js';
import type { RetryReason } from '../transcript-entry.js';
import type { View } from '../views.js';
import type { StretchKind } from '../waveform.js';

export const JOB_STATE: Readonly<Record<JobState, string>> = {
  queued: 'Waiting',
  running: 'Transcribing',
  cancelling: 'Cancelling',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const RETRY_REASON: Readonly<Record<RetryReason, string>> = {
  loop: 'the same words came again and again',
  'compression-ratio': 'the text repeated itself',
  'log-probability': 'the words were too unsure',
  'prompt-echo': 'the text before it was repeated',
  'device-fault': 'the neural processor failed, and the processor took over',
};

export const EXPORT_NAME: Readonly<Record<ExportFormat, string>> = {
  txt: 'Plain text',
  srt: 'SubRip subtitles',
  vtt: 'Web subtitles',
  json: 'Whisper JSON',
  csv: 'Table',
  lrc: 'Lyrics with times',
  md: 'Markdown',
  docx: 'Word document',
};

export const DOCTOR_PART: Readonly<Record<DoctorPart, string>> = { engine: 'Transcribing', npu: 'NPU' };

export const DOCTOR_STATE: Readonly<Record<DoctorLine['state'], string>> = {
  pass: 'works',
  fail: 'needs attention',
  skip: 'skipped',
};

export const EXPORT_ABOUT: Readonly<Record<ExportFormat, string>> = {
  txt: 'The words alone, one segment a line.',
  srt: 'Subtitles that every player reads.',
  vtt: 'Subtitles for the web, with the time of each word.',
  json: 'Everything that is known, with the fields of openai/whisper, for programs.',
  csv: 'Start, end and text of each segment, for a spreadsheet.',
  lrc: 'One time a line, for music players.',
  md: 'Headings with times, and paragraphs.',
  docx: 'Paragraphs with times, for a word processor.',
};

export const SHAPE_ROW: Readonly<Record<keyof ShapeOptions, string>> = {
  maxLineWidth: 'Characters a line',
  maxLineCount: 'Lines a subtitle',
  maxCharactersPerSecond: 'Characters a second',
  minDurationMs: 'Shown at least, s',
  maxDurationMs: 'Shown at most, s',
  minGapMs: 'Gap between, ms',
};

export const VIEW_NAME: Readonly<Record<View, string>> = {
  transcribe: 'Transcribe',
  library: 'Library',
  performance: 'Performance',
  models: 'Models',
  settings: 'Settings',
  doctor: 'Doctor',
};

export const DEVICE_NAME: Readonly<Record<DeviceChoice, string>> = {
  auto: 'Auto',
  npu: 'NPU',
  cpu: 'CPU',
  'npu-emulated': 'NPU, emulated',
};

export const DEVICE_HINT: Readonly<Record<DeviceChoice, string>> = {
  auto: 'The fastest device that works here',
  npu: 'The neural processor',
  cpu: 'The processor',
  'npu-emulated': 'For developers: the right text from the NPU’s own program, on the processor',
};

export const SEGMENT_REASON: Readonly<Record<SegmentReason, string>> = {
  retried: 'Decoded again',
  'loop-cut': 'The text went round in circles and was cut here',
  'prompt-echo': 'May repeat the words to expect instead of what was said',
  'low-probability': 'The decoder was unsure of these words',
  compression: 'The text repeats itself',
  'no-speech': 'There may be no speech here',
  'device-fallback': 'The neural processor failed here; the processor decoded it again',
};

export const STRETCH: Readonly<Record<StretchKind, string>> = {
  heard: 'Transcribed',
  skipped: 'Skipped as silence',
  retried: 'Decoded again',
  failed: 'Not transcribed',
};

export const MODEL_STATE: Readonly<Record<ModelStatus['state'], string>> = {
  ready: 'Installed',
  missing: 'Not installed',
  corrupt: 'Damaged',
  fetching: 'Downloading',
};

export const MODEL_DEVICE: Readonly<Record<ModelStatus['devices'][number]['device'], string>> = {
  cpu: 'CPU',
  onnx: 'ONNX Runtime',
  npu: 'NPU',
};

export const ENGINE_DEVICE: Readonly<Record<EngineDevice, string>> = {
  auto: 'Automatic',
  cpu: 'CPU',
  onnx: 'ONNX Runtime on the CPU',
  npu: 'NPU',
  'npu-emulated': 'NPU, emulated (for developers)',
};

export const THEME: Readonly<Record<Settings['theme'], string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

export const MOTION: Readonly<Record<Settings['motion'], string>> = {
  system: 'As the system',
  reduced: 'None',
};

export const VAD: Readonly<Record<VadMode, string>> = {
  off: 'Nothing',
  auto: 'What is certainly silent',
  strict: 'All but speech',
};

export const TASK: Readonly<Record<Task, string>> = {
  transcribe: 'Transcribe',
  translate: 'Translate to English',
};

export const SEARCH: Readonly<Record<Settings['search'], string>> = { fast: 'Fast', thorough: 'Thorough' };
