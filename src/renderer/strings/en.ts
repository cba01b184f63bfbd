/**
 * Every word the window shows, in one typed table, by view. Sentence case, verbs on buttons, numbers with
 * their unit. Messages about failures come from the engine and main with their remedy.
 */
import { doctor } from './doctor.js';
import { exporting, shape } from './export.js';
import { library } from './library.js';
import { model, models } from './models.js';
import { queue } from './queue.js';
import { settings } from './settings.js';
import { device, drop, messages, shell, shortcuts } from './shell.js';
import { start, welcome } from './start.js';
import { coverage, editing, find, player, review, tokens, transcript } from './transcript.js';
import { performance } from './performance.js';

export const strings = {
  appName: 'Tilescribe',
  shell,
  device,
  tokens,
  editing,
  find,
  review,
  player,
  coverage,
  exporting,
  shape,
  library,
  models,
  settings,
  doctor,
  welcome,
  start,
  drop,
  queue,
  transcript,
  model,
  messages,
  shortcuts,
  performance,
} as const;
