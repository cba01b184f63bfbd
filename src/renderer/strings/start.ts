/** Words of the start page and the first start. */
import { LANGUAGES } from '../../shared/languages.js';
import type { LanguageCode } from '../../shared/languages.js';

export const start = {
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
  ffmpegMissing:
    'ffmpeg was not found, so only WAV files can be read. To open everything else, install the package “ffmpeg”.',
} as const;

export const welcome = {
  title: 'Tilescribe is ready to listen',
  lead: 'It transcribes eight seconds of speech to see what works on this computer.',
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
} as const;
