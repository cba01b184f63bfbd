import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashMeasured, listImported } from '../../../eval/report/measured-sources.js';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-sources-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, text: string): Promise<void> {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), text);
}

describe('what the engine is made of', () => {
  it('is all that is imported for its value, over several lines and in a ring too', async () => {
    await write('a.ts', "import {\n  b,\n  c,\n} from './b.js';\nimport type { T } from './types.js';\n");
    await write('b.ts', "export * from './deep/c.mjs';\nimport { x } from 'node:fs';\n");
    await write('deep/c.mjs', "import '../a.js';\n");
    const found = await listImported([join(folder, 'a.ts')]);

    expect(found.map((path) => relative(folder, path))).toEqual(['a.ts', 'b.ts', 'deep/c.mjs']);
  });

  it('holds the decoder and the voice detector, and nothing of the doors', async () => {
    const found = (await listImported([join(ROOT, 'src/engine/engine.ts')])).map((path) =>
      relative(ROOT, path),
    );

    for (const part of ['decoding/window-decoder', 'voice/spans', 'words/quiet-edges', 'audio/resample']) {
      expect(found).toContain(`src/engine/${part}.ts`);
    }
    expect(found.filter((path) => !/^src\/(engine|models|node|shared)\//.test(path))).toEqual([]);
    expect(found).not.toContain('src/shared/export/index.ts');
    expect(found).not.toContain('src/shared/contract.ts');
  });
});

describe('the hash of an engine', () => {
  const lock = (version: string) =>
    JSON.stringify({ packages: { 'node_modules/onnxruntime-node': { integrity: version } } });

  it('changes with what it is made of, and with nothing else', async () => {
    await write('package-lock.json', lock('1'));
    await write('src/engine/engine.ts', "import { b } from '../shared/b.js';\n");
    await write('src/shared/b.ts', 'export const b = 1;\n');
    await write('src/shared/other.ts', '');
    await write('native/cpu/kernel.cc', '');
    await write('native/test/kernel_test.cc', '');
    const first = await hashMeasured(folder);
    await write('src/shared/other.ts', 'changed');
    await write('native/test/kernel_test.cc', 'changed');
    expect(await hashMeasured(folder)).toEqual(first);

    await write('native/cpu/kernel.cc', 'changed');
    const second = await hashMeasured(folder);
    expect(second.own).not.toBe(first.own);
    expect(second['whisper.cpp']).toBe(first['whisper.cpp']);
    await write('src/shared/b.ts', 'changed');
    const third = await hashMeasured(folder);
    expect(third.own).not.toBe(second.own);
    await write('package-lock.json', lock('2'));
    const fourth = await hashMeasured(folder);
    expect(fourth.own).not.toBe(third.own);
    expect(fourth['transformers.js']).not.toBe(third['transformers.js']);
  });
});
