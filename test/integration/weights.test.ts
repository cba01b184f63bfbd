/** The importer on the real base model, against a plain reading of the same ONNX files. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModel, readCatalog } from '../../src/models/catalog.mjs';
import { modelsFolder } from '../../src/models/store.mjs';
import { openWeights, verifyWeights } from '../../src/engine/weights/describe-weights.js';
import { importWeights } from '../../src/engine/weights/import-weights.js';
import type { WeightsDescription } from '../../src/engine/weights/weights-format.js';
import { readStoredTensors } from './onnx-tensors.js';
import type { StoredTensor } from './onnx-tensors.js';

const model = join(modelsFolder(process.env), 'base');
const WIDTH = 512;
const INT8 = 3;

let folder: string;
let file: Buffer;
let description: WeightsDescription;
let encoder: ReadonlyMap<string, StoredTensor>;
let decoder: ReadonlyMap<string, StoredTensor>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-weights-'));
  const target = join(folder, 'base.safetensors');
  const { signal } = new AbortController();
  await importWeights({ modelFolder: model, modelId: 'base', files: { kind: 'onnx' }, target, signal });
  const opened = await openWeights(target);
  await verifyWeights(opened, signal).finally(() => opened.file.close());
  description = opened.description;
  file = await readFile(target);
  encoder = readStoredTensors(join(model, 'onnx/encoder_model_quantized.onnx'));
  decoder = readStoredTensors(join(model, 'onnx/decoder_model_merged_quantized.onnx'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function bytesOf(name: string): Uint8Array {
  const place = description.tensors.find((tensor) => tensor.name === name);
  if (place === undefined) throw new Error(`no tensor ${name}`);
  const begin = description.dataOffset + place.offset;
  return Uint8Array.from(file.subarray(begin, begin + place.bytes));
}
const floatsOf = (name: string): Float32Array => new Float32Array(bytesOf(name).buffer);
const integersOf = (name: string): Int32Array => new Int32Array(bytesOf(name).buffer);

/** w(n, k) of a packed matrix. */
function openPacked(name: string): (output: number, input: number) => number {
  const weight = bytesOf(`${name}.weight`);
  const scale = floatsOf(`${name}.scale`);
  const zero = integersOf(`${name}.zero`);
  const inputs = weight.length / scale.length;
  return (output, input) => {
    const block = (output >> 4) * (inputs >> 2) + (input >> 2);
    return scale[output]! * (weight[block * 64 + (output & 15) * 4 + (input & 3)]! - zero[output]!);
  };
}

/** Per output of a packed matrix, the sum of (q - zero) over its inputs. */
function sumWeights(name: string): Int32Array {
  const weight = bytesOf(`${name}.weight`);
  const zero = integersOf(`${name}.zero`);
  const inputs = weight.length / zero.length;
  const sums = zero.map((each) => -inputs * each);
  for (const [at, q] of weight.entries()) {
    const output = Math.floor(at / (inputs * 16)) * 16 + ((at >> 2) & 15);
    sums[output] = sums[output]! + q;
  }
  return sums;
}

/** Values of a quantised tensor of ONNX, by place in its data. */
function openStored(tensors: ReadonlyMap<string, StoredTensor>, name: string): (place: number) => number {
  const { raw, dataType } = tensors.get(`${name}_quantized`)!;
  const scale = tensors.get(`${name}_scale`)!.scalar;
  const zero = tensors.get(`${name}_zero_point`)!.scalar;
  return (place) => scale * ((dataType === INT8 ? raw.readInt8(place) : raw[place]!) - zero);
}

const vector = (length: number): Float64Array =>
  Float64Array.from({ length }, (_, index) => Math.sin(index * 0.7) + 0.1);

