import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWeights } from '../../../src/engine/weights/describe-weights.js';
import type { TensorSketch } from './onnx-writer.js';
import {
  DECODER,
  ENCODER,
  MEL_BINS,
  VOCABULARY,
  WIDTH,
  changeNode,
  importModel,
  makeSmallModel,
  readTensor,
} from './small-model.js';
import type { Changes } from './small-model.js';

async function imported(changes: Changes = {}) {
  const model = await makeSmallModel(changes);
  const path = await importModel(model);
  const description = await describeWeights(path);
  const raw = async (name: string) => await readTensor(path, description, name);
  return {
    path,
    description,
    raw,
    floats: async (name: string) => new Float32Array((await raw(name)).buffer),
    integers: async (name: string) => new Int32Array((await raw(name)).buffer),
    source: (name: string) => model.tensors.get(name)!,
  };
}

/** q(n, k) of a packed matrix with that many inputs. */
function at(weight: Uint8Array, inputs: number, output: number, input: number): number {
  const block = Math.floor(output / 16) * (inputs / 4) + Math.floor(input / 4);
  return weight[block * 64 + (output % 16) * 4 + (input % 4)]!;
}

/** One scalar of the sketch: a scale or a zero point. */
const scalar = ({ floats, integers }: TensorSketch): number => (floats ?? integers ?? [])[0]!;

const floatsOf = ({ raw }: TensorSketch): Float32Array => new Float32Array(Uint8Array.from(raw!).buffer);

