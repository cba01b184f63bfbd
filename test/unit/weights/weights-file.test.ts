import { chmod, copyFile, open, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WeightsFile } from '../../../src/engine/weights/weights-file.js';
import { importModel, makeSmallModel } from './small-model.js';

const { signal } = new AbortController();

async function makeFile(): Promise<string> {
  const path = await importModel(await makeSmallModel());
  // Whoever is not root must not write into it otherwise.
  await chmod(path, 0o644);
  return path;
}

async function openFile(path: string): Promise<WeightsFile> {
  const weights = await WeightsFile.open(path);
  onTestFinished(() => weights.close());
  return weights;
}

/** One bit of the data, in place; the times of the file are put back, as a tool may that rewrites files. */
async function flipBit(path: string): Promise<void> {
  const { size, atime, mtime, ctimeMs } = await stat(path);
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, size - 10);
  byte[0]! ^= 4;
  await file.write(byte, 0, 1, size - 10);
  await file.close();
  // The clock of the change time, which nobody can put back, ticks every 4 ms.
  do await utimes(path, atime, mtime);
  while ((await stat(path)).ctimeMs === ctimeMs);
}

describe('a weights file', () => {
  it('is verified once, for whoever opens it after', async () => {
    const path = await makeFile();
    const first = await openFile(path);
    expect(await first.isVerified()).toBe(false);
    await first.verify(signal);
    expect(await first.isVerified()).toBe(true);
    expect(await (await openFile(path)).isVerified()).toBe(true);
  });

  it('is not verified any more when its data has changed, whatever its times say', async () => {
    const path = await makeFile();
    await (await openFile(path)).verify(signal);
    await flipBit(path);
    const damaged = await openFile(path);
    expect(await damaged.isVerified()).toBe(false);
    await expect(damaged.verify(signal)).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining('sha256 differs') as string,
    });
    expect(await damaged.isVerified()).toBe(false);
  });

  it('is not verified when it is a copy of one that was', async () => {
    const path = await makeFile();
    await (await openFile(path)).verify(signal);
    await copyFile(path, `${path}.copy`);
    await rename(`${path}.copy`, path);
    const copy = await openFile(path);
    expect(await copy.isVerified()).toBe(false);
    await copy.verify(signal);
    expect(await copy.isVerified()).toBe(true);
  });

  it('stays the file that was opened when another takes its name', async () => {
    const path = await makeFile();
    const before = await readFile(path);
    const weights = await openFile(path);
    await writeFile(`${path}.other`, 'something else');
    await rename(`${path}.other`, path);
    expect((await readFile(weights.mapPath)).equals(before)).toBe(true);
    await weights.verify(signal);
  });

  it.each(['', '{', '[]', '{"look":5}', '{"look":"1 2 3 4 5"}'])(
    'is not verified because of a stamp that says %j',
    async (stamp) => {
      const path = await makeFile();
      await writeFile(join(dirname(path), '.weights-verified.json'), stamp);
      expect(await (await openFile(path)).isVerified()).toBe(false);
    },
  );

  it('is gone when it was discarded, and remains to be read by those who have it', async () => {
    const path = await makeFile();
    const weights = await openFile(path);
    await weights.discard();
    await expect(WeightsFile.open(path)).rejects.toMatchObject({ code: 'model-missing' });
    await weights.verify(signal);
  });

  it('can be closed while it is verified, which is cancelled then', async () => {
    const path = await makeFile();
    const weights = await openFile(path);
    await expect(weights.verify(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(await weights.isVerified()).toBe(false);
  });
});
