import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listSparseGroups } from '../../src/engine/backend/sparse-vocabulary.js';
import { describeModel } from '../../src/engine/model/describe-model.js';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { folderOfModel, modelsFolder } from '../../src/models/store.mjs';

/** As many as the NPU's design has room for (native/npu/program.h, kSparseTokens). */
const ROOM = 12_288;

it('holds the frequent tokens, all special ones, timestamps and signs, and fits the design', async () => {
  const entry = findModel(await readCatalog(join(import.meta.dirname, '..', '..', 'resources')), 'base');
  const { tokenizer, dimensions } = await describeModel(
    entry,
    folderOfModel(entry, modelsFolder(process.env)),
  );
  const groups = listSparseGroups(tokenizer, dimensions.vocabularySize);

  expect(groups.length * 16).toBeLessThanOrEqual(ROOM);
  const has = (id: number): boolean => groups.includes(Math.floor(id / 16));
  const { endOfText, noSpeech, timestampBegin } = tokenizer.special;
  expect([0, 4999, endOfText, noSpeech, timestampBegin, dimensions.vocabularySize - 1].every(has)).toBe(true);
  for (const text of ['.', ',', '...', ' —', '?!', '。', '¿'])
    expect(tokenizer.encode(text).every(has)).toBe(true);
  expect(has(40_000)).toBe(false);
});