describe('the file that importWeights makes', () => {
  it('is strict safetensors: JSON header, no gaps, everything at a multiple of 64', async () => {
    const { path } = await imported();
    const file = await readFile(path);
    const length = Number(file.readBigUInt64LE(0));
    expect((8 + length) % 64).toBe(0);
    const text = file.toString('utf8', 8, 8 + length);
    expect(text).toMatch(/^\{.*\} *$/);
    const { __metadata__: metadata, ...tensors } = JSON.parse(text) as Record<
      string,
      Record<string, unknown> & { data_offsets: [number, number] }
    >;
    let end = 0;
    for (const { data_offsets: offsets } of Object.values(tensors)) {
      expect(offsets[0]).toBe(end);
      expect(offsets[0] % 64).toBe(0);
      end = offsets[1];
    }
    expect(8 + length + end).toBe(file.length);
    expect(metadata).toMatchObject({
      format: 'tilescribe-weights',
      version: '2',
      layout: 'n16k4',
      model: 'small-test',
      width: '16',
      vocabularySize: '19',
      dataSha256: createHash('sha256')
        .update(file.subarray(8 + length))
        .digest('hex'),
    });
  });

  it('names the sha256 of its sources', async () => {
    const { path, description } = await imported();
    for (const source of ['config.json', ENCODER, DECODER] as const) {
      const bytes = await readFile(join(path, '..', source));
      expect(description.sourceHashes[source]).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('has the same bytes each time', async () => {
    const model = await makeSmallModel();
    const first = await readFile(await importModel(model));
    expect(first.equals(await readFile(await importModel(model)))).toBe(true);
  });

  it('joins query, key and value of the encoder, the key without bias', async () => {
    const { raw, floats, integers, source } = await imported();
    const weight = await raw('encoder.layers.0.qkv.weight');
    const [scale, bias] = [
      await floats('encoder.layers.0.qkv.scale'),
      await floats('encoder.layers.0.qkv.bias'),
    ];
    const zero = await integers('encoder.layers.0.qkv.zero');
    for (const [part, name] of ['q', 'k', 'v'].entries()) {
      const stem = `onnx::/layers.0/self_attn/${name}_proj`;
      const stored = source(`${stem}_quantized`).raw!;
      for (let output = 0; output < WIDTH; output++) {
        const row = part * WIDTH + output;
        for (let input = 0; input < WIDTH; input++) {
          expect(at(weight, WIDTH, row, input)).toBe(stored[input * WIDTH + output]!);
        }
        expect(scale[row]).toBe(Math.fround(scalar(source(`${stem}_scale`))));
        expect(zero[row]).toBe(scalar(source(`${stem}_zero_point`)));
      }
      const expectedBias =
        name === 'k' ? new Float32Array(WIDTH) : floatsOf(source(`/layers.0/self_attn/${name}_proj.bias`));
      expect(bias.subarray(part * WIDTH, (part + 1) * WIDTH)).toEqual(expectedBias);
    }
  });

  it('takes cross-attention keys and values from the one branch that has them, shifted by 128', async () => {
    const { raw, integers, source } = await imported();
    const weight = await raw('decoder.layers.0.cross_key_value.weight');
    const value = source('onnx::/model/decoder/layers.0/encoder_attn/v_proj_merged_0_quantized').raw!;
    for (let input = 0; input < WIDTH; input++) {
      const signed = (value[input * WIDTH + 3]! << 24) >> 24;
      expect(at(weight, WIDTH, WIDTH + 3, input)).toBe(signed + 128);
    }
    expect([...new Set(await integers('decoder.layers.0.cross_key_value.zero'))]).toEqual([-5 + 128]);
  });

  it('orders the inputs of both convolutions tap by tap', async () => {
    const { raw, floats, source } = await imported();
    for (const [name, channels] of [
      ['conv1', MEL_BINS],
      ['conv2', WIDTH],
    ] as const) {
      const weight = await raw(`encoder.${name}.weight`);
      const stored = source(`${name}.weight_quantized`).raw!;
      for (let output = 0; output < WIDTH; output++) {
        for (let channel = 0; channel < channels; channel++) {
          for (let tap = 0; tap < 3; tap++) {
            const q = stored[(output * channels + channel) * 3 + tap];
            expect(at(weight, 3 * channels, output, tap * channels + channel)).toBe(q);
          }
        }
      }
      expect(await floats(`encoder.${name}.bias`)).toEqual(floatsOf(source(`${name}.bias`)));
    }
  });

  it('keeps the vocabulary row by row, padded to sixteen', async () => {
    const { raw, floats, integers, source } = await imported();
    const weight = await raw('decoder.tokens.weight');
    const stored = source('model.decoder.embed_tokens.weight_merged_0_quantized').raw!;
    expect(weight).toHaveLength(32 * WIDTH);
    for (let token = 0; token < 32; token++) {
      for (let input = 0; input < WIDTH; input++) {
        expect(at(weight, WIDTH, token, input)).toBe(token < VOCABULARY ? stored[token * WIDTH + input] : 0);
      }
    }
    for (const list of [await floats('decoder.tokens.scale'), await integers('decoder.tokens.zero')]) {
      expect(list[VOCABULARY - 1]).not.toBe(0);
      expect([...list.subarray(VOCABULARY)]).toEqual(new Array(32 - VOCABULARY).fill(0));
    }
  });

  it('copies layer norms and positions', async () => {
    const { floats, source } = await imported();
    const pairs = [
      ['encoder.positions', 'embed_positions.weight'],
      ['decoder.positions', 'model.decoder.embed_positions.weight_merged_0'],
      ['encoder.layers.0.attention_norm.weight', '/layers.0/self_attn_layer_norm.weight'],
      ['encoder.norm.bias', '/layer_norm.bias'],
      ['decoder.layers.0.cross_norm.bias', '/model/decoder/layers.0/encoder_attn_layer_norm.bias_merged_0'],
      [
        'decoder.layers.0.feed_forward_norm.weight',
        '/model/decoder/layers.0/final_layer_norm.weight_merged_0',
      ],
      ['decoder.norm.weight', '/model/decoder/layer_norm.weight_merged_0'],
    ] as const;
    for (const [name, stored] of pairs) expect(await floats(name)).toEqual(floatsOf(source(stored)));
  });

  it('takes a zero point that is left out as 0', async () => {
    const node = '/layers.0/fc1/MatMul_quant';
    const { integers } = await imported(
      changeNode(node, (same) => ({ ...same, inputs: same.inputs.slice(0, 3) })),
    );
    expect([...new Set(await integers('encoder.layers.0.feed_forward_up.zero'))]).toEqual([0]);
  });
});
