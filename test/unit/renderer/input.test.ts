/** What people type, paste and choose. */
import { describe, expect, it } from 'vitest';
import { commandForKey, moveInList } from '../../../src/renderer/keyboard.js';
import type { KeyPress } from '../../../src/renderer/keyboard.js';
import { chooseLanguages } from '../../../src/renderer/language-choices.js';
import { parsePastedPaths } from '../../../src/renderer/pasted-paths.js';
import { LANGUAGE_CODES } from '../../../src/shared/languages.js';

describe('pasted text', () => {
  const home = '/home/ada';

  it.each([
    ['/music/talk.mp3', ['/music/talk.mp3']],
    ['  /music/my talk.mp3\n', ['/music/my talk.mp3']],
    ["'/music/my talk.mp3'", ['/music/my talk.mp3']],
    ['"/music/my talk.mp3"', ['/music/my talk.mp3']],
    ['/music/Ada\'s "talk".mp3', ['/music/Ada\'s "talk".mp3']],
    ['~/talk.mp3', ['/home/ada/talk.mp3']],
    ['file:///music/my%20talk%20%231.mp3', ['/music/my talk #1.mp3']],
    ['file://localhost/music/talk.mp3', ['/music/talk.mp3']],
    ['/a.mp3\r\n/b.mp3\n/a.mp3', ['/a.mp3', '/b.mp3']],
    ['copy\nfile:///a.mp3\nfile:///b.mp3', ['/a.mp3', '/b.mp3']],
    ['# comment of a list\nfile:///a.mp3', ['/a.mp3']],
  ])('%j names files', (text, paths) => {
    expect(parsePastedPaths(text, home)).toEqual(paths);
  });

  it.each([
    '',
    'hello',
    'talk.mp3',
    'https://example.org/a.mp3',
    'file://server/share/a.mp3',
    'file:///%FF.mp3',
  ])('%j names none', (text) => {
    expect(parsePastedPaths(text, home)).toEqual([]);
  });

  it('does not guess a home folder', () => {
    expect(parsePastedPaths('~/talk.mp3', '')).toEqual([]);
  });
});

describe('keys', () => {
  const press: KeyPress = {
    key: '',
    ctrlKey: false,
    shiftKey: false,
    isOnControl: false,
    metaKey: false,
    altKey: false,
    isTyping: false,
    isModal: false,
  };

  it.each([
    ['o', 'open'],
    ['O', 'open'],
    ['e', 'export'],
    ['.', 'cancel'],
    ['?', 'shortcuts'],
    ['Escape', 'leave'],
    ['j', 'next-segment'],
    ['x', null],
    ['Enter', 'edit'],
    [' ', 'play'],
    ['/', 'search'],
    ['r', 'next-doubtful'],
    ['Tab', null],
  ])('%s means %s', (key, command) => {
    expect(commandForKey({ ...press, key })).toBe(command);
  });

  it('are left to text fields, dialogs and native combinations', () => {
    expect(commandForKey({ ...press, key: 'o', isTyping: true })).toBeNull();
    expect(commandForKey({ ...press, key: 'e', isModal: true })).toBeNull();
    expect(commandForKey({ ...press, key: 'c', ctrlKey: true })).toBeNull();
    expect(commandForKey({ ...press, key: 'o', altKey: true })).toBeNull();
    expect(commandForKey({ ...press, key: ' ', isOnControl: true })).toBeNull();
    expect(commandForKey({ ...press, key: 'o', ctrlKey: true })).toBe('open');
    expect(commandForKey({ ...press, key: 'Z', ctrlKey: true, shiftKey: true })).toBe('redo');
    expect(commandForKey({ ...press, key: 'R', shiftKey: true })).toBe('previous-doubtful');
  });

  it('move in a list and stop at its ends', () => {
    expect(moveInList('ArrowDown', 0, 3)).toBe(1);
    expect(moveInList('ArrowDown', 2, 3)).toBe(2);
    expect(moveInList('ArrowUp', 0, 3)).toBe(0);
    expect(moveInList('End', 0, 3)).toBe(2);
    expect(moveInList('a', 0, 3)).toBeNull();
    expect(moveInList('ArrowDown', -1, 0)).toBeNull();
  });
});

describe('language picker', () => {
  it('has the own languages first and every language exactly once', () => {
    const { common, others } = chooseLanguages(['nl-BE', 'nl', 'en-GB', 'xx']);

    expect(common.slice(0, 3)).toEqual(['nl', 'en', 'zh']);
    expect(common).toHaveLength(10);
    expect([...common, ...others].sort()).toEqual([...LANGUAGE_CODES].sort());
  });

  it('sorts the others by name', () => {
    expect(chooseLanguages([]).others.slice(0, 2)).toEqual(['af', 'sq']);
  });
});
