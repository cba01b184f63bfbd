/**
 * A ggml file's weights as they are stored, widened to float32, by the names and in the order of docs/weights.md. In:
 * its path. Out: tensors for native/reference/float_model.h; or an Error.
 *
 * The surprising thing: the product's importer rounds while it reads, so that this reads the file itself; names, shapes
 * and the order of a convolution's inputs are the importer's.
 */
import type { ModelDimensions } from '../../../src/engine/backend/backend.js';
import { ByteFile } from '../../../src/engine/model/byte-file.js';
import { readGgmlHead, readGgmlTensors } from '../../../src/engine/model/ggml-file.js';
import type { GgmlTensor } from '../../../src/engine/model/ggml-file.js';
import { toGgmlFloats, toGgmlMatrices } from '../../../src/engine/weights/ggml-names.js';
import { halfToNumber } from '../../../src/engine/weights/half-float.js';
import { convolutionOffsets } from '../../../src/engine/weights/pack-matrix.js';
import { CONVOLUTION_TAPS, listParts } from '../../../src/engine/weights/tensor-plan.js';
import type { ModelPart } from '../../../src/engine/weights/tensor-plan.js';

/** Of a matrix X: "X.weight" [outputs, inputs], "X.bias" [outputs]. */
export type FloatTensors = Record<string, Float32Array>;

export interface FloatWeights {
  readonly dimensions: ModelDimensions;
  readonly tensors: FloatTensors;
}

export async function readFloatWeights(path: string): Promise<FloatWeights> {
  const file = await ByteFile.open(path);
  try {
    const { dimensions, tensorsAt } = await readGgmlHead(file);
    const stored = await readGgmlTensors(file, tensorsAt);
    const read = async (name: string, count: number): Promise<Float32Array> => {
      const tensor = stored.get(name);
      if (tensor === undefined) throw new Error(`${path} has no tensor ${name}`);
      const values = await readTensor(file, tensor);
      if (values.length === count) return values;
      throw new Error(`tensor ${name} of ${path} has ${values.length} values instead of ${count}`);
    };
    const tensors: FloatTensors = {};
    for (const part of listParts(dimensions)) Object.assign(tensors, await readPart(part, read));
    return { dimensions, tensors };
  } finally {
    await file.close();
  }
}

type Read = (name: string, count: number) => Promise<Float32Array>;

async function readPart(part: ModelPart, read: Read): Promise<FloatTensors> {
  if (part.kind === 'floats') {
    const count = part.shape.reduce((product, size) => product * size, 1);
    return { [part.name]: await read(toGgmlFloats(part.name), count) };
  }
  const { name, outputs, inputs } = part;
  const weight = new Float32Array(outputs * inputs);
  const bias = new Float32Array(outputs);
  const members = toGgmlMatrices(name);
  const ownOutputs = outputs / members.length;
  for (const [index, member] of members.entries()) {
    const values = await read(member.weight, ownOutputs * inputs);
    const isConvolution = name.startsWith('encoder.conv');
    weight.set(isConvolution ? byTap(values, inputs) : values, index * ownOutputs * inputs);
    if (member.bias !== null) bias.set(await read(member.bias, ownOutputs), index * ownOutputs);
  }
  return { [`${name}.weight`]: weight, [`${name}.bias`]: bias };
}

/** From [outputs, channels, taps] to [outputs, taps, channels]. */
function byTap(values: Float32Array, inputs: number): Float32Array {
  const offsets = convolutionOffsets(inputs / CONVOLUTION_TAPS, CONVOLUTION_TAPS);
  return values.map((_, i) => values[i - (i % inputs) + offsets[i % inputs]!]!);
}

async function readTensor(file: ByteFile, { type, position, bytes }: GgmlTensor): Promise<Float32Array> {
  const data = new Uint8Array(bytes);
  await file.read(data, position);
  if (type === 'float32') return new Float32Array(data.buffer);
  const halves = new Uint16Array(data.buffer);
  const values = new Float32Array(halves.length);
  // Over every weight of the model: Float32Array.from would take ten times as long.
  for (let i = 0; i < values.length; i++) values[i] = halfToNumber(halves[i]!);
  return values;
}
