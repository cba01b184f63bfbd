import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeFallback, ensureNativeBuild, tryNativeBuild } from '../../../src/setup/native-build.mjs';
import { chooseJobs, findPercent } from '../../../src/setup/native-tree.mjs';
import { SetupError } from '../../../src/setup/setup-error.mjs';
import { MissingPackagesError } from '../../../src/setup/system-install.mjs';

// Stands for cmake: notes its calls; makes the tree, then the addon out of a source, as told by that source.
const CMAKE = `#!/bin/sh
echo "$*" >> "$CALLS"
tree=../.cache/native/release
if [ "$1" = --preset ]; then mkdir -p $tree && exit 0; fi
case "$(cat addon/addon.cc)" in
  broken) echo 'addon.cc:1:1: error: expected unqualified-id'; exit 2;;
  killed) echo half > $tree/half.o; kill -9 $$;;
  waits) cat "$GATE" > $tree/tilescribe_native.node; exit 0;;
esac
echo '[ 50%] Building'
cp addon/addon.cc $tree/tilescribe_native.node
`;

let root = '';
let said: string[] = [];
const reporter = {
  say: (text: string) => void said.push(text),
  startStep: (label: string) => ({
    update: (detail: string) => void said.push(`${label}: ${detail}`),
    updateBytes: () => undefined,
    tick: () => undefined,
    finish: () => void said.push(`${label}: done`),
    abandon: () => undefined,
  }),
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tilescribe-test-'));
  said = [];
  await mkdir(join(root, 'native', 'addon'), { recursive: true });
  await mkdir(join(root, 'bin'));
  for (const [name, script] of [
    ['cmake', CMAKE],
    ['c++', '#!/bin/sh\n'],
    ['make', '#!/bin/sh\n'],
  ] as const) {
    await writeFile(join(root, 'bin', name), script);
    await chmod(join(root, 'bin', name), 0o755);
  }
  vi.stubEnv('PATH', `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`);
  vi.stubEnv('CALLS', join(root, 'calls'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const writeSource = (text: string) => writeFile(join(root, 'native', 'addon', 'addon.cc'), text);
const readAddon = () => readFile(join(root, 'out', 'native', 'tilescribe_native.node'), 'utf8');
const readCalls = async () => (await readFile(join(root, 'calls'), 'utf8')).trim().split('\n');

test('the addon is built again when a kernel of the NPU changes, which is part of it', async () => {
  await writeSource('one');
  await mkdir(join(root, 'kernels'));
  await writeFile(join(root, 'kernels', 'kernel.cc'), 'before');
  await ensureNativeBuild(root, reporter);

  await writeFile(join(root, 'kernels', 'kernel.cc'), 'after');
  await ensureNativeBuild(root, reporter);

  expect((await readCalls()).filter((call) => call.startsWith('--build'))).toHaveLength(2);
});

test('the addon is built once, and again when its sources change', async () => {
  await writeSource('one');

  await ensureNativeBuild(root, reporter);
  await ensureNativeBuild(root, reporter);
  expect(await readAddon()).toBe('one');
  expect(await readCalls()).toEqual([
    '--preset release',
    expect.stringMatching(/^--build --preset addon --parallel \d+$/),
  ]);
  expect(said).toEqual(['Building the native engine: 50 %', 'Building the native engine: done']);

  await writeSource('two');
  await ensureNativeBuild(root, reporter);
  expect(await readAddon()).toBe('two');
});

test('a build that fails leaves no addon of older sources, says why, and names its log', async () => {
  await writeSource('one');
  await ensureNativeBuild(root, reporter);
  await writeSource('broken');

  const log = join(root, '.cache', 'native', 'release.log');
  await expect(ensureNativeBuild(root, reporter)).rejects.toMatchObject({
    message: expect.stringContaining('error: expected unqualified-id') as string,
    remedy: expect.stringContaining(log) as string,
  });
  await expect(readAddon()).rejects.toThrow('ENOENT');
  expect(await readFile(log, 'utf8')).toContain('error: expected');
});

test('for a start a failed build is a note, and a mended source is built', async () => {
  await writeSource('broken');

  await tryNativeBuild(root, reporter);
  expect(said.join('\n')).toMatch(/slower portable engine is used\. [^]*expected unqualified-id/);

  await writeSource('mended');
  await tryNativeBuild(root, reporter);
  expect(await readAddon()).toBe('mended');
});

test('the tree of a build that was killed is made anew', async () => {
  const half = join(root, '.cache', 'native', 'release', 'half.o');
  await writeSource('killed');
  await expect(ensureNativeBuild(root, reporter)).rejects.toThrow(SetupError);
  expect(existsSync(half)).toBe(false);

  await writeSource('whole');
  await ensureNativeBuild(root, reporter);
  expect(await readAddon()).toBe('whole');
});

test.each([
  ['of a process that has ended', '4194999 123'],
  ['of a process whose number another has now', `${process.pid} 1`],
  ['that was itself cut off', ''],
])('the tree with the mark %s is made anew', async (_name, mark) => {
  const half = join(root, '.cache', 'native', 'release', 'half.o');
  await mkdir(dirname(half), { recursive: true });
  await writeFile(half, '');
  await writeFile(join(root, '.cache', 'native', 'release.building'), mark);
  await writeSource('whole');

  await ensureNativeBuild(root, reporter);

  expect(existsSync(half)).toBe(false);
  expect(await readAddon()).toBe('whole');
});

test('two builds in one tree at a time do not happen', async () => {
  const gate = join(root, 'gate');
  execFileSync('mkfifo', [gate]);
  vi.stubEnv('GATE', gate);
  await writeSource('waits');
  const first = ensureNativeBuild(root, reporter);
  await vi.waitUntil(() => existsSync(join(root, 'calls')));

  await expect(ensureNativeBuild(root, reporter)).rejects.toThrow(`Process ${process.pid} is building`);
  await writeFile(gate, 'first');
  await first;
  expect(await readAddon()).toBe('first');
});

test('what stands in the way of the native engine is one line where a command mends it', () => {
  const command = 'sudo apt-get install -y --no-install-recommends cmake g++ make';

  expect(describeFallback(new MissingPackagesError('Missing.', 'Install them.', command))).toBe(
    `The native engine is not built, so the slower portable engine is used. To build it: ${command}`,
  );
});

test.each([
  [8, 64e9, 8],
  [16, 4e9, 4],
  [2, 0.5e9, 1],
])('%i cores and %i bytes of memory: %i processes', (cores, memoryBytes, expected) => {
  expect(chooseJobs(cores, memoryBytes)).toBe(expected);
});

test('progress is the last percentage that make wrote', () => {
  expect(findPercent('[  5%] Building\n[ 42%] Building\ng++: note [99%]\n')).toBe('42');
  expect(findPercent('-- Configuring done\n')).toBeNull();
});
