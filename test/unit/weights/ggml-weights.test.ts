import { createHash } from 'node:crypto';
import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeWeights } from '../../../src/engine/weights/describe-weights.js';
import { WEIGHTS_NAME, ensureWeights } from '../../../src/engine/weights/ensure-weights.js';
import { halfToNumber } from '../../../src/engine/weights/half-float.js';
import { AppError } from '../../../src/shared/errors.js';
import { numberToHalf } from '../../bench/half-float.js';
import type { GgmlSketch } from './ggml-writer.js';
import {
  PATH,
  TEXT_CONTEXT,
  VOCABULARY,
  WIDTH,
  importGgml,
  installGgml,
  sketchGgml,
  withTensor,
} from './small-ggml.js';
import { readTensor, verifyFile } from './small-model.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An imported sketch: its tensors as they were put in and as they came out. */
async function imported(sketch: GgmlSketch) {
  const { folder, file } = await installGgml(sketch);
  const path = await importGgml(folder);
  const description = await describeWeights(path);
  await verifyFile(path);
  const raw = async (name: string) => await readTensor(path, description, name);
  const floats = async (name: string) => new Float32Array((await raw(name)).buffer);
  const integers = async (name: string) => new Int32Array((await raw(name)).buffer);
  /** w(n, k) of a packed matrix, and the step of each output. */
  const matrix = async (name: string) => {
    const [weight, scale, zero] = [
      await raw(`${name}.weight`),
      await floats(`${name}.scale`),
      await integers(`${name}.zero`),
    ];
    const inputs = weight.length / scale.length;
    const integerAt = (output: number, input: number): number => {
      const block = Math.floor(output / 16) * (inputs / 4) + Math.floor(input / 4);
      return weight[block * 64 + (output % 16) * 4 + (input % 4)]! - zero[output]!;
    };
    return { inputs, scale, zero, integerAt };
  };
  /** As the file holds it. */
  const stored = (name: string) => {
    const { type, values } = sketch.tensors.find((tensor) => tensor.name === name)!;
    return type === 0 ? values.map(Math.fround) : values.map((value) => halfToNumber(numberToHalf(value)));
  };
  return { file, description, floats, integers, matrix, stored };
}

/** Ours, first output there, theirs, inputs of theirs. */
const MATRICES = [
  ['encoder.layers.0.qkv', 0, 'encoder.blocks.0.attn.query', WIDTH],
  ['encoder.layers.0.qkv', WIDTH, 'encoder.blocks.0.attn.key', WIDTH],
  ['encoder.layers.0.qkv', 2 * WIDTH, 'encoder.blocks.0.attn.value', WIDTH],
  ['encoder.layers.0.attention_out', 0, 'encoder.blocks.0.attn.out', WIDTH],
  ['encoder.layers.0.feed_forward_up', 0, 'encoder.blocks.0.mlp.0', WIDTH],
  ['encoder.layers.0.feed_forward_down', 0, 'encoder.blocks.0.mlp.2', 4 * WIDTH],
  ['decoder.tokens', 0, 'decoder.token_embedding', WIDTH],
  ['decoder.layers.0.self_qkv', 0, 'decoder.blocks.0.attn.query', WIDTH],
  ['decoder.layers.0.self_qkv', WIDTH, 'decoder.blocks.0.attn.key', WIDTH],
  ['decoder.layers.0.self_qkv', 2 * WIDTH, 'decoder.blocks.0.attn.value', WIDTH],
  ['decoder.layers.0.self_out', 0, 'decoder.blocks.0.attn.out', WIDTH],
  ['decoder.layers.0.cross_query', 0, 'decoder.blocks.0.cross_attn.query', WIDTH],
  ['decoder.layers.0.cross_key_value', 0, 'decoder.blocks.0.cross_attn.key', WIDTH],
  ['decoder.layers.0.cross_key_value', WIDTH, 'decoder.blocks.0.cross_attn.value', WIDTH],
  ['decoder.layers.0.cross_out', 0, 'decoder.blocks.0.cross_attn.out', WIDTH],
  ['decoder.layers.0.feed_forward_up', 0, 'decoder.blocks.0.mlp.0', WIDTH],
  ['decoder.layers.0.feed_forward_down', 0, 'decoder.blocks.0.mlp.2', 4 * WIDTH],
] as const;

