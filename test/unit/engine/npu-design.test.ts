import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readNpuDesign } from '../../../src/engine/backend/npu-design.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-design-'));
  await mkdir(join(folder, 'decoder_step'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, bytes: Uint8Array): Promise<{ file: string; sha256: string }> {
  const file = `decoder_step/${name}`;
  await writeFile(join(folder, file), bytes);
  return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A folder as kernels/build leaves it, with a stream of three words for each number of rows and windows. */
async function build(): Promise<void> {
  const instructions = [];
  for (let rows = 1; rows <= 4; rows++) {
    for (let runs = 1; runs <= rows; runs++) {
      const sequence = `rows${rows}_runs${runs}`;
      const words = Uint32Array.from([rows, runs, 0xffffffff]);
      const patches = [{ patch: 'window', layer: 2, index: 1, pair: 7, offset_word: 0, length_word: 2 }];
      instructions.push({
        sequence,
        ...(await put(`${sequence}.bin`, new Uint8Array(words.buffer))),
        patches,
      });
    }
  }
  const xclbin = await put('decoder_step.xclbin', Uint8Array.of(1, 2, 3));
  const designs = [{ name: 'decoder_step', kernel_name: 'MLIR_AIE', xclbin, instructions }];
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ schema: 1, toolchain: [], designs }));
}

it('gives files and streams in the order of the program', async () => {
  await build();
  const result = await readNpuDesign(folder);
  if (!result.ok) throw new Error(result.reason);
  expect(result.design.kernelName).toBe('MLIR_AIE');
  expect(result.design.xclbin).toBe(join(folder, 'decoder_step/decoder_step.xclbin'));
  expect(result.design.streams.map(({ words }) => [...words.slice(0, 2)])).toEqual([
    [1, 1],
    [2, 1],
    [2, 2],
    [3, 1],
    [3, 2],
    [3, 3],
    [4, 1],
    [4, 2],
    [4, 3],
    [4, 4],
  ]);
  expect([...result.design.streams[0]!.points]).toEqual([2, 2, 1, 7, 0, 2]);
});

it('says that there is none', async () => {
  expect(await readNpuDesign(folder)).toMatchObject({ ok: false, isMissing: true });
});

it.each(['decoder_step.xclbin', 'rows3_runs2.bin'])('takes no file that was changed: %s', async (name) => {
  await build();
  await writeFile(join(folder, 'decoder_step', name), 'other');
  expect(await readNpuDesign(folder)).toEqual({
    ok: false,
    isMissing: false,
    reason: `the NPU's compiled design is damaged: decoder_step/${name} has another hash`,
  });
});

it('takes no manifest that is none', async () => {
  await writeFile(join(folder, 'manifest.json'), '{"schema": 2}');
  expect(await readNpuDesign(folder)).toMatchObject({ ok: false, isMissing: false });
});
