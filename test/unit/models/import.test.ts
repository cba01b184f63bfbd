import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importModel } from '../../../src/models/import.mjs';
import { checkModel } from '../../../src/models/store.mjs';
import { CONTENTS, describeModel, makeFolder, writeModelFile } from './fake-model.js';

const ENCODER = 'onnx/encoder.onnx';
const DECODER = 'onnx/decoder.onnx';

test('import takes files at the same paths', async () => {
  const [folder, from] = [await makeFolder(), await makeFolder()];
  const model = describeModel([]);
  for (const [path, text] of Object.entries(CONTENTS)) await writeModelFile(from, path, text);

  await importModel(model, from, folder);

  expect((await checkModel(model, folder)).state).toBe('ready');
});

test('import takes files that lie flat in one folder', async () => {
  const [folder, from] = [await makeFolder(), await makeFolder()];
  const model = describeModel([]);
  for (const [path, text] of Object.entries(CONTENTS)) {
    await writeModelFile(from, path.replace(/.*\//, ''), text);
  }

  await importModel(model, from, folder);

  expect((await checkModel(model, folder)).state).toBe('ready');
});

test('import is all or nothing: a wrong file is named and nothing is installed', async () => {
  const [folder, from] = [await makeFolder(), await makeFolder()];
  const model = describeModel([]);
  await writeModelFile(from, ENCODER, CONTENTS[ENCODER] ?? '');
  await writeModelFile(from, DECODER, 'z'.repeat(90_000));

  await expect(importModel(model, from, folder)).rejects.toMatchObject({
    code: 'model-fetch-failed',
    message: expect.stringMatching(/decoder\.onnx is another file.*config\.json is not there/) as string,
  });
  expect(await readdir(join(folder, 'fake'))).toEqual([]);
});

test('import is refused before the first byte when the disk has no room for it', async () => {
  const [folder, from] = [await makeFolder(), await makeFolder()];
  for (const [path, text] of Object.entries(CONTENTS)) await writeModelFile(from, path, text);

  const importing = importModel(describeModel([]), from, folder, { freeBytes: () => Promise.resolve(1_000) });

  await expect(importing).rejects.toMatchObject({ code: 'disk-full' });
  expect(await readdir(join(folder, 'fake'))).toEqual([]);
});
