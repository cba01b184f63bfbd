/**
 * The tensors of a weights file out of Whisper's two ONNX files, as the exporter of Hugging Face optimum
 * and the dynamic quantisation of ONNX Runtime write them. In: a source and the model's dimensions. Out:
 * named byte arrays in the order of the plan, one after another, so that only one is in memory.
 */
import type { ModelDimensions } from '../backend/backend.js';
import type { OnnxTensor } from './onnx-graph.js';
import type { OnnxSource } from './onnx-source.js';
import { convolutionOffsets, rowOffsets } from './pack-matrix.js';
import type { QuantizedMatrix } from './pack-matrix.js';
import { bytesOf, packed } from './packed-tensors.js';
import { CONVOLUTION_TAPS, FEED_FORWARD_FACTOR } from './tensor-plan.js';
import type { NamedBytes } from './weights-source.js';

export function* encoderTensors(source: OnnxSource, dimensions: ModelDimensions): Generator<NamedBytes> {
  const { width, melBins, audioContext, encoderLayers } = dimensions;
  yield* packed('encoder.conv1', [readConvolution(source, 'conv1', width, melBins)]);
  yield* packed('encoder.conv2', [readConvolution(source, 'conv2', width, width)]);
  const positions = source.floats(source.named('embed_positions.weight'), [audioContext, width]);
  yield { name: 'encoder.positions', bytes: bytesOf(positions) };
  for (let layer = 0; layer < encoderLayers; layer++) {
    const from = `/layers.${layer}`;
    const to = `encoder.layers.${layer}`;
    yield* norm(source, `${from}/self_attn_layer_norm`, `${to}.attention_norm`, width);
    yield* selfAttention(source, `${from}/self_attn`, `${to}.qkv`, `${to}.attention_out`, width);
    yield* feedForward(source, from, to, width);
  }
  yield* norm(source, '/layer_norm', 'encoder.norm', width);
}

export function* decoderTensors(source: OnnxSource, dimensions: ModelDimensions): Generator<NamedBytes> {
  const { width, textContext, vocabularySize, decoderLayers } = dimensions;
  const positions = source.named('model.decoder.embed_positions.weight');
  yield { name: 'decoder.positions', bytes: bytesOf(source.floats(positions, [textContext, width])) };
  yield* packed('decoder.tokens', [readTokens(source, vocabularySize, width)]);
  for (let layer = 0; layer < decoderLayers; layer++) {
    const from = `/model/decoder/layers.${layer}`;
    const to = `decoder.layers.${layer}`;
    yield* norm(source, `${from}/self_attn_layer_norm`, `${to}.self_norm`, width);
    yield* selfAttention(source, `${from}/self_attn`, `${to}.self_qkv`, `${to}.self_out`, width);
    yield* norm(source, `${from}/encoder_attn_layer_norm`, `${to}.cross_norm`, width);
    yield* crossAttention(source, `${from}/encoder_attn`, to, width);
    yield* feedForward(source, from, to, width);
  }
  yield* norm(source, '/model/decoder/layer_norm', 'decoder.norm', width);
}

function* selfAttention(
  source: OnnxSource,
  from: string,
  queryKeyValue: string,
  out: string,
  width: number,
): Generator<NamedBytes> {
  yield* packed(queryKeyValue, [
    readLinear(source, `${from}/q_proj`, width, width, 'with bias'),
    readLinear(source, `${from}/k_proj`, width, width, 'without bias'),
    readLinear(source, `${from}/v_proj`, width, width, 'with bias'),
  ]);
  yield* packed(out, [readLinear(source, `${from}/out_proj`, width, width, 'with bias')]);
}

/** Keys and values come from the encoder, so they are one matrix apart from the query's. */
function* crossAttention(source: OnnxSource, from: string, to: string, width: number): Generator<NamedBytes> {
  yield* packed(`${to}.cross_query`, [readLinear(source, `${from}/q_proj`, width, width, 'with bias')]);
  yield* packed(`${to}.cross_key_value`, [
    readLinear(source, `${from}/k_proj`, width, width, 'without bias'),
    readLinear(source, `${from}/v_proj`, width, width, 'with bias'),
  ]);
  yield* packed(`${to}.cross_out`, [readLinear(source, `${from}/out_proj`, width, width, 'with bias')]);
}

function* feedForward(source: OnnxSource, from: string, to: string, width: number): Generator<NamedBytes> {
  const inner = FEED_FORWARD_FACTOR * width;
  yield* norm(source, `${from}/final_layer_norm`, `${to}.feed_forward_norm`, width);
  yield* packed(`${to}.feed_forward_up`, [readLinear(source, `${from}/fc1`, inner, width, 'with bias')]);
  yield* packed(`${to}.feed_forward_down`, [readLinear(source, `${from}/fc2`, width, inner, 'with bias')]);
}

/** The exporter wrote a layer norm as single operations; the last two multiply and add what it learned. */
function* norm(source: OnnxSource, from: string, to: string, width: number): Generator<NamedBytes> {
  const weight = source.floats(source.storedOperand(`${from}/Mul`, 'Mul'), [width]);
  yield { name: `${to}.weight`, bytes: bytesOf(weight) };
  const bias = source.floats(source.storedOperand(`${from}/Add_1`, 'Add'), [width]);
  yield { name: `${to}.bias`, bytes: bytesOf(bias) };
}

