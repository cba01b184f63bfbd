import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { omitVariables, runCaptured } from '../../../src/setup/command.mjs';
import { downloadsFolder } from '../../../src/setup/folders.mjs';
import { electronArguments, hasDisplay, resolveFiles, userFolder } from '../../../src/setup/launch.mjs';
import { OLDEST_NODE, compareVersions, describeNodeProblem } from '../../../src/setup/node-version.mjs';

const PackageSchema = v.object({ engines: v.object({ node: v.string() }) });

test.each([
  ['20.19.0', '20.19', 0],
  ['v20.18.3', '20.19', -1],
  ['22.0.0', '20.19', 1],
  ['20.9.0', '20.19', -1],
  ['24.0.0-nightly2025', '24.0.0', 0],
])('%s against %s', (left, right, sign) => {
  expect(Math.sign(compareVersions(left, right))).toBe(sign);
});

test('an old Node is told what is needed and how to get it, a new one nothing', () => {
  expect(describeNodeProblem('18.20.4')).toMatch(
    /needs Node\.js 20\.19 or newer; this is 18\.20\.4[^]*nvm install/,
  );
  expect(describeNodeProblem('20.19.0')).toBeNull();
});

test('the oldest Node is the one package.json names', () => {
  const { engines } = v.parse(PackageSchema, JSON.parse(readFileSync('package.json', 'utf8')));

  expect(engines.node).toBe(`>=${OLDEST_NODE}`);
});

test.each([
  [{ DISPLAY: ':0' }, true],
  [{ WAYLAND_DISPLAY: 'wayland-0' }, true],
  [{ DISPLAY: '' }, false],
  [{}, false],
])('a display with %o: %s', (env, expected) => {
  expect(hasDisplay(env)).toBe(expected);
});

test('file names with spaces, quotes, newlines and leading dashes arrive whole, absolute, and from the folder of the user', () => {
  const names = ['my talk.mp3', '-rf', '--help', `it's "one".wav`, 'two\nlines.wav', '/abs/a.wav', './b.wav'];

  expect(resolveFiles(names, '/home/a')).toEqual([
    '/home/a/my talk.mp3',
    '/home/a/-rf',
    '/home/a/--help',
    `/home/a/it's "one".wav`,
    '/home/a/two\nlines.wav',
    '/abs/a.wav',
    '/home/a/b.wav',
  ]);
});

test('names are relative to where the user ran npm, not to the project', () => {
  expect(userFolder({ INIT_CWD: '/home/a/talks' })).toBe('/home/a/talks');
});

test('the app gets its folder, then switches, then files', () => {
  expect(electronArguments('/app', [], false)).toEqual(['/app']);
  expect(electronArguments('/app', ['/a b.mp3'], false)).toEqual(['/app', '--', '/a b.mp3']);
  expect(electronArguments('/app', ['/a.mp3'], true)).toEqual(['/app', '--no-sandbox', '--', '/a.mp3']);
});

test.each([
  [{ XDG_CACHE_HOME: '/c', HOME: '/home/a' }, '/c/tilescribe'],
  [{ XDG_CACHE_HOME: 'c', HOME: '/home/a' }, '/home/a/.cache/tilescribe'],
  [{ HOME: '/home/a' }, '/home/a/.cache/tilescribe'],
])('with %o downloads are kept in %s', (env, expected) => {
  expect(downloadsFolder(env)).toBe(expected);
});

test('a command gives its exit code and what it wrote', async () => {
  const result = await runCaptured(process.execPath, ['-e', 'console.log("a"); process.exitCode = 3']);

  expect(result).toEqual({ exitCode: 3, output: 'a\n' });
});

test('a command ended by a signal gives 128 and its number', async () => {
  const result = await runCaptured(process.execPath, ['-e', 'process.kill(process.pid, "SIGTERM")']);

  expect(result.exitCode).toBe(143);
});

test('a command that is not there gives 127', async () => {
  expect((await runCaptured('/no/such/program', [])).exitCode).toBe(127);
});

test('variables left out are gone, the others stay', () => {
  expect(omitVariables({ A: '1', B: '2' }, ['B', 'C'])).toEqual({ A: '1' });
});
