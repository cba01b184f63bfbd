/**
 * Every key that does something, as the list of keys shows it. What the window's commands are is keyboard.ts; a test
 * holds the two, and the keys that single parts handle, against each other.
 */
import type { Command } from './keyboard.js';
import { strings } from './strings/en.js';

const { shortcuts: words } = strings;

export interface Shortcut {
  /** Each one chord: "Ctrl Shift Z". */
  readonly keys: readonly string[];
  readonly text: string;
  /** What the keys mean in keyboard.ts; none where the system, the menu or one part of the window handles them. */
  readonly commands: readonly Command[];
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['O', 'Ctrl O'], text: words.open, commands: ['open'] },
  { keys: ['N'], text: words.new, commands: ['new'] },
  { keys: ['Ctrl V'], text: words.paste, commands: [] },
  { keys: ['E'], text: words.export, commands: ['export'] },
  { keys: ['C'], text: words.copy, commands: ['copy'] },
  { keys: ['Ctrl C'], text: words.copySelection, commands: [] },
  { keys: ['Space'], text: words.play, commands: ['play'] },
  { keys: ['J', 'K'], text: words.segments, commands: ['next-segment', 'previous-segment'] },
  { keys: ['Enter'], text: words.edit, commands: ['edit'] },
  { keys: ['Enter'], text: words.split, commands: [] },
  { keys: ['Backspace'], text: words.join, commands: [] },
  { keys: ['/', 'Ctrl F'], text: words.search, commands: ['search'] },
  { keys: ['R', 'Shift R'], text: words.review, commands: ['next-doubtful', 'previous-doubtful'] },
  { keys: ['Ctrl Z', 'Ctrl Y', 'Ctrl Shift Z'], text: words.undo, commands: ['undo', 'redo'] },
  { keys: ['↑', '↓'], text: words.queue, commands: [] },
  { keys: ['Home', 'End'], text: words.ends, commands: [] },
  { keys: ['Alt ↑', 'Alt ↓'], text: words.move, commands: [] },
  { keys: ['Del'], text: words.remove, commands: [] },
  { keys: ['.'], text: words.cancel, commands: ['cancel'] },
  { keys: ['Esc'], text: words.leave, commands: ['leave'] },
  { keys: ['Ctrl +', 'Ctrl -', 'Ctrl 0'], text: words.zoom, commands: [] },
  { keys: ['F11'], text: words.fullScreen, commands: [] },
  { keys: ['Ctrl Q'], text: words.quit, commands: [] },
  { keys: ['?'], text: words.help, commands: ['shortcuts'] },
];