/** A MatMulInteger with its matrix as [inputs, outputs]. */
function readLinear(
  source: OnnxSource,
  path: string,
  outputs: number,
  inputs: number,
  kind: 'with bias' | 'without bias',
): QuantizedMatrix {
  const multiply = `${path}/MatMul_quant`;
  const addition = `${path}/Add`;
  if (kind === 'without bias' && source.hasNode(addition)) {
    throw source.corrupt(`node ${addition} adds a bias where Whisper has none`);
  }
  const weight = source.operand(multiply, 'MatMulInteger', 1);
  const { bytes, isSigned } = source.integers(weight, [inputs, outputs]);
  const scale = source.storedOperand(`${multiply}_scales_mul`, 'Mul');
  const zero = source.optionalOperand(multiply, 'MatMulInteger', 3);
  return {
    integers: bytes,
    isSigned,
    outputs,
    outputStride: 1,
    inputOffsets: Int32Array.from({ length: inputs }, (_, input) => input * outputs),
    scales: readScales(source, scale, outputs),
    zeros: readZeros(source, zero, isSigned, outputs),
    bias: kind === 'with bias' ? source.floats(source.storedOperand(addition, 'Add'), [outputs]) : null,
  };
}

/** A ConvInteger with its kernel as [outputs, channels, taps], read tap by tap. */
function readConvolution(
  source: OnnxSource,
  name: string,
  outputs: number,
  channels: number,
): QuantizedMatrix {
  const node = `/${name}/Conv_quant`;
  const weight = source.operand(node, 'ConvInteger', 1);
  const { bytes, isSigned } = source.integers(weight, [outputs, channels, CONVOLUTION_TAPS]);
  const scale = source.storedOperand(`${node}_scales_mul`, 'Mul');
  const zero = source.optionalOperand(node, 'ConvInteger', 3);
  return {
    integers: bytes,
    isSigned,
    outputs,
    outputStride: channels * CONVOLUTION_TAPS,
    inputOffsets: convolutionOffsets(channels, CONVOLUTION_TAPS),
    scales: readScales(source, scale, outputs),
    zeros: readZeros(source, zero, isSigned, outputs),
    bias: source.floats(source.named(`${name}.bias`), [outputs]),
  };
}

/** The token embedding, [vocabulary, width]; Whisper uses the same matrix as its vocabulary projection. */
function readTokens(source: OnnxSource, vocabularySize: number, width: number): QuantizedMatrix {
  const gather = '/model/decoder/embed_tokens/Gather';
  const dequantize = `${gather}_output_0_DequantizeLinear`;
  const weight = source.operand(gather, 'Gather', 0);
  const scale = source.operand(dequantize, 'DequantizeLinear', 1);
  const zero = source.optionalOperand(dequantize, 'DequantizeLinear', 2);
  expectTiedProjection(source, weight, scale, zero);
  const { bytes, isSigned } = source.integers(weight, [vocabularySize, width]);
  return {
    integers: bytes,
    isSigned,
    outputs: vocabularySize,
    outputStride: width,
    inputOffsets: rowOffsets(width),
    scales: readScales(source, scale, vocabularySize),
    zeros: readZeros(source, zero, isSigned, vocabularySize),
    bias: null,
  };
}

/** Logits must come from the embedding through transposition and dequantisation and nothing else. */
function expectTiedProjection(
  source: OnnxSource,
  weight: OnnxTensor,
  scale: OnnxTensor,
  zero: OnnxTensor | null,
): void {
  const projection = '/proj_out/MatMul';
  for (const { graph, inputs } of source.nodes(projection, 'MatMul')) {
    const dequantize = graph.findProducer(inputs[1] ?? '');
    const transpose = graph.findProducer(dequantize?.inputs[0] ?? '');
    const isTied =
      dequantize?.operation === 'DequantizeLinear' &&
      transpose?.operation === 'Transpose' &&
      graph.findInitializer(transpose.inputs[0] ?? '') === weight &&
      graph.findInitializer(dequantize.inputs[1] ?? '') === scale &&
      graph.findInitializer(dequantize.inputs[2] ?? '') === zero;
    if (!isTied) throw source.corrupt(`node ${projection} does not use the token embedding`);
  }
}

function readScales(source: OnnxSource, tensor: OnnxTensor, outputs: number): Float32Array {
  const scales = source.floats(tensor, perOutputShape(tensor, outputs));
  if (!scales.every((scale) => scale > 0)) {
    throw source.corrupt(`tensor ${tensor.name} holds a scale that is not above zero`);
  }
  return scales;
}

/** ONNX leaves the zero point out when it is 0. */
function readZeros(
  source: OnnxSource,
  tensor: OnnxTensor | null,
  isSigned: boolean,
  outputs: number,
): Int32Array {
  if (tensor === null) return Int32Array.of(0);
  const zeros = source.integers(tensor, perOutputShape(tensor, outputs));
  if (zeros.isSigned !== isSigned) {
    throw source.corrupt(`tensor ${tensor.name} is not of the type of the weights it belongs to`);
  }
  const { buffer, byteOffset, byteLength } = zeros.bytes;
  return Int32Array.from(isSigned ? new Int8Array(buffer, byteOffset, byteLength) : zeros.bytes);
}

/** Scales and zero points are scalars, or lists with one value for all outputs or one per output. */
function perOutputShape(tensor: OnnxTensor, outputs: number): readonly number[] {
  if (tensor.dims.length === 0) return [];
  return tensor.dims[0] === 1 ? [1] : [outputs];
}
