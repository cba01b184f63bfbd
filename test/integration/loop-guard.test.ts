/** Nothing that people are known to have said may count as a loop. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findLoop } from '../../src/engine/decoding/loop-guard.js';
import { describeModel } from '../../src/engine/model/describe-model.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { folderOfModel, modelsFolder } from '../../src/models/store.mjs';
import { CORPUS, readManifest } from '../speech.js';

it.runIf(CORPUS !== null)('no reference text of the speech corpus is a loop, in any case', async () => {
  const model = findModel(await readCatalog(join(import.meta.dirname, '..', '..', 'resources')), 'base');
  const { tokenizer } = await describeModel(model, folderOfModel(model, modelsFolder(process.env)));
  const texts = readManifest(CORPUS!, 'dev').flatMap(({ text }) => [text, text.toLowerCase()]);
  const { timestampBegin } = tokenizer.special;

  const loops = texts.filter((text) => findLoop(tokenizer.encode(` ${text}`), timestampBegin) !== null);

  expect(texts.length).toBeGreaterThan(200);
  expect(loops).toEqual([]);
  // The guard does see loops through this tokenizer.
  const loop = tokenizer.encode(' Thank you for watching.'.repeat(6));
  expect(findLoop(loop, timestampBegin)).toBe(tokenizer.encode(' Thank you for watching.').length);
});
