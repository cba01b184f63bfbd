/** The roofline table of docs/npu.md is what `tilescribe model-npu` prints, to the letter. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatModel } from '../../src/cli/model-npu.js';
import { loadAddon } from '../../src/engine/backend/native-addon.js';

const ROOT = join(import.meta.dirname, '..', '..');

it('stands in the document as the command prints it', async () => {
  const loaded = loadAddon(join(ROOT, 'out', 'native', 'tilescribe_native.node'));
  if (!loaded.ok) throw new Error(loaded.reason);
  const document = await readFile(join(ROOT, 'docs', 'npu.md'), 'utf8');
  const [, block] = /^## Roofline$[^]*?^```\n([^]*?)^```$/m.exec(document) ?? [];

  expect(block).toBe(`${formatModel(loaded.addon.modelNpuStep)}\n`);
});