describe.each([
  ['float16', 1],
  ['float32', 0],
] as const)('weights out of a ggml file in %s', (_name, type) => {
  const model = async () => await imported(sketchGgml(type));

  it('are those of the file to half an int8 step, every one of them, with zero point 128', async () => {
    const { matrix, stored } = await model();
    for (const [ours, first, theirs, inputs] of MATRICES) {
      const { scale, zero, integerAt } = await matrix(ours);
      for (const [i, value] of stored(`${theirs}.weight`).entries()) {
        const [output, input] = [first + Math.floor(i / inputs), i % inputs];
        const found = integerAt(output, input);
        expect(zero[output]).toBe(128);
        expect(Math.abs(found)).toBeLessThanOrEqual(127);
        expect(Math.abs(scale[output]! * found - value), `${ours} ${output}, ${input}`).toBeLessThanOrEqual(
          scale[output]! * 0.50001,
        );
      }
    }
  });

  it('have kernels of convolutions tap by tap', async () => {
    const { matrix, stored } = await model();
    for (const [name, channels] of [['encoder.conv1', 80] as const, ['encoder.conv2', WIDTH] as const]) {
      const { scale, integerAt, inputs } = await matrix(name);
      expect(inputs).toBe(3 * channels);
      for (const [i, value] of stored(`${name}.weight`).entries()) {
        const output = Math.floor(i / (3 * channels));
        const [channel, tap] = [Math.floor(i / 3) % channels, i % 3];
        const found = scale[output]! * integerAt(output, tap * channels + channel);
        expect(Math.abs(found - value)).toBeLessThanOrEqual(scale[output]! * 0.50001);
      }
    }
  });

  it('have norms, biases and positions bit for bit, no bias for keys, and sums that are right', async () => {
    const { floats, matrix, stored } = await model();
    for (const [ours, theirs] of [
      ['encoder.positions', 'encoder.positional_embedding'],
      ['encoder.layers.0.attention_norm.weight', 'encoder.blocks.0.attn_ln.weight'],
      ['encoder.layers.0.feed_forward_norm.bias', 'encoder.blocks.0.mlp_ln.bias'],
      ['encoder.norm.weight', 'encoder.ln_post.weight'],
      ['decoder.positions', 'decoder.positional_embedding'],
      ['decoder.layers.0.self_norm.bias', 'decoder.blocks.0.attn_ln.bias'],
      ['decoder.layers.0.cross_norm.weight', 'decoder.blocks.0.cross_attn_ln.weight'],
      ['decoder.layers.0.feed_forward_norm.weight', 'decoder.blocks.0.mlp_ln.weight'],
      ['decoder.norm.bias', 'decoder.ln.bias'],
      ['encoder.conv2.bias', 'encoder.conv2.bias'],
      ['decoder.layers.0.feed_forward_up.bias', 'decoder.blocks.0.mlp.0.bias'],
    ] as const) {
      expect([...(await floats(ours))], ours).toEqual(stored(theirs));
    }
    const bias = [...(await floats('decoder.layers.0.self_qkv.bias'))];
    expect(bias).toEqual([
      ...stored('decoder.blocks.0.attn.query.bias'),
      ...new Array<number>(WIDTH).fill(0),
      ...stored('decoder.blocks.0.attn.value.bias'),
    ]);
    const tokens = await matrix('decoder.tokens');
    const padding = new Array<number>(32 - VOCABULARY).fill(0);
    expect([...tokens.scale.subarray(VOCABULARY)]).toEqual(padding);
  });
});

describe('the weights file made of a ggml file', () => {
  it('names its source and the model, and is the same again', async () => {
    const first = await imported(sketchGgml());
    const second = await imported(sketchGgml());

    expect(first.description.sourceHashes).toEqual({ [PATH]: sha256(first.file.bytes) });
    expect(first.description.modelId).toBe('small-test');
    expect(first.description.dimensions).toMatchObject({
      width: WIDTH,
      textContext: TEXT_CONTEXT,
      vocabularySize: VOCABULARY,
    });
    expect(second.description).toEqual(first.description);
  });

  it('is kept as long as the file is the one it was made of', async () => {
    const { folder, file } = await installGgml(sketchGgml());
    const ensure = async (hash: string) =>
      await ensureWeights({
        modelFolder: folder,
        modelId: 'small-test',
        files: { kind: 'ggml', path: PATH },
        sourceHashes: { [PATH]: hash },
        signal: new AbortController().signal,
      });

    const path = await ensure(sha256(file.bytes));
    expect(path).toBe(join(folder, WEIGHTS_NAME));
    await rm(join(folder, PATH));
    expect(await ensure(sha256(file.bytes))).toBe(path);
    await expect(ensure('0'.repeat(64))).rejects.toMatchObject({ code: 'model-missing' });
  });
});

