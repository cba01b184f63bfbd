/** Words of the settings. */
import type { DeviceChoice as EngineDevice, VadMode } from '../../shared/options.js';
import type { Settings } from '../../shared/settings.js';
import type { Task } from '../../shared/transcript.js';
import { ENGINE_DEVICE, MOTION, SEARCH, TASK, THEME, VAD } from './names.js';

export const settings = {
  lead: 'Every change is kept at once, and holds for the next recording.',
  speech: 'Speech',
  desk: 'Window and files',
  expert: 'Engine',
  version: (version: string) => `Tilescribe ${version}`,
  shortcuts: 'Keyboard shortcuts',
  selfTest: 'Test this computer again',
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
    text: 'New transcripts are kept here as plain files; earlier ones stay in their folder, and in the library.',
  },
  chooseFolder: 'Choose…',
  keepAudio: {
    name: 'Keep the sound',
    text: 'Keep a copy beside the transcript (115 MB an hour), so that it plays when the recording has moved.',
  },
  device: { name: 'Device', text: 'What computes. Automatic takes the fastest that works here.' },
  deviceName: (device: EngineDevice) => ENGINE_DEVICE[device],
  threads: { name: 'CPU threads', text: '0 means one for each core.' },
  vad: { name: 'What to skip', text: 'How much is passed over as holding no speech.' },
  vadName: (vad: VadMode) => VAD[vad],
  developer: {
    name: 'Developer options',
    text: 'Offers the emulated NPU, which computes the right text at no useful speed.',
  },
} as const;
