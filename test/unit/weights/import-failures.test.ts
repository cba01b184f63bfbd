import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importWeights } from '../../../src/engine/weights/import-weights.js';
import { AppError } from '../../../src/shared/errors.js';
import {
  DECODER,
  ENCODER,
  ONNX_FILES,
  TARGET,
  changeNode,
  changeTensor,
  importModel,
  makeSmallModel,
  verifyFile,
} from './small-model.js';
import type { Changes } from './small-model.js';

async function failure(changes: Changes): Promise<AppError> {
  const model = await makeSmallModel(changes);
  const thrown = await importModel(model).catch((error: unknown) => error);
  expect(await readdir(model.folder)).not.toContain(TARGET);
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${String(thrown)}`);
  return thrown;
}

describe('a model that is not what it should be', () => {
  const query = 'onnx::/layers.0/self_attn/q_proj';
  const attention = '/model/decoder/layers.0/self_attn';
  const cases: readonly (readonly [claim: string, changes: Changes, message: string])[] = [
    [
      'a missing tensor',
      changeTensor('embed_positions.weight', () => null),
      'no tensor embed_positions.weight',
    ],
    [
      'a missing matrix',
      changeTensor(`${query}_quantized`, () => null),
      `input ${query}_quantized of node /layers.0/self_attn/q_proj/MatMul_quant is not a stored tensor`,
    ],
    [
      'a missing node',
      changeNode('/layers.0/fc1/MatMul_quant', () => null),
      'it has no node /layers.0/fc1/MatMul_quant',
    ],
    [
      'another operation',
      changeNode('/layers.0/fc1/MatMul_quant', (node) => ({ ...node, operation: 'MatMul' })),
      'node /layers.0/fc1/MatMul_quant is a MatMul instead of a MatMulInteger',
    ],
    [
      'an odd shape',
      changeTensor(`${query}_quantized`, (tensor) => ({ ...tensor, dims: [8, 32] })),
      `tensor ${query}_quantized has the shape [8, 32] instead of [16, 16]`,
    ],
    [
      'a tensor cut short',
      changeTensor(`${query}_quantized`, (tensor) => ({ ...tensor, raw: tensor.raw!.subarray(1) })),
      `tensor ${query}_quantized holds 255 bytes or values instead of 256`,
    ],
    [
      'weights that are not quantised',
      changeTensor(`${query}_quantized`, (tensor) => ({ ...tensor, dataType: 1 })),
      `tensor ${query}_quantized is of type 1, not an 8-bit integer`,
    ],
    [
      'weights in another file',
      changeTensor('conv1.bias', (tensor) => ({ ...tensor, isExternal: true })),
      'tensor conv1.bias is stored in another file',
    ],
    [
      'a zero point beyond its type',
      changeTensor(`${query}_zero_point`, (tensor) => ({ ...tensor, integers: [256] })),
      `tensor ${query}_zero_point holds a value beyond its 8-bit type`,
    ],
    [
      'a zero point of another type',
      changeTensor(`${query}_zero_point`, (tensor) => ({ ...tensor, dataType: 3, integers: [1] })),
      `tensor ${query}_zero_point is not of the type of the weights`,
    ],
    [
      'a scale of zero',
      changeTensor(`${query}_scale`, (tensor) => ({ ...tensor, floats: [0] })),
      `tensor ${query}_scale holds a scale that is not above zero`,
    ],
    [
      'a value that is not a number',
      changeTensor('conv1.bias', ({ raw, ...tensor }) => ({
        ...tensor,
        floats: [Number.NaN, ...new Array<number>(raw!.length / 4 - 1).fill(0)],
      })),
      'tensor conv1.bias holds a value that is not a number',
    ],
    [
      'a bias for the keys',
      changeNode('/layers.0/self_attn/v_proj/Add', (node) => ({
        ...node,
        name: '/layers.0/self_attn/k_proj/Add',
      })),
      'node /layers.0/self_attn/k_proj/Add adds a bias where Whisper has none',
    ],
    [
      'branches that disagree',
      changeNode(`${attention}/q_proj/MatMul_quant`, (node, branch) =>
        branch === 2
          ? { ...node, inputs: node.inputs.map((name) => name.replace('q_proj', 'k_proj')) }
          : node,
      ),
      `the branches of the model give node ${attention}/q_proj/MatMul_quant different weights`,
    ],
    [
      'a vocabulary projection of its own',
      changeNode('Transpose_7', (node) => ({ ...node, inputs: ['something else'] })),
      'node /proj_out/MatMul does not use the token embedding',
    ],
    ['a width that kernels cannot read', { config: { d_model: 24 } }, 'its width 24 is not a multiple of 16'],
    ['a config that is none', { config: { d_model: 'wide' } }, 'config.json cannot be used'],
  ];
  it.each(cases)('%s is model-corrupt and named', async (_claim, changes, message) => {
    const error = await failure(changes);
    expect(error.code).toBe('model-corrupt');
    expect(error.message).toContain(message);
  });

  it('an ONNX file cut anywhere is model-corrupt', async () => {
    const model = await makeSmallModel();
    const whole = await readFile(join(model.folder, DECODER));
    for (const length of [0, 1, 40, 1000, whole.length - 1]) {
      await writeFile(join(model.folder, DECODER), whole.subarray(0, length));
      await expect(importModel(model)).rejects.toMatchObject({
        code: 'model-corrupt',
        message: expect.stringContaining('is not a readable ONNX model') as string,
      });
    }
    expect(await readdir(model.folder)).not.toContain(TARGET);
  });

  it('a missing file is model-missing', async () => {
    const model = await makeSmallModel();
    const request = {
      modelFolder: join(model.folder, 'onnx'),
      modelId: 'x',
      files: ONNX_FILES,
      target: join(model.folder, TARGET),
    };
    await writeFile(
      join(model.folder, 'onnx', 'config.json'),
      await readFile(join(model.folder, 'config.json')),
    );
    const { signal } = new AbortController();
    await expect(importWeights({ ...request, signal })).rejects.toMatchObject({
      code: 'model-missing',
      message: `The model's file ${ENCODER} is missing.`,
    });
  });
});

