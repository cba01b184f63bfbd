import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tryPluginBuild } from '../../../src/setup/xrt-plugin.mjs';

// Stands for cmake: configures, then makes what its source says: the plugin, nothing, or an error.
const CMAKE = `#!/bin/sh
tree=../.cache/native/release
if [ "$1" = --preset ]; then mkdir -p $tree && exit 0; fi
case "$(cat npu/xrt/plugin.cc)" in
  broken) echo 'plugin.cc:1:1: error: expected unqualified-id'; exit 2;;
  old) exit 0;;
esac
cp npu/xrt/plugin.cc $tree/libtilescribe_xrt.so
`;

let root = '';
let said: string[] = [];
const reporter = {
  say: (text: string) => void said.push(text),
  startStep: (label: string) => ({
    update: () => undefined,
    updateBytes: () => undefined,
    tick: () => undefined,
    finish: () => void said.push(`${label}: done`),
    abandon: () => undefined,
  }),
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tilescribe-test-'));
  said = [];
  await mkdir(join(root, 'native', 'npu', 'xrt'), { recursive: true });
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'cmake'), CMAKE);
  await chmod(join(root, 'bin', 'cmake'), 0o755);
  vi.stubEnv('PATH', `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

const build = async (source: string) => {
  const path = join(root, 'native', 'npu', 'xrt', 'plugin.cc');
  await writeFile(path, source);
  await tryPluginBuild(root, reporter, [path]);
};
const readPlugin = () =>
  readFile(join(root, 'out', 'native', 'libtilescribe_xrt.so'), 'utf8').catch(() => null);

test("without XRT's headers nothing is built, and it says so", async () => {
  await tryPluginBuild(root, reporter, [join(root, 'nowhere.h')]);

  expect(await readPlugin()).toBeNull();
  expect(said).toEqual([expect.stringMatching(/^Left out: the plugin for the NPU, .*tilescribe doctor/)]);
});

test('it is built once for its sources', async () => {
  await build('one');
  await build('one');
  expect(await readPlugin()).toBe('one');
  expect(said).toEqual(['Building the plugin for the NPU: done']);

  await build('two');
  expect(await readPlugin()).toBe('two');
});

test.each([
  ['broken', /could not be built:[^]*error: expected/],
  ['old', /takes XRT 2\.21 or later/],
])('"%s" is a note, and no plugin of other sources stays', async (source, note) => {
  await build('one');
  await build(source);

  expect(await readPlugin()).toBeNull();
  expect(said.at(-1)).toMatch(note);
});
