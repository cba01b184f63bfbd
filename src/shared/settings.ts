/**
 * What a person chose once and for all. Each has a default that suits most and a sentence; there are few, on
 * purpose. Main owns the file (main/settings.ts); the page gets a copy and sends changes.
 */
import * as v from 'valibot';
import { EXPORT_FORMATS } from './export/formats.js';
import { DEFAULT_OPTIONS, TranscribeOptionsSchema } from './options.js';
import type { TranscribeOptions } from './options.js';
import { ShapeOptionsSchema } from './shape/options.js';

export const THEMES = ['system', 'light', 'dark'] as const;
/** 'fast' takes the most probable word at each step, 'thorough' pursues five texts side by side. */
export const SEARCHES = ['fast', 'thorough'] as const;
export const MOTIONS = ['system', 'reduced'] as const;

/** As openai/whisper's command line. */
const THOROUGH_BEAM_SIZE = 5;

const options = TranscribeOptionsSchema.entries;
const libraryPath = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

export const SettingsSchema = v.strictObject({
  /** Language of new recordings: one, or found in each ('auto'), or found anew in each window. Default: 'auto'. */
  language: options.language,
  /** The only languages that may be found; empty for all, the default. */
  languages: options.languages,
  /** 'translate' writes English whatever is spoken. Default: 'transcribe'. */
  task: options.task,
  /** Default: 'base'. */
  model: options.model,
  /** What computes. Default: 'auto', the fastest that works here. */
  device: options.device,
  /** CPU threads; 0, the default, means one per core. */
  threads: options.threads,
  /** How much is left out as holding no speech. Default: 'auto', only what is certain. */
  vad: options.vad,
  /** Default: 'fast'. */
  search: v.picklist(SEARCHES),
  /** Names and terms to expect in every recording. Default: none. */
  vocabulary: options.vocabulary,
  /** Made in every text after decoding. Default: none. */
  replacements: options.replacements,
  /** The format that Export offers first. Default: 'txt'. */
  exportFormat: v.picklist(EXPORT_FORMATS),
  /** Limits of the subtitles in srt and vtt; null, the default: one subtitle per segment. */
  exportShape: v.nullable(ShapeOptionsSchema),
  /** Default: 'system', light or dark as the desktop is. */
  theme: v.picklist(THEMES),
  /** Default: 'system', as the desktop asks for. */
  motion: v.picklist(MOTIONS),
  /** Absolute path of the folder that holds the transcripts; null, the default: one in the user's documents. */
  libraryFolder: v.nullable(libraryPath),
  /** Where transcripts were kept before: they stay there, and stay in the library. Not shown. */
  formerLibraryFolders: v.pipe(v.array(libraryPath), v.maxLength(50)),
  /** Keep a copy of each recording's sound (115 MB an hour) beside its transcript, to play it later. Default: yes. */
  keepAudio: v.boolean(),
  /** Say when files are finished while the window is out of sight. Default: yes. */
  notifications: v.boolean(),
  /** Offer what is for developers: the emulated NPU, which computes the right text at no useful speed. Default: no. */
  developer: v.boolean(),
  /** The self-test of the first start was seen. Default: no. */
  isWelcomed: v.boolean(),
});
export type Settings = v.InferOutput<typeof SettingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  language: DEFAULT_OPTIONS.language,
  languages: [...DEFAULT_OPTIONS.languages],
  task: DEFAULT_OPTIONS.task,
  model: DEFAULT_OPTIONS.model,
  device: DEFAULT_OPTIONS.device,
  threads: DEFAULT_OPTIONS.threads,
  vad: DEFAULT_OPTIONS.vad,
  search: 'fast',
  vocabulary: [],
  replacements: [],
  exportFormat: 'txt',
  exportShape: null,
  theme: 'system',
  motion: 'system',
  libraryFolder: null,
  formerLibraryFolders: [],
  keepAudio: true,
  notifications: true,
  developer: false,
  isWelcomed: false,
};

/** Chosen in a dialog of main's: no page names a path. */
export const LIBRARY_SETTINGS = ['libraryFolder', 'formerLibraryFolders'] as const;
export type LibrarySettings = Pick<Settings, (typeof LIBRARY_SETTINGS)[number]>;

/** What the page may change. */
export const SettingsPatchSchema = v.partial(v.omit(SettingsSchema, LIBRARY_SETTINGS));
export type SettingsPatch = v.InferOutput<typeof SettingsPatchSchema>;

/** What the next recording is transcribed with. */
export function optionsFromSettings(settings: Settings): TranscribeOptions {
  const { language, languages, task, model, device, threads, vad, vocabulary, replacements } = settings;
  return {
    ...DEFAULT_OPTIONS,
    language,
    languages,
    task,
    model,
    device,
    threads,
    vad,
    vocabulary,
    replacements,
    beamSize: settings.search === 'thorough' ? THOROUGH_BEAM_SIZE : DEFAULT_OPTIONS.beamSize,
  };
}