describe('writing the file', () => {
  const listing = async (folder: string) => (await readdir(folder)).sort();

  it('leaves what was there when the model is damaged', async () => {
    const model = await makeSmallModel(changeTensor('/model/decoder/layer_norm.bias_merged_0', () => null));
    await writeFile(join(model.folder, TARGET), 'before');
    // The missing one is the very last to be written.
    await expect(importModel(model)).rejects.toMatchObject({ code: 'model-corrupt' });
    expect(await readFile(join(model.folder, TARGET), 'utf8')).toBe('before');
    expect(await listing(model.folder)).toEqual(['config.json', 'onnx', TARGET]);
  });

  it('leaves what was there when it is cancelled on the way', async () => {
    const model = await makeSmallModel();
    await writeFile(join(model.folder, TARGET), 'before');
    const controller = new AbortController();
    const importing = importModel(model, controller.signal);
    controller.abort();
    await expect(importing).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readFile(join(model.folder, TARGET), 'utf8')).toBe('before');
    expect(await listing(model.folder)).toEqual(['config.json', 'onnx', TARGET]);
  });

  it('several at once leave one whole file', async () => {
    const model = await makeSmallModel();
    const paths = await Promise.all([1, 2, 3, 4].map(() => importModel(model)));
    await verifyFile(paths[0]!);
    expect(await listing(model.folder)).toEqual(['config.json', 'onnx', TARGET]);
  });

  it('sweeps what a killed process left, but not what another one is writing', async () => {
    const model = await makeSmallModel();
    const [abandoned, current] = ['1', '2'].map((id) => `.tilescribe-${id}.tmp`) as [string, string];
    await writeFile(join(model.folder, abandoned), 'half');
    await writeFile(join(model.folder, current), 'half');
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    await utimes(join(model.folder, abandoned), twoDaysAgo, twoDaysAgo);
    await importModel(model);
    expect(await listing(model.folder)).toEqual([current, 'config.json', 'onnx', TARGET].sort());
  });

  it('says so when the folder cannot be written to', async () => {
    const { folder } = await makeSmallModel();
    const target = join(folder, 'nowhere', TARGET);
    const { signal } = new AbortController();
    await expect(
      importWeights({ modelFolder: folder, modelId: 'x', files: ONNX_FILES, target, signal }),
    ).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining(target) as string,
    });
  });
});
