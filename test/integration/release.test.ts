/**
 * The unpacked release, made as `npm run package` makes it: what is inside, what its binary refuses, and its command line
 * without a display. `npm run package:test` installs the .deb into a clean Debian; that takes minutes.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUNDLED_MODELS, makeUnpacked, unpackedFolder } from '../../src/packaging/package.mjs';
import { APP_BINARY } from '../../src/packaging/builder-config.mjs';
import { RELEASE_FUSES, readFuses } from '../../src/packaging/fuses.mjs';
import { findFaults, listArchive } from '../../src/packaging/inspect.mjs';
import { PLUGIN, XRT_LIBRARY } from '../../src/packaging/xrt-plugin.mjs';
import { downloadsFolder } from '../../src/setup/folders.mjs';
import { xrtHeadersFolder } from '../../src/setup/xrt-headers.mjs';
import { createReporter } from '../../src/setup/progress.mjs';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';

const repository = join(import.meta.dirname, '..', '..');
const release = unpackedFolder(repository);
/** They come from a mirror of Ubuntu, which not every network has; set-up says when they are left out. */
const areHeadersThere = existsSync(xrtHeadersFolder(downloadsFolder(process.env)));
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'tilescribe-release-'));
  await makeUnpacked(
    repository,
    [],
    createReporter({ write: () => undefined, isTerminal: false, nowMs: () => performance.now() }),
  );
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function runRelease(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return promisify(execFile)(join(release, program), [...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
    timeout: 60_000,
  });
}

it('holds what it must and nothing else', async () => {
  expect(await findFaults(release, BUNDLED_MODELS)).toEqual([]);
  const scripts = await listArchive(join(release, 'resources', 'app.asar'));
  const outside = scripts.filter(
    (path) => !/^(out\/(main|preload|renderer)\/|node_modules\/|package\.json$)/.test(path),
  );
  expect(outside).toEqual([]);
});

it.skipIf(!areHeadersThere)(
  'holds the plugin for XRT, which names one library of XRT and no other',
  async () => {
    const { stdout } = await promisify(execFile)('readelf', ['--dynamic', '--wide', join(release, PLUGIN)]);
    const needed = [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
    const symbols = await promisify(execFile)('nm', ['--dynamic', '--defined-only', join(release, PLUGIN)]);

    expect(needed).toContain(XRT_LIBRARY);
    expect(needed.filter((name) => !/^lib(stdc\+\+|m|gcc_s|c)\.so\.\d+$/.test(name ?? ''))).toEqual([
      XRT_LIBRARY,
    ]);
    expect(symbols.stdout.match(/ T .*/g)).toEqual([' T tilescribe_npu_functions']);
  },
);

it('has its fuses set: its binary runs nothing but the app', async () => {
  expect(await readFuses(join(release, APP_BINARY))).toEqual(RELEASE_FUSES);
});

it('is not turned into Node by the environment', async () => {
  const script = 'process.stdout.write("ran as Node")';
  // Without a display the app ends at once, whatever its code.
  const outcome = await runRelease(APP_BINARY, ['--no-sandbox', '-e', script], {
    ELECTRON_RUN_AS_NODE: '1',
  }).catch((thrown: unknown) => thrown);

  expect((outcome as { readonly stdout: string }).stdout).not.toContain('ran as Node');
});

it('transcribes by its command line, without a display, with the model it brings', async () => {
  const { stdout, stderr } = await runRelease('tilescribe', [KENNEDY]);

  expect(plainWords(stdout.replace(/^\[.*?\]/gm, ''))).toBe(KENNEDY_WORDS);
  expect(stderr).toContain('native engine');
});

it('names its command in a remedy as it is called once installed', async () => {
  const run = runRelease('tilescribe', ['--model', 'tiny', KENNEDY]);

  await expect(run).rejects.toMatchObject({
    stderr: expect.stringContaining('Run "tilescribe --fetch-model tiny".') as string,
  });
});

it("hands Chromium none of the command line's arguments", async () => {
  const { stdout } = await runRelease('tilescribe', ['--version', '--']);

  expect(stdout).toMatch(/^tilescribe \d+\.\d+\.\d+\n$/);
});

it('says what is inside, with licences', () => {
  const notices = readFileSync(join(release, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const bill = JSON.parse(readFileSync(join(release, 'sbom.cdx.json'), 'utf8')) as {
    readonly bomFormat: string;
    readonly components: readonly { readonly name: string; readonly licenses: readonly object[] }[];
  };
  const names = bill.components.map(({ name }) => name);

  expect(bill.bomFormat).toBe('CycloneDX');
  expect(names).toEqual(expect.arrayContaining(['electron', 'react', 'onnxruntime-node', 'valibot']));
  expect(names.filter((name) => name.startsWith('base/')).length).toBeGreaterThan(3);
  for (const { licenses } of bill.components) expect(licenses).not.toEqual([]);
  for (const name of ['react', 'onnxruntime-node', 'valibot']) expect(notices).toContain(`\n${name} `);
});
