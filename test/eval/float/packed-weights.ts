/**
 * The weights that the native engine reads, as the numbers they stand for: scale · (q − zero) in float32. For models
 * that come in int8, whose weights in full precision are not in their files. In: the path of the packed file. Out:
 * tensors for native/reference/float_model.h; or an Error.
 */
import { readFile } from 'node:fs/promises';
import { describeWeights } from '../../../src/engine/weights/describe-weights.js';
import { BLOCK_INPUTS, BLOCK_OUTPUTS } from '../../../src/engine/weights/pack-matrix.js';
import { listParts } from '../../../src/engine/weights/tensor-plan.js';
import type { FloatWeights } from './float-weights.js';

export async function readPackedWeights(path: string): Promise<FloatWeights> {
  const { dimensions, tensors: places, dataOffset } = await describeWeights(path);
  const data = await readFile(path);
  const take = (name: string): Uint8Array<ArrayBuffer> => {
    const place = places.find((one) => one.name === name);
    if (place === undefined) throw new Error(`${path} has no tensor ${name}`);
    const begin = dataOffset + place.offset;
    return Uint8Array.from(data.subarray(begin, begin + place.bytes));
  };
  const tensors: Record<string, Float32Array> = {};
  for (const part of listParts(dimensions)) {
    const { name } = part;
    if (part.kind === 'floats') {
      tensors[name] = new Float32Array(take(name).buffer);
      continue;
    }
    const scales = new Float32Array(take(`${name}.scale`).buffer);
    const zeros = new Int32Array(take(`${name}.zero`).buffer);
    tensors[`${name}.weight`] = unpack(take(`${name}.weight`), scales, zeros, part);
    tensors[`${name}.bias`] = new Float32Array(take(`${name}.bias`).buffer).slice(0, part.outputs);
  }
  return { dimensions, tensors };
}

/** From [outputs / 16, inputs / 4, 16, 4] (docs/weights.md) to [outputs, inputs]. */
function unpack(
  packed: Uint8Array,
  scales: Float32Array,
  zeros: Int32Array,
  { outputs, inputs }: { readonly outputs: number; readonly inputs: number },
): Float32Array {
  const weights = new Float32Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    const [scale, zero] = [scales[output]!, zeros[output]!];
    const row = Math.floor(output / BLOCK_OUTPUTS) * BLOCK_OUTPUTS * inputs;
    const lane = row + (output % BLOCK_OUTPUTS) * BLOCK_INPUTS;
    for (let input = 0; input < inputs; input += BLOCK_INPUTS) {
      for (let i = 0; i < BLOCK_INPUTS; i++) {
        const q = packed[lane + input * BLOCK_OUTPUTS + i]!;
        weights[output * inputs + input + i] = scale * (q - zero);
      }
    }
  }
  return weights;
}
