import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWeights } from '../../../src/engine/weights/describe-weights.js';
import { importWeights } from '../../../src/engine/weights/import-weights.js';
import {
  AUDIO_CONTEXT,
  MEL_BINS,
  ONNX_FILES,
  TEXT_CONTEXT,
  VOCABULARY,
  WIDTH,
  makeSmallModel,
  verifyFile,
} from './small-model.js';

async function makeWeights(): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const { folder } = await makeSmallModel();
  const path = join(folder, 'weights.safetensors');
  const { signal } = new AbortController();
  await importWeights({
    modelFolder: folder,
    modelId: 'small-test',
    files: ONNX_FILES,
    target: path,
    signal,
  });
  // Whoever is not root must not write into it otherwise.
  await chmod(path, 0o644);
  return { path, bytes: await readFile(path) };
}

/** The same file with its header's text changed; the length is kept by the padding. */
async function makeChanged(change: (header: string) => string): Promise<string> {
  const { path, bytes } = await makeWeights();
  const length = Number(bytes.readBigUInt64LE(0));
  const changed = change(bytes.toString('utf8', 8, 8 + length).trimEnd());
  expect(Buffer.byteLength(changed)).toBeLessThanOrEqual(length);
  Buffer.from(changed.padEnd(length, ' ')).copy(bytes, 8);
  await writeFile(path, bytes);
  return path;
}

async function expectCorrupt(path: string, message: string): Promise<void> {
  await expect(describeWeights(path)).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining(message) as string,
  });
}

describe('describeWeights', () => {
  it('tells the model, its dimensions and where every tensor is', async () => {
    const { path, bytes } = await makeWeights();
    const description = await describeWeights(path);
    expect(description).toMatchObject({
      modelId: 'small-test',
      dimensions: {
        melBins: MEL_BINS,
        audioContext: AUDIO_CONTEXT,
        textContext: TEXT_CONTEXT,
        width: WIDTH,
        heads: 2,
        encoderLayers: 1,
        decoderLayers: 1,
        vocabularySize: VOCABULARY,
      },
    });
    expect(description.dataOffset + description.dataBytes).toBe(bytes.length);
    expect(description.tensors[0]).toEqual({
      name: 'encoder.conv1.weight',
      type: 'U8',
      shape: [1, 60, 16, 4],
      offset: 0,
      bytes: 3840,
    });
    expect(description.tensors.at(-1)!.name).toBe('decoder.norm.bias');
  });

  it('says that there is no file, or no file but a folder', async () => {
    const { folder } = await makeSmallModel();
    await expect(describeWeights(join(folder, 'none'))).rejects.toMatchObject({ code: 'model-missing' });
    await mkdir(join(folder, 'folder'));
    await expectCorrupt(join(folder, 'folder'), 'it is not a file');
  });

  it('notices a file cut short, wherever', async () => {
    const { path, bytes } = await makeWeights();
    const header = Number(bytes.readBigUInt64LE(0));
    for (const length of [bytes.length - 1, bytes.length >> 1, 8 + header, 7 + header, 8, 3, 0]) {
      await truncate(path, length);
      await expectCorrupt(path, 'it is cut short');
    }
  });

  it('notices bytes behind the end', async () => {
    const { path, bytes } = await makeWeights();
    await writeFile(path, Buffer.concat([bytes, Buffer.alloc(64)]));
    await expectCorrupt(path, `it has bytes behind its end (${bytes.length + 64} bytes instead of`);
  });

  it('names a newer and an older version', async () => {
    const newer = await makeChanged((header) => header.replace('"version":"2"', '"version":"3"'));
    await expectCorrupt(newer, 'was made by a newer Tilescribe: it is of version 3');
    const older = await makeChanged((header) => header.replace('"version":"2"', '"version":"1"'));
    await expectCorrupt(older, 'it is of version 1, older than 2');
  });

  it('does not look further into a newer version', async () => {
    const path = await makeChanged(() => '{"__metadata__":{"format":"tilescribe-weights","version":"9"}}');
    await expectCorrupt(path, 'it is of version 9');
  });

  it('refuses files of others', async () => {
    const { folder } = await makeSmallModel();
    const path = join(folder, 'other');
    const sized = (text: string) =>
      Buffer.concat([Buffer.from([text.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(text)]);
    await writeFile(path, 'GGUF, or any other text that is longer than eight bytes');
    await expectCorrupt(path, 'it is not a weights file of Tilescribe');
    await writeFile(path, sized('{"__metadata__":{"format":"pt"}}'));
    await expectCorrupt(path, 'it is not a weights file of Tilescribe');
    await writeFile(path, sized('not JSON'));
    await expectCorrupt(path, 'its header is not readable');
  });

  it('refuses a header that does not agree with itself', async () => {
    const changes: readonly (readonly [from: string, to: string, message: string])[] = [
      ['"layout":"n16k4"', '"layout":"n32k4"', 'its header is damaged at __metadata__.layout'],
      ['"width":"16"', '"width":"24"', 'its header is damaged at __metadata__.width'],
      [
        '"width":"16"',
        '"width":"32"',
        'the tensor encoder.conv1.weight is U8 [1, 60, 16, 4] instead of U8 [2,',
      ],
      [
        '"encoderLayers":"1"',
        '"encoderLayers":"2"',
        'the tensor encoder.layers.1.attention_norm.weight is missing',
      ],
      [
        '"decoder.norm.bias"',
        '"decoder.norm.bia2"',
        'it has a tensor decoder.norm.bia2 that does not belong',
      ],
      ['"dtype":"I32"', '"dtype":"F32"', 'the tensor encoder.conv1.zero is F32 [16] instead of I32 [16]'],
      ['[0,3840]', '[1,3840]', 'the tensor encoder.conv1.weight is not where it belongs'],
      ['[0,3840]', '[0,9840]', 'the tensor encoder.conv1.weight is not where it belongs'],
      ['[0,3840]', '["","384"]', 'its header is damaged at encoder.conv1.weight.data_offsets.0'],
    ];
    for (const [from, to, message] of changes) {
      await expectCorrupt(await makeChanged((header) => header.replace(from, to)), message);
    }
  });
});

describe('verifyWeights', () => {
  it('accepts what was written and nothing else', async () => {
    const { path, bytes } = await makeWeights();
    await verifyFile(path);
    const { dataOffset } = await describeWeights(path);
    for (const place of [dataOffset, (dataOffset + bytes.length) >> 1, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[place]! ^= 1;
      await writeFile(path, damaged);
      await describeWeights(path);
      await expect(verifyFile(path)).rejects.toMatchObject({
        code: 'model-corrupt',
        message: expect.stringContaining('sha256 differs') as string,
      });
    }
  });

  it('can be cancelled', async () => {
    const { path } = await makeWeights();
    await expect(verifyFile(path, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