describe('the weights file of the base model', () => {
  it('names the source files by the hashes of the catalogue', async () => {
    const catalog = await readCatalog(join(import.meta.dirname, '..', '..', 'resources'));
    const { files } = findModel(catalog, 'base');
    for (const [path, sha256] of Object.entries(description.sourceHashes)) {
      expect(sha256).toBe(files.find((each) => each.path === path)?.sha256);
    }
  });

  it('has every tensor of the model, 77,074,304 bytes', () => {
    // 2 convolutions, 6 encoder layers with 4 matrices, the vocabulary, 6 decoder layers with 7: 4 tensors
    // each. Norms: 2 per encoder layer, 3 per decoder layer, 2 final: 2 tensors each. 2 lists of positions.
    expect(description.tensors).toHaveLength((2 + 24 + 1 + 42) * 4 + (12 + 18 + 2) * 2 + 2);
    expect(description.dataBytes).toBe(77_074_304);
    expect(description.dimensions).toEqual({
      melBins: 80,
      audioContext: 1500,
      textContext: 448,
      width: 512,
      heads: 8,
      encoderLayers: 6,
      decoderLayers: 6,
      vocabularySize: 51865,
    });
  });

  it('uses every matrix of the ONNX files exactly once', () => {
    const found: string[] = [];
    for (const { name } of description.tensors) {
      if (!name.endsWith('.zero')) continue;
      const matrix = name.slice(0, -'.zero'.length);
      const sums = sumWeights(matrix);
      const parts = matrix.endsWith('qkv') ? 3 : matrix.endsWith('key_value') ? 2 : 1;
      for (let part = 0; part < parts; part++) {
        const size = matrix === 'decoder.tokens' ? 51865 : sums.length / parts;
        found.push(sums.subarray(part * size, (part + 1) * size).join());
      }
    }
    const expected: string[] = [];
    for (const tensors of [encoder, decoder]) {
      for (const [name, { dims, raw, dataType }] of tensors) {
        if (!name.endsWith('_quantized')) continue;
        const zero = tensors.get(name.replace(/quantized$/, 'zero_point'))!.scalar;
        // Anonymous matrices are [inputs, outputs], the named ones have outputs first.
        const isTransposed = name.startsWith('onnx::');
        const outputs = dims[isTransposed ? 1 : 0]!;
        const inputs = raw.length / outputs;
        const sums = new Int32Array(outputs);
        const values = dataType === INT8 ? new Int8Array(raw.buffer, raw.byteOffset, raw.length) : raw;
        for (let place = 0; place < raw.length; place++) {
          const output = isTransposed ? place % outputs : Math.floor(place / inputs);
          sums[output] = sums[output]! + values[place]! - zero;
        }
        expected.push(sums.join());
      }
    }
    expect(expected).toHaveLength(36 + 2 + 60 + 1);
    expect(found.sort()).toEqual(expected.sort());
  });

  /** Matrices as read off the graph by eye: packed name, first row there, side, ONNX name. */
  const matrices = [
    ['encoder.layers.0.qkv', 0, 'encoder', 'onnx::MatMul_883'],
    ['encoder.layers.0.qkv', 512, 'encoder', 'onnx::MatMul_884'],
    ['encoder.layers.0.qkv', 1024, 'encoder', 'onnx::MatMul_891'],
    ['encoder.layers.0.attention_out', 0, 'encoder', 'onnx::MatMul_904'],
    ['encoder.layers.5.feed_forward_up', 0, 'encoder', 'onnx::MatMul_1025'],
    ['encoder.layers.5.feed_forward_down', 0, 'encoder', 'onnx::MatMul_1026'],
    ['decoder.layers.0.self_qkv', 0, 'decoder', 'onnx::MatMul_1754_merged_0'],
    ['decoder.layers.0.self_qkv', 512, 'decoder', 'onnx::MatMul_1755_merged_0'],
    ['decoder.layers.0.self_qkv', 1024, 'decoder', 'onnx::MatMul_1562_merged_0'],
    ['decoder.layers.0.self_out', 0, 'decoder', 'onnx::MatMul_1575_merged_0'],
    ['decoder.layers.0.cross_query', 0, 'decoder', 'onnx::MatMul_1777_merged_0'],
    ['decoder.layers.0.cross_key_value', 0, 'decoder', 'onnx::MatMul_1778_merged_0'],
    ['decoder.layers.0.cross_key_value', 512, 'decoder', 'onnx::MatMul_1785_merged_0'],
    ['decoder.layers.0.cross_out', 0, 'decoder', 'onnx::MatMul_1798_merged_0'],
    ['decoder.layers.0.feed_forward_up', 0, 'decoder', 'onnx::MatMul_1799_merged_0'],
    ['decoder.layers.5.feed_forward_down', 0, 'decoder', 'onnx::MatMul_2035_merged_0'],
  ] as const;

  it.each(matrices)(
    '%s from row %i is %s %s, and multiplies a vector the same',
    (name, row, side, stored) => {
      const tensors = side === 'encoder' ? encoder : decoder;
      const [inputs, outputs] = tensors.get(`${stored}_quantized`)!.dims as [number, number];
      const [packed, plain] = [openPacked(name), openStored(tensors, stored)];
      const x = vector(inputs);
      for (let output = 0; output < outputs; output++) {
        let [fromPacked, fromPlain] = [0, 0];
        for (let input = 0; input < inputs; input++) {
          fromPacked += packed(row + output, input) * x[input]!;
          fromPlain += plain(input * outputs + output) * x[input]!;
        }
        expect(fromPacked).toBe(fromPlain);
      }
    },
  );

  it('multiplies by the vocabulary as the dequantised embedding does', () => {
    const packed = openPacked('decoder.tokens');
    const plain = openStored(decoder, 'model.decoder.embed_tokens.weight_merged_0');
    const x = vector(WIDTH);
    for (let token = 0; token < 51865; token += 61) {
      let [fromPacked, fromPlain] = [0, 0];
      for (let input = 0; input < WIDTH; input++) {
        fromPacked += packed(token, input) * x[input]!;
        fromPlain += plain(token * WIDTH + input) * x[input]!;
      }
      expect(fromPacked).toBe(fromPlain);
    }
    expect([...floatsOf('decoder.tokens.scale').subarray(51865)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it.each([
    ['conv1', 80],
    ['conv2', 512],
  ] as const)('convolves with %s as its kernel does', (name, channels) => {
    const packed = openPacked(`encoder.${name}`);
    const plain = openStored(encoder, `${name}.weight`);
    const x = vector(3 * channels);
    for (let output = 0; output < WIDTH; output++) {
      let [fromPacked, fromPlain] = [0, 0];
      for (let tap = 0; tap < 3; tap++) {
        for (let channel = 0; channel < channels; channel++) {
          fromPacked += packed(output, tap * channels + channel) * x[tap * channels + channel]!;
          fromPlain += plain((output * channels + channel) * 3 + tap) * x[tap * channels + channel]!;
        }
      }
      expect(fromPacked).toBe(fromPlain);
    }
  });

  it('keeps biases, norms and positions bit for bit', () => {
    const pairs = [
      ['encoder.conv1.bias', encoder, 'conv1.bias'],
      ['encoder.positions', encoder, 'embed_positions.weight'],
      ['encoder.layers.3.attention_norm.weight', encoder, 'layers.3.self_attn_layer_norm.weight'],
      ['encoder.layers.3.feed_forward_norm.bias', encoder, 'layers.3.final_layer_norm.bias'],
      ['encoder.layers.5.feed_forward_down.bias', encoder, 'layers.5.fc2.bias'],
      ['encoder.norm.weight', encoder, 'layer_norm.weight'],
      ['decoder.positions', decoder, 'model.decoder.embed_positions.weight_merged_0'],
      [
        'decoder.layers.2.self_norm.bias',
        decoder,
        'model.decoder.layers.2.self_attn_layer_norm.bias_merged_0',
      ],
      [
        'decoder.layers.2.cross_norm.weight',
        decoder,
        'model.decoder.layers.2.encoder_attn_layer_norm.weight_merged_0',
      ],
      [
        'decoder.layers.2.cross_query.bias',
        decoder,
        'model.decoder.layers.2.encoder_attn.q_proj.bias_merged_0',
      ],
      ['decoder.layers.5.feed_forward_up.bias', decoder, 'model.decoder.layers.5.fc1.bias_merged_0'],
      ['decoder.norm.bias', decoder, 'model.decoder.layer_norm.bias_merged_0'],
    ] as const;
    for (const [name, tensors, stored] of pairs) {
      expect(Buffer.from(bytesOf(name)).equals(tensors.get(stored)!.raw), name).toBe(true);
    }
    const bias = floatsOf('decoder.layers.4.self_qkv.bias');
    const value = decoder.get('model.decoder.layers.4.self_attn.v_proj.bias_merged_0')!.raw;
    expect(bias.subarray(WIDTH, 2 * WIDTH).every((each) => each === 0)).toBe(true);
    expect(Buffer.from(bias.slice(2 * WIDTH).buffer).equals(value)).toBe(true);
  });
});
