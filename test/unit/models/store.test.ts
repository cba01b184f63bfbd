import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkModel, explainCheck, modelsFolder, requireModel } from '../../../src/models/store.mjs';
import { describeModel, installModel, makeFolder, writeModelFile } from './fake-model.js';

const MODEL = describeModel([]);
const DECODER = 'onnx/decoder.onnx';

test.each([
  [{ TILESCRIBE_DATA_DIR: '/own', XDG_DATA_HOME: '/xdg', HOME: '/home/a' }, '/own/models'],
  [{ XDG_DATA_HOME: '/xdg', HOME: '/home/a' }, '/xdg/tilescribe/models'],
  [{ XDG_DATA_HOME: 'relative', HOME: '/home/a' }, '/home/a/.local/share/tilescribe/models'],
  [{ HOME: '/home/a' }, '/home/a/.local/share/tilescribe/models'],
])('with %o the models are in %s', (env, expected) => {
  expect(modelsFolder(env)).toBe(expected);
});

test('an installed model is ready, and so is one whose stamp is taken', async () => {
  const folder = await makeFolder();
  await installModel(folder);

  expect(await checkModel(MODEL, folder)).toEqual({ state: 'ready', problems: [] });
  expect(await checkModel(MODEL, folder)).toEqual({ state: 'ready', problems: [] });
  expect(await requireModel(MODEL, folder)).toBe(join(folder, 'fake'));
});

test('a model that is not there is missing, file by file, with the command that fetches it', async () => {
  const folder = await makeFolder();

  const check = await checkModel(MODEL, folder);

  expect(check.state).toBe('missing');
  expect(check.problems.map(({ path }) => path)).toEqual(MODEL.files.map(({ path }) => path));
  await expect(requireModel(MODEL, folder)).rejects.toMatchObject({
    code: 'model-missing',
    message: 'The model "fake" is not installed.',
    remedy: expect.stringContaining('npx tilescribe --fetch-model fake') as string,
  });
});

test('files that are missing or damaged are named, from the third on counted', () => {
  const missing = MODEL.files.map(({ path }) => ({ path, problem: 'is missing', isMissing: true }));
  const two = { state: 'missing', problems: missing.slice(0, 2) } as const;
  const damaged = missing.map((one) => ({ ...one, problem: 'has 5 bytes instead of 9', isMissing: false }));

  expect(explainCheck(MODEL, two)?.message).toBe(
    'The model "fake" is not installed completely: onnx/encoder.onnx is missing; onnx/decoder.onnx is missing.',
  );
  expect(explainCheck(MODEL, { state: 'corrupt', problems: damaged })?.message).toBe(
    'The model "fake" is damaged: onnx/encoder.onnx has 5 bytes instead of 9; onnx/decoder.onnx has 5 bytes instead of 9; and 1 more. It was not used.',
  );
});

test('a file of another size is corrupt', async () => {
  const folder = await makeFolder();
  await installModel(folder);
  await writeModelFile(join(folder, 'fake'), DECODER, 'short');

  const check = await checkModel(MODEL, folder);

  expect(check.state).toBe('corrupt');
  expect(check.problems).toEqual([
    { path: DECODER, problem: 'has 5 bytes instead of 90000', isMissing: false },
  ]);
});

test('a change of content after verification is found though size and modification time are as before', async () => {
  const folder = await makeFolder();
  await installModel(folder);
  await checkModel(MODEL, folder);
  const path = join(folder, 'fake', DECODER);
  const before = await stat(path);
  await writeFile(path, 'x'.repeat(90_000));
  await utimes(path, before.atime, before.mtime);

  await expect(requireModel(MODEL, folder)).rejects.toMatchObject({ code: 'model-corrupt' });
});

test('a file exchanged by a rename is hashed again', async () => {
  const folder = await makeFolder();
  await installModel(folder);
  await checkModel(MODEL, folder);
  await writeModelFile(folder, 'other', 'x'.repeat(90_000));
  await rename(join(folder, 'other'), join(folder, 'fake', DECODER));

  expect((await checkModel(MODEL, folder)).state).toBe('corrupt');
});

test('a catalogue that expects another hash does not trust the old stamp', async () => {
  const folder = await makeFolder();
  await installModel(folder);
  await checkModel(MODEL, folder);
  const changed = { ...MODEL, files: MODEL.files.map((file) => ({ ...file, sha256: '0'.repeat(64) })) };

  expect((await checkModel(changed, folder)).state).toBe('corrupt');
});

test('a damaged stamp is as good as none', async () => {
  const folder = await makeFolder();
  await installModel(folder);
  await writeFile(join(folder, 'fake', '.verified.json'), '{"onnx/de');

  expect((await checkModel(MODEL, folder)).state).toBe('ready');
  expect(JSON.parse(await readFile(join(folder, 'fake', '.verified.json'), 'utf8'))).toHaveProperty([
    DECODER,
  ]);
});

test('an unchanged model is not read again', async () => {
  const folder = await makeFolder();
  await installModel(folder);
  const stampPath = join(folder, 'fake', '.verified.json');
  await checkModel(MODEL, folder);
  const stamp: unknown = JSON.parse(await readFile(stampPath, 'utf8'));

  // A file that was never verified but carries a matching stamp passes: proof that the stamp is what counts.
  const path = join(folder, 'fake', DECODER);
  await rm(path);
  await writeFile(path, 'x'.repeat(90_000));
  const look = await stat(path, { bigint: true });
  const sha256 = MODEL.files.find((file) => file.path === DECODER)?.sha256 ?? '';
  const text = [look.size, look.mtimeNs, look.ctimeNs, look.ino, sha256].join(' ');
  await writeFile(stampPath, JSON.stringify({ ...(stamp as object), [DECODER]: text }));

  expect((await checkModel(MODEL, folder)).state).toBe('ready');
});

test('an aborted check rejects with the reason', async () => {
  const folder = await makeFolder();
  await installModel(folder);

  const checking = checkModel(MODEL, folder, { signal: AbortSignal.abort(new Error('enough')) });

  await expect(checking).rejects.toThrow('enough');
});
