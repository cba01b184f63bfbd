/** The list of keys against what the code does with keys. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BINDINGS, COMMANDS, commandForKey } from '../../../src/renderer/keyboard.js';
import type { Command } from '../../../src/renderer/keyboard.js';
import { SHORTCUTS } from '../../../src/renderer/shortcuts.js';

/** As the list writes it, and as the browser names it. */
const KEY_NAMES: Readonly<Record<string, string>> = {
  Space: ' ',
  Esc: 'Escape',
  Del: 'Delete',
  '↑': 'ArrowUp',
  '↓': 'ArrowDown',
};

function parseChord(chord: string) {
  const parts = chord.split(' ');
  const shown = parts.at(-1) ?? '';
  return {
    key: KEY_NAMES[shown] ?? (shown.length === 1 ? shown.toLowerCase() : shown),
    ctrlKey: parts.includes('Ctrl'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    metaKey: false,
    isTyping: false,
    isOnControl: false,
    isModal: false,
  };
}

function commandOf(chord: string): Command | null {
  return commandForKey(parseChord(chord));
}

const CHORDS = SHORTCUTS.flatMap(({ keys }) => keys);

test('each key that is listed for a command runs it, and each command is listed', () => {
  for (const { keys, commands } of SHORTCUTS) {
    if (commands.length === 0) continue;
    expect([...new Set(keys.map(commandOf))], keys.join(', ')).toEqual([...commands]);
  }
  expect(SHORTCUTS.flatMap(({ commands }) => commands).sort()).toEqual([...COMMANDS].sort());
});

test('each binding of the keyboard is listed', () => {
  const listed = CHORDS.map(parseChord).map(({ key, ctrlKey, shiftKey }) => {
    const isShiftNamed = ctrlKey && shiftKey;
    return `${ctrlKey ? 'ctrl ' : ''}${isShiftNamed ? 'shift ' : ''}${key}`;
  });

  for (const { key, isCtrl } of BINDINGS) expect(listed).toContain(`${isCtrl ? 'ctrl ' : ''}${key}`);
});

test('no chord is listed twice for the whole window', () => {
  const own = SHORTCUTS.filter(({ commands }) => commands.length > 0).flatMap(({ keys }) => keys);

  expect(new Set(own).size).toBe(own.length);
});

function readSources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

test('each key that a part of the window handles by itself is listed', () => {
  const source = readSources('src/renderer');
  const handled = [...source.matchAll(/\.key === '([^']+)'/g)].map((match) => match[1] ?? '');
  const inLists = [...source.matchAll(/case '(Arrow\w+|Home|End)'/g)].map((match) => match[1] ?? '');
  const listed = new Set(CHORDS.map((chord) => parseChord(chord).key));

  expect(handled.length).toBeGreaterThan(5);
  expect(inLists.length).toBeGreaterThan(3);
  for (const key of [...handled, ...inLists]) expect([...listed], key).toContain(key);
});

test('each key of the menu is listed', () => {
  const source = readFileSync('src/main/menu.ts', 'utf8');
  const accelerators = [...source.matchAll(/(?:accelerator: |pageItem\('[^']+', )'([^']+)'/g)].map((match) =>
    (match[1] ?? '').replace('+', ' '),
  );

  expect(accelerators).toEqual(expect.arrayContaining(['Ctrl O', 'Ctrl Q', 'E', '?']));
  for (const chord of accelerators) expect(CHORDS).toContain(chord);
});
