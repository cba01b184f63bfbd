/**
 * A Whisper of width 16 with one encoder and one decoder layer, as the exporter would write it, filled
 * with reproducible numbers. A test may change or remove any tensor or node on the way.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openWeights, verifyWeights } from '../../../src/engine/weights/describe-weights.js';
import { importWeights } from '../../../src/engine/weights/import-weights.js';
import type { WeightsDescription } from '../../../src/engine/weights/weights-format.js';
import { writeModel } from './onnx-writer.js';
import type { GraphSketch, NodeSketch, TensorSketch } from './onnx-writer.js';

export const WIDTH = 16;
export const MEL_BINS = 80;
export const VOCABULARY = 19;
export const TEXT_CONTEXT = 4;
export const AUDIO_CONTEXT = 1500;

export const ENCODER = 'onnx/encoder_model_quantized.onnx';
export const DECODER = 'onnx/decoder_model_merged_quantized.onnx';

export interface Changes {
  /** Null removes the tensor. */
  readonly tensor?: (tensor: TensorSketch) => TensorSketch | null;
  /** Null removes the node; `branch` is 0 outside the decoder's `If`. */
  readonly node?: (node: NodeSketch, branch: 0 | 1 | 2) => NodeSketch | null;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface SmallModel {
  readonly folder: string;
  /** Every stored tensor of both files, unchanged, by its full name. */
  readonly tensors: ReadonlyMap<string, TensorSketch>;
}

/** In a folder of its own that goes away with the test. */
export async function makeSmallModel(changes: Changes = {}): Promise<SmallModel> {
  const folder = await mkdtemp(join(tmpdir(), 'tilescribe-weights-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const encoder = sketchEncoder();
  const decoder = sketchDecoder();
  await mkdir(join(folder, 'onnx'));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...CONFIG, ...changes.config }));
  await writeFile(join(folder, ENCODER), writeModel(changeGraph(encoder, changes, 0)));
  await writeFile(join(folder, DECODER), writeModel(changeGraph(decoder, changes, 0)));
  const all = [...encoder.initializers, ...decoder.initializers];
  return { folder, tensors: new Map(all.map((tensor) => [tensor.name, tensor])) };
}

export const ONNX_FILES = { kind: 'onnx' } as const;

/** Name of the weights file that `importModel` makes in the model's folder. */
export const TARGET = 'weights.safetensors';

export async function importModel(
  { folder }: SmallModel,
  signal = new AbortController().signal,
): Promise<string> {
  const target = join(folder, TARGET);
  await importWeights({ modelFolder: folder, modelId: 'small-test', files: ONNX_FILES, target, signal });
  return target;
}

export const changeTensor = (
  name: string,
  change: (tensor: TensorSketch) => TensorSketch | null,
): Changes => ({
  tensor: (tensor) => (tensor.name === name ? change(tensor) : tensor),
});

export const changeNode = (
  name: string,
  change: (node: NodeSketch, branch: 0 | 1 | 2) => NodeSketch | null,
): Changes => ({
  node: (node, branch) => (node.name === name ? change(node, branch) : node),
});

/** What `verifyWeights` says of a file. */
export async function verifyFile(path: string, signal = new AbortController().signal): Promise<void> {
  const opened = await openWeights(path);
  await verifyWeights(opened, signal).finally(() => opened.file.close());
}

/** The bytes of one tensor of a weights file. */
export async function readTensor(path: string, description: WeightsDescription, name: string) {
  const place = description.tensors.find((tensor) => tensor.name === name)!;
  const begin = description.dataOffset + place.offset;
  return new Uint8Array((await readFile(path)).subarray(begin, begin + place.bytes));
}

const CONFIG = {
  model_type: 'whisper',
  num_mel_bins: MEL_BINS,
  max_source_positions: AUDIO_CONTEXT,
  max_target_positions: TEXT_CONTEXT,
  d_model: WIDTH,
  encoder_attention_heads: 2,
  encoder_layers: 1,
  decoder_layers: 1,
  vocab_size: VOCABULARY,
};

function changeGraph(graph: GraphSketch, changes: Changes, branch: 0 | 1 | 2): GraphSketch {
  const nodes: NodeSketch[] = [];
  for (const node of graph.nodes) {
    const changed = changes.node ? changes.node(node, branch) : node;
    if (changed === null) continue;
    const [first, second] = node.branches ?? [];
    if (first === undefined || second === undefined) nodes.push(changed);
    else {
      const branches = [changeGraph(first, changes, 1), changeGraph(second, changes, 2)];
      nodes.push({ ...changed, branches });
    }
  }
  const initializers: TensorSketch[] = [];
  for (const tensor of graph.initializers) {
    const changed = changes.tensor ? changes.tensor(tensor) : tensor;
    if (changed !== null) initializers.push(changed);
  }
  return { nodes, initializers };
}

/** Collects tensors and nodes the way the exporter names them. */
class Sketch {
  readonly initializers: TensorSketch[] = [];
  nodes: NodeSketch[] = [];
  #state = 12345;

  constructor(
    readonly suffix: string,
    readonly dataType: 2 | 3,
  ) {}

  byte(): number {
    this.#state = (Math.imul(this.#state, 1103515245) + 12345) >>> 0;
    return this.#state >>> 24;
  }

  floats(name: string, dims: readonly number[]): string {
    const values = Float32Array.from({ length: product(dims) }, () => (this.byte() - 128) / 64);
    const full = name + this.suffix;
    this.initializers.push({ name: full, dims, dataType: 1, raw: new Uint8Array(values.buffer) });
    return full;
  }