async function failure(folder: string, more: Parameters<typeof importGgml>[1] = {}): Promise<AppError> {
  const thrown = await importGgml(folder, more).catch((error: unknown) => error);
  expect(await readdir(folder)).not.toContain('weights.safetensors');
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${String(thrown)}`);
  return thrown;
}

describe('a ggml file that is not what it should be', () => {
  const query = 'encoder.blocks.0.attn.query.weight';
  const sketch = sketchGgml();
  const cases: readonly (readonly [claim: string, sketch: GgmlSketch, message: string])[] = [
    ['a missing tensor', withTensor(query, () => null), `it has no tensor ${query}`],
    ['a missing bias', withTensor('decoder.ln.bias', () => null), 'it has no tensor decoder.ln.bias'],
    [
      'another shape',
      withTensor(query, (tensor) => ({ ...tensor, shape: [8, 32] })),
      `tensor ${query} has the shape [8, 32] instead of [16, 16]`,
    ],
    [
      'a weight that is infinite',
      withTensor(query, (tensor) => ({ ...tensor, values: tensor.values.with(100, Infinity) })),
      `tensor ${query} holds a value that is not a number`,
    ],
    [
      'a norm that is not a number',
      withTensor('decoder.ln.bias', (tensor) => ({ ...tensor, values: tensor.values.with(3, NaN) })),
      'tensor decoder.ln.bias holds a value that is not a number',
    ],
    [
      'a bias for the keys',
      withTensor('decoder.ln.bias', (tensor) => ({ ...tensor, name: 'decoder.blocks.0.attn.key.bias' })),
      'it has no tensor decoder.ln.bias',
    ],
    [
      'a tensor too many',
      {
        ...sketch,
        tensors: [
          ...sketch.tensors,
          { name: 'decoder.blocks.0.attn.key.bias', type: 0, shape: [1], values: [1] },
        ],
      },
      'it has a tensor decoder.blocks.0.attn.key.bias that Whisper does not have',
    ],
    [
      'a width that kernels cannot read',
      { ...sketch, sizes: { ...sketch.sizes, audioWidth: 24, textWidth: 24 } },
      'its width 24 is not a multiple of 16',
    ],
    ['another magic number', { ...sketch, magic: 1 }, 'it is not a ggml file of whisper.cpp'],
  ];
  it.each(cases)('%s is model-corrupt and named, with what to do', async (_claim, changed, message) => {
    const { folder } = await installGgml(changed);
    const error = await failure(folder);

    expect(error.code).toBe('model-corrupt');
    expect(error.message).toContain(`The model's file ${PATH} cannot be used: `);
    expect(error.message).toContain(message);
    expect(error.remedy).toContain('--fetch-model small-test');
  });

  it('is model-corrupt wherever it is cut, and leaves nothing behind', async () => {
    const { folder, file } = await installGgml(sketch);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: file.bytes.length - 1 }), async (length) => {
        await writeFile(join(folder, PATH), file.bytes);
        await truncate(join(folder, PATH), length);
        expect((await failure(folder)).code).toBe('model-corrupt');
        expect(await readdir(folder)).toEqual([PATH]);
      }),
      { numRuns: 40 },
    );
  });

  it('is model-corrupt when its content is not the expected one', async () => {
    const { folder } = await installGgml(sketch);
    const error = await failure(folder, { sourceHashes: { [PATH]: 'f'.repeat(64) } });

    expect(error.code).toBe('model-corrupt');
    expect(error.message).toContain('sha256 differs');
  });

  it('is model-missing when it is not there', async () => {
    const { folder } = await installGgml(sketch);
    await rm(join(folder, PATH));

    expect((await failure(folder)).code).toBe('model-missing');
  });

  it('is left when the user cancels, and so is the old weights file', async () => {
    const { folder } = await installGgml(sketch);
    const path = await importGgml(folder);
    const before = await readFile(path);
    const controller = new AbortController();
    const work = importGgml(folder, { signal: controller.signal });
    controller.abort();

    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});
