import { createHash } from 'node:crypto';
import { chmod, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWeights } from '../../../src/engine/weights/describe-weights.js';
import { WEIGHTS_NAME, ensureWeights } from '../../../src/engine/weights/ensure-weights.js';
import { WeightsFile } from '../../../src/engine/weights/weights-file.js';
import { DECODER, ENCODER, ONNX_FILES, makeSmallModel } from './small-model.js';

const { signal } = new AbortController();

async function hashSources(folder: string): Promise<Record<string, string>> {
  const entries = ['config.json', ENCODER, DECODER].map(
    async (path) =>
      [
        path,
        createHash('sha256')
          .update(await readFile(join(folder, path)))
          .digest('hex'),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function makeInstalled() {
  const { folder } = await makeSmallModel();
  const sourceHashes = await hashSources(folder);
  const ensure = async (hashes = sourceHashes) =>
    await ensureWeights({
      modelFolder: folder,
      modelId: 'small-test',
      files: ONNX_FILES,
      sourceHashes: hashes,
      signal,
    });
  const path = await ensure();
  // Whoever is not root must not write into it otherwise.
  await chmod(path, 0o644);
  /** Changes whenever the file is replaced. */
  const identity = async () => (await stat(path)).ino;
  return { folder, path, ensure, identity };
}

async function replaceVersion(path: string, version: number): Promise<void> {
  const text = await readFile(path, 'latin1');
  await writeFile(path, text.replace('"version":"2"', `"version":"${version}"`), 'latin1');
}

describe('ensureWeights', () => {
  it('makes the file once and then keeps it', async () => {
    const { folder, path, ensure, identity } = await makeInstalled();
    expect(path).toBe(join(folder, WEIGHTS_NAME));
    const before = await identity();
    expect(await ensure()).toBe(path);
    expect(await identity()).toBe(before);
  });

  it('makes a file that nobody writes into by mistake, and that needs no verification', async () => {
    const { folder, ensure, path } = await makeInstalled();
    await rm(path);
    await ensure();
    expect((await stat(path)).mode & 0o777).toBe(0o444);
    const weights = await WeightsFile.open(join(folder, WEIGHTS_NAME));
    expect(await weights.isVerified()).toBe(true);
    await weights.close();
  });

  it('deletes the file of an earlier version, once there is one of this', async () => {
    const { folder, ensure } = await makeInstalled();
    await writeFile(join(folder, 'weights-v1.safetensors'), 'as it was');
    await ensure();
    expect((await readdir(folder)).sort()).toEqual([
      '.weights-verified.json',
      'config.json',
      'onnx',
      WEIGHTS_NAME,
    ]);
  });

  it('keeps the file of an earlier version as long as there is none of this', async () => {
    const { folder, path, ensure } = await makeInstalled();
    await writeFile(join(folder, 'weights-v1.safetensors'), 'as it was');
    await rm(path);
    await writeFile(join(folder, ENCODER), 'no model');
    await expect(ensure()).rejects.toMatchObject({ code: 'model-corrupt' });
    expect(await readFile(join(folder, 'weights-v1.safetensors'), 'utf8')).toBe('as it was');
  });

  it('makes it again for other source files', async () => {
    const { folder, path, ensure } = await makeInstalled();
    const config = await readFile(join(folder, 'config.json'), 'utf8');
    await writeFile(join(folder, 'config.json'), `${config}\n`);
    const sourceHashes = await hashSources(folder);
    await ensure(sourceHashes);
    expect((await describeWeights(path)).sourceHashes).toEqual(sourceHashes);
  });

  it('makes it again when it is cut short, foreign or of an older version', async () => {
    const { path, ensure } = await makeInstalled();
    const damages = [
      () => truncate(path, 1000),
      () => writeFile(path, 'something else altogether'),
      () => replaceVersion(path, 1),
    ];
    for (const damage of damages) {
      await chmod(path, 0o644);
      await damage();
      await ensure();
      await describeWeights(path);
    }
  });

  it('leaves a file of a newer version alone and says so', async () => {
    const { path, ensure, identity } = await makeInstalled();
    await replaceVersion(path, 3);
    const before = await identity();
    await expect(ensure()).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining('made by a newer Tilescribe') as string,
    });
    expect(await identity()).toBe(before);
  });

  it('refuses source files that are not the expected ones', async () => {
    const { folder, path, ensure } = await makeInstalled();
    const encoder = await readFile(join(folder, ENCODER));
    encoder[encoder.length - 1]! ^= 1;
    await writeFile(join(folder, ENCODER), encoder);
    await truncate(path, 0);
    await expect(ensure()).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining(
        `${ENCODER} cannot be used: it does not have the expected content`,
      ) as string,
    });
  });

  it('needs the hash of every source file', async () => {
    const { ensure } = await makeInstalled();
    await expect(ensure({ 'config.json': '0'.repeat(64) })).rejects.toMatchObject({ code: 'internal' });
  });
});
