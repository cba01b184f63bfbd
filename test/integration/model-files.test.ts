import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  findAlignmentHeads,
  readDimensions,
  readGenerationConfig,
} from '../../src/engine/model/model-files.js';
import { modelsFolder } from '../../src/models/store.mjs';

it('the installed model names the alignment heads of whisper base', async () => {
  const folder = join(modelsFolder(process.env), 'base');
  const heads = findAlignmentHeads(await readGenerationConfig(folder), await readDimensions(folder));

  // openai/whisper __init__.py, _ALIGNMENT_HEADS["base"].
  const pairs = ['3 1', '4 2', '4 3', '4 7', '5 1', '5 2', '5 4', '5 6'];
  expect(heads.kind === 'known' && heads.heads.map(({ layer, head }) => `${layer} ${head}`)).toEqual(pairs);
});
