import { expect, test } from 'vitest';
import {
  REQUIREMENTS,
  findMissing,
  formatInstallCommand,
  listPackages,
  parseLinkerCache,
  usesTime64Names,
  type Machine,
} from '../../../src/setup/system-packages.mjs';

const BARE: Machine = {
  libraries: new Set(),
  hasProgram: () => false,
  hasFile: () => false,
  isDebianLike: true,
};
const BOOKWORM = 'ID=debian\nVERSION_CODENAME=bookworm\nVERSION_ID="12"\n';
const NOBLE = 'ID=ubuntu\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n';
const ALL = new Set(['media', 'app', 'native', 'test', 'speech', 'format'] as const);

test('a bare Debian 12 lacks everything, under its names', () => {
  const packages = listPackages(findMissing(ALL, BARE), usesTime64Names(BOOKWORM));

  expect(packages).toEqual([
    ...['ffmpeg', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libatk-bridge2.0-0'],
    ...['libdrm2', 'libxkbcommon0', 'libcups2', 'libnotify4', 'libsecret-1-0', 'fonts-dejavu-core'],
    ...['cmake', 'g++', 'make', 'xvfb', 'xauth', 'dbus', 'espeak-ng', 'pocketsphinx-testdata'],
    'clang-format-14',
  ]);
});

test('Ubuntu 24.04 has other names for four of them', () => {
  const debian = listPackages(findMissing(ALL, BARE), usesTime64Names(BOOKWORM));
  const ubuntu = listPackages(findMissing(ALL, BARE), usesTime64Names(NOBLE));

  expect(ubuntu.filter((name) => !debian.includes(name))).toEqual([
    ...['libgtk-3-0t64', 'libasound2t64', 'libatk-bridge2.0-0t64', 'libcups2t64'],
  ]);
});

test.each([
  ['Debian 12', BOOKWORM, false],
  ['Debian 13', 'ID=debian\nVERSION_CODENAME=trixie\n', true],
  ['Ubuntu 22.04', 'ID=ubuntu\nUBUNTU_CODENAME=jammy\n', false],
  ['Ubuntu 24.04', NOBLE, true],
  ['Mint 22, made of Ubuntu 24.04', 'ID=linuxmint\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n', true],
  ['LMDE 6, made of Debian 12', 'ID=linuxmint\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm\n', false],
])('%s: names end in t64: %#', (_name, osRelease, expected) => {
  expect(usesTime64Names(osRelease)).toBe(expected);
});

test('only what the purpose needs is asked for', () => {
  const missing = findMissing(new Set(['media'] as const), BARE);

  expect(missing.map(({ debianName }) => debianName)).toEqual(['ffmpeg']);
});

test('a complete machine lacks nothing', () => {
  const libraries = new Set(REQUIREMENTS.map(({ evidence }) => evidence.name));
  const complete: Machine = { libraries, hasProgram: () => true, hasFile: () => true, isDebianLike: true };

  expect(findMissing(ALL, complete)).toEqual([]);
});

test('libraries are not called missing where the cache of the linker cannot be read', () => {
  const machine: Machine = { ...BARE, libraries: null, hasProgram: () => true, isDebianLike: false };

  expect(findMissing(ALL, machine)).toEqual([]);
});

test('a library of another architecture does not count', () => {
  const cache = [
    '2 libs found in cache `/etc/ld.so.cache',
    '\tlibnss3.so (libc6) => /lib/i386-linux-gnu/libnss3.so',
    '\tlibgbm.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libgbm.so.1',
  ].join('\n');

  expect([...parseLinkerCache(cache, 'x64')]).toEqual(['libgbm.so.1']);
});

test('a user who is not root gets one command to copy', () => {
  expect(formatInstallCommand(['ffmpeg', 'xvfb'])).toBe(
    'sudo apt-get install -y --no-install-recommends ffmpeg xvfb',
  );
});