  /** The tensor, with its scale and zero point beside it; returns its name without "_quantized". */
  quantized(name: string, dims: readonly number[], dataType: 2 | 3): string {
    const full = name + this.suffix;
    const raw = Uint8Array.from({ length: product(dims) }, () => this.byte());
    const scale = (1 + this.byte()) / 4096;
    const zero = dataType === 2 ? this.byte() : -5;
    this.initializers.push(
      { name: `${full}_scale`, dims: [], dataType: 1, floats: [scale] },
      { name: `${full}_zero_point`, dims: [], dataType, integers: [zero] },
      { name: `${full}_quantized`, dims, dataType, raw },
    );
    return full;
  }

  node(name: string, operation: string, inputs: readonly string[], output = `${name}_output`): void {
    this.nodes.push({ name, operation, inputs, outputs: [output] });
  }

  linear(path: string, inputs: number, outputs: number, hasBias: boolean): void {
    const name = this.quantized(`onnx::${path}`, [inputs, outputs], this.dataType);
    const [weight, zero] = [`${name}_quantized`, `${name}_zero_point`];
    this.node(`${path}/MatMul_quant`, 'MatMulInteger', ['x', weight, 'x_zero_point', zero]);
    this.node(`${path}/MatMul_quant_scales_mul`, 'Mul', ['x_scale', `${name}_scale`]);
    if (!hasBias) return;
    const bias = this.floats(`${path}.bias`, [outputs]);
    this.node(`${path}/Add`, 'Add', [bias, `${path}/MatMul_output_0`]);
  }

  norm(path: string): void {
    this.node(`${path}/Mul`, 'Mul', ['x', this.floats(`${path}.weight`, [WIDTH])]);
    this.node(`${path}/Add_1`, 'Add', ['x', this.floats(`${path}.bias`, [WIDTH])]);
  }

  attention(path: string): void {
    this.norm(`${path}_layer_norm`);
    for (const part of ['q', 'k', 'v', 'out']) {
      this.linear(`${path}/${part}_proj`, WIDTH, WIDTH, part !== 'k');
    }
  }

  feedForward(path: string): void {
    this.norm(`${path}/final_layer_norm`);
    this.linear(`${path}/fc1`, WIDTH, 4 * WIDTH, true);
    this.linear(`${path}/fc2`, 4 * WIDTH, WIDTH, true);
  }

  convolution(name: string, channels: number): void {
    const weight = this.quantized(`${name}.weight`, [WIDTH, channels, 3], 2);
    this.floats(`${name}.bias`, [WIDTH]);
    const inputs = ['x', `${weight}_quantized`, 'x_zero_point', `${weight}_zero_point`];
    this.node(`/${name}/Conv_quant`, 'ConvInteger', inputs);
    this.node(`/${name}/Conv_quant_scales_mul`, 'Mul', ['x_scale', `${weight}_scale`]);
  }

  tokens(): void {
    const name = this.quantized('model.decoder.embed_tokens.weight', [VOCABULARY, WIDTH], 2);
    const [weight, scale, zero] = [`${name}_quantized`, `${name}_scale`, `${name}_zero_point`];
    const gather = '/model/decoder/embed_tokens/Gather';
    this.node(gather, 'Gather', [weight, 'input_ids'], `${gather}_output_0_quantized`);
    const dequantize = `${gather}_output_0_DequantizeLinear`;
    this.node(dequantize, 'DequantizeLinear', [`${gather}_output_0_quantized`, scale, zero]);
    this.node('Transpose_7', 'Transpose', [weight], 'transposed_quantized');
    this.node('transposed', 'DequantizeLinear', ['transposed_quantized', scale, zero], 'transposed');
    this.node('/proj_out/MatMul', 'MatMul', ['x', 'transposed'], 'logits');
  }
}

function sketchEncoder(): GraphSketch {
  const sketch = new Sketch('', 2);
  sketch.floats('embed_positions.weight', [AUDIO_CONTEXT, WIDTH]);
  sketch.convolution('conv1', MEL_BINS);
  sketch.convolution('conv2', WIDTH);
  sketch.attention('/layers.0/self_attn');
  sketch.feedForward('/layers.0');
  sketch.norm('/layer_norm');
  return { nodes: sketch.nodes, initializers: sketch.initializers };
}

/** Weights outside, users in both branches; the branch with a past has no cross keys and values. */
function sketchDecoder(): GraphSketch {
  const sketch = new Sketch('_merged_0', 3);
  sketch.floats('model.decoder.embed_positions.weight', [TEXT_CONTEXT, WIDTH]);
  sketch.tokens();
  sketch.attention('/model/decoder/layers.0/self_attn');
  sketch.attention('/model/decoder/layers.0/encoder_attn');
  sketch.feedForward('/model/decoder/layers.0');
  sketch.norm('/model/decoder/layer_norm');
  const withPast = sketch.nodes.filter(({ name }) => !/encoder_attn\/[kv]_proj/.test(name));
  const branches = [
    { nodes: sketch.nodes, initializers: [] },
    { nodes: withPast, initializers: [] },
  ];
  const choice = {
    name: 'optimum::if',
    operation: 'If',
    inputs: ['use_cache'],
    outputs: ['logits'],
    branches,
  };
  return { nodes: [choice], initializers: sketch.initializers };
}

function product(dims: readonly number[]): number {
  return dims.reduce((total, size) => total * size, 1);
}
