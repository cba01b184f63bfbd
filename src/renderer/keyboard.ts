/** Which command a key press means. Pure; the listener lives in use-commands.ts. */

export const COMMANDS = [
  'open',
  'new',
  'export',
  'copy',
  'cancel',
  'next-segment',
  'previous-segment',
  'play',
  'edit',
  'search',
  'next-doubtful',
  'previous-doubtful',
  'undo',
  'redo',
  'shortcuts',
  'leave',
] as const;
export type Command = (typeof COMMANDS)[number];

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  /** The focus is in a text field or a picker, which use letters themselves. */
  readonly isTyping: boolean;
  /** The focus is on a control that Space and Enter press. */
  readonly isOnControl: boolean;
  /** A dialog or menu is open and has the keyboard. */
  readonly isModal: boolean;
}

const KEYS: Readonly<Record<string, Command>> = {
  o: 'open',
  n: 'new',
  e: 'export',
  c: 'copy',
  '.': 'cancel',
  j: 'next-segment',
  k: 'previous-segment',
  ' ': 'play',
  Enter: 'edit',
  '/': 'search',
  r: 'next-doubtful',
  '?': 'shortcuts',
  Escape: 'leave',
};

/** The desktop's own habits; every other Ctrl combination stays native. */
const WITH_CTRL: Readonly<Record<string, Command>> = {
  o: 'open',
  f: 'search',
  z: 'undo',
  y: 'redo',
  'shift z': 'redo',
};

/** All that the two tables hold, for the test of the list of keys. */
export const BINDINGS: readonly { readonly key: string; readonly isCtrl: boolean }[] = [
  ...Object.keys(KEYS).map((key) => ({ key, isCtrl: false })),
  ...Object.keys(WITH_CTRL).map((key) => ({ key, isCtrl: true })),
];

export function commandForKey(press: KeyPress): Command | null {
  if (press.isModal || press.isTyping || press.metaKey || press.altKey) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.ctrlKey) return WITH_CTRL[press.shiftKey ? `shift ${key}` : key] ?? null;
  if (press.isOnControl && (key === ' ' || key === 'Enter')) return null;
  if (key === 'r' && press.shiftKey) return 'previous-doubtful';
  return KEYS[key] ?? null;
}

/** The position that an arrow key moves to in a list, or null when the key moves nothing. */
export function moveInList(key: string, position: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, position + 1);
    case 'ArrowUp':
      return Math.max(0, position - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
