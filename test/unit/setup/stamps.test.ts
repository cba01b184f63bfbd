import { chmod, mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashSources, isBuilt } from '../../../src/setup/build.mjs';
import { isInstalledAsWanted, parseLock } from '../../../src/setup/dependencies.mjs';
import { describeInstallError, isElectronComplete } from '../../../src/setup/electron-binary.mjs';

const makeFolder = () => mkdtemp(join(tmpdir(), 'tilescribe-test-'));

test('the hash of the sources follows names and contents, not times', async () => {
  const root = await makeFolder();
  await mkdir(join(root, 'src', 'deep'), { recursive: true });
  await writeFile(join(root, 'src', 'deep', 'a.ts'), 'a');
  const first = await hashSources(root, ['src', 'absent.json']);

  await utimes(join(root, 'src', 'deep', 'a.ts'), 0, 0);
  const touched = await hashSources(root, ['src', 'absent.json']);
  await writeFile(join(root, 'src', 'deep', 'a.ts'), 'b');
  const changed = await hashSources(root, ['src', 'absent.json']);
  await rename(join(root, 'src', 'deep', 'a.ts'), join(root, 'src', 'deep', 'b.ts'));
  const renamed = await hashSources(root, ['src', 'absent.json']);

  expect(touched).toBe(first);
  expect(new Set([first, changed, renamed]).size).toBe(3);
});

test('a build counts only with its stamp and all its outputs', async () => {
  const root = await makeFolder();
  await writeFile(join(root, 'a.js'), '');
  await writeFile(join(root, 'stamp'), 'h1\n');

  expect(await isBuilt(root, ['a.js'], join(root, 'stamp'), 'h1')).toBe(true);
  expect(await isBuilt(root, ['a.js'], join(root, 'stamp'), 'h2')).toBe(false);
  expect(await isBuilt(root, ['a.js', 'b.js'], join(root, 'stamp'), 'h1')).toBe(false);
  expect(await isBuilt(root, ['a.js'], join(root, 'absent'), 'h1')).toBe(false);
});

const LOCK = {
  packages: {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/mac-only': { version: '1.0.0', integrity: 'sha512-m', optional: true },
  },
};

function lockWith(change: object): ReturnType<typeof parseLock> {
  return parseLock({ packages: { ...LOCK.packages, ...change } });
}

test('node_modules is as wanted without the optional packages of other machines', () => {
  const installed = parseLock({ packages: { 'node_modules/a': LOCK.packages['node_modules/a'] } });

  expect(isInstalledAsWanted(parseLock(LOCK), installed)).toBe(true);
});

test.each([
  ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
  ['another content', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }],
  ['a package too many', { 'node_modules/b': { version: '1.0.0' } }],
])('node_modules with %s is installed anew', (_name, change) => {
  expect(isInstalledAsWanted(parseLock(LOCK), lockWith(change))).toBe(false);
});

test('node_modules without a required package is installed anew', () => {
  expect(isInstalledAsWanted(parseLock(LOCK), new Map())).toBe(false);
});

test("npm's record in this clone agrees with the lock file", () => {
  const read = (path: string) => parseLock(JSON.parse(readFileSync(path, 'utf8')));

  expect(isInstalledAsWanted(read('package-lock.json'), read('node_modules/.package-lock.json'))).toBe(true);
});

async function makeElectron(): Promise<string> {
  const folder = await makeFolder();
  const dist = join(folder, 'dist');
  await mkdir(dist);
  for (const name of ['resources.pak', 'icudtl.dat', 'snapshot_blob.bin', 'v8_context_snapshot.bin']) {
    await writeFile(join(dist, name), '');
  }
  for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) {
    await writeFile(join(dist, name), '');
    await chmod(join(dist, name), 0o755);
  }
  await writeFile(join(dist, 'version'), '42.0.0');
  await writeFile(join(folder, 'path.txt'), 'electron');
  return folder;
}

test('Electron is complete with its files, its version and its path', async () => {
  const folder = await makeElectron();

  expect(await isElectronComplete(folder, '42.0.0')).toBe(true);
  expect(await isElectronComplete(folder, '42.0.1')).toBe(false);
});

test.each([
  ['a file is missing', (folder: string) => rm(join(folder, 'dist', 'icudtl.dat'))],
  ['its program cannot be run', (folder: string) => chmod(join(folder, 'dist', 'electron'), 0o644)],
  ['path.txt is missing', (folder: string) => rm(join(folder, 'path.txt'))],
  ['dist is missing', (folder: string) => rm(join(folder, 'dist'), { recursive: true })],
])('Electron is fetched again when %s', async (_name, damage) => {
  const folder = await makeElectron();
  await damage(folder);

  expect(await isElectronComplete(folder, '42.0.0')).toBe(false);
});

test("the cause in the output of Electron's script is told in one line", () => {
  expect(describeInstallError('TypeError: fetch failed\n    at node:internal/x:1:2\n')).toBe(
    'its release site cannot be reached',
  );
  expect(describeInstallError('HTTPError: Response code 404 (Not Found)\n    at y')).toBe(
    'Response code 404 (Not Found)',
  );
  expect(describeInstallError('')).toBe('its script failed');
});
