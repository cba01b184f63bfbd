/**
 * One ONNX file of a model as a source of weights: finds tensors by the node that uses them and checks
 * type, shape and values. In: the file's bytes. Out: tensors that are what they should be, or AppError
 * 'model-corrupt' that names the file and the tensor or node.
 *
 * The surprising thing: weights are found through the graph, because the exporter gave the matrices
 * anonymous names (onnx::MatMul_883_quantized). Nodes kept theirs.
 */
import type { AppError } from '../../shared/errors.js';
import { corruptModelError } from '../model/model-errors.js';
import { FLOAT, INT8, UINT8, parseOnnx } from './onnx-graph.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from './onnx-graph.js';
import { ProtobufError } from './protobuf.js';

export interface Integers {
  readonly bytes: Uint8Array;
  readonly isSigned: boolean;
}

export class OnnxSource {
  readonly #model: OnnxModel;

  constructor(
    bytes: Uint8Array,
    readonly path: string,
    readonly modelId: string,
  ) {
    try {
      this.#model = parseOnnx(bytes);
    } catch (cause) {
      if (!(cause instanceof ProtobufError)) throw cause;
      throw this.corrupt(`it is not a readable ONNX model (${cause.message})`, cause);
    }
  }

  corrupt(problem: string, cause?: unknown): AppError {
    return corruptModelError(this.modelId, this.path, problem, cause);
  }

  /** The nodes of that name, at least one, each of that operation. */
  nodes(name: string, operation: string): readonly OnnxNode[] {
    const found = this.#model.nodesNamed(name);
    if (found.length === 0) throw this.corrupt(`it has no node ${name}`);
    for (const node of found) {
      if (node.operation !== operation) {
        throw this.corrupt(`node ${name} is a ${node.operation} instead of a ${operation}`);
      }
    }
    return found;
  }

  hasNode(name: string): boolean {
    return this.#model.nodesNamed(name).length > 0;
  }

  /** A tensor by its own name, which a merged decoder extends by "_merged_0". */
  named(name: string): OnnxTensor {
    const { graph } = this.#model;
    const tensor = graph.findInitializer(name) ?? graph.findInitializer(`${name}_merged_0`);
    if (tensor === null) throw this.corrupt(`it has no tensor ${name}`);
    return tensor;
  }

  /** The tensor that a node has as its input of that index; null when that input is left out. */
  optionalOperand(nodeName: string, operation: string, index: number): OnnxTensor | null {
    const tensors = this.nodes(nodeName, operation).map((node) => {
      const input = node.inputs[index] ?? '';
      if (input === '') return null;
      const tensor = node.graph.findInitializer(input);
      if (tensor === null) throw this.corrupt(`input ${input} of node ${nodeName} is not a stored tensor`);
      return tensor;
    });
    return this.#same(nodeName, tensors);
  }

  operand(nodeName: string, operation: string, index: number): OnnxTensor {
    const tensor = this.optionalOperand(nodeName, operation, index);
    if (tensor === null) throw this.corrupt(`node ${nodeName} has no input ${index}`);
    return tensor;
  }

  /** The tensor that a `Constant` node gives to the only node of that name as its input of that index. */
  constant(nodeName: string, operation: string, index: number): OnnxTensor {
    const [node] = this.nodes(nodeName, operation);
    const tensor = node!.graph.findConstant(node!.inputs[index] ?? '');
    if (tensor === null) throw this.corrupt(`input ${index} of node ${nodeName} is not a constant`);
    return tensor;
  }

  /** The one stored tensor among the inputs of a node of two, whichever side it is on. */
  storedOperand(nodeName: string, operation: string): OnnxTensor {
    const tensors = this.nodes(nodeName, operation).map((node) => {
      const stored = node.inputs.flatMap((input) => node.graph.findInitializer(input) ?? []);
      if (stored.length !== 1) {
        throw this.corrupt(`node ${nodeName} has ${stored.length} stored inputs instead of one`);
      }
      return stored[0]!;
    });
    return this.#same(nodeName, tensors);
  }

  /** All values, which must be finite, of a tensor of that shape. */
  floats(tensor: OnnxTensor, shape: readonly number[]): Float32Array<ArrayBuffer> {
    this.#expectShape(tensor, shape);
    if (tensor.dataType !== FLOAT) throw this.corrupt(`tensor ${tensor.name} is not of type float`);
    const count = countElements(shape);
    const values = new Float32Array(count);
    if (tensor.raw === null) {
      this.#expectLength(tensor, tensor.floats.length, count);
      values.set(tensor.floats);
    } else {
      this.#expectLength(tensor, tensor.raw.byteLength, count * 4);
      new Uint8Array(values.buffer).set(tensor.raw);
    }
    if (!values.every(Number.isFinite)) {
      throw this.corrupt(`tensor ${tensor.name} holds a value that is not a number`);
    }
    return values;
  }

  /** The bytes of an int8 or uint8 tensor of that shape. */
  integers(tensor: OnnxTensor, shape: readonly number[]): Integers {
    this.#expectShape(tensor, shape);
    const isSigned = tensor.dataType === INT8;
    if (!isSigned && tensor.dataType !== UINT8) {
      throw this.corrupt(`tensor ${tensor.name} is of type ${tensor.dataType}, not an 8-bit integer`);
    }
    const count = countElements(shape);
    if (tensor.raw !== null) {
      this.#expectLength(tensor, tensor.raw.byteLength, count);
      return { bytes: tensor.raw, isSigned };
    }
    this.#expectLength(tensor, tensor.integers.length, count);
    const lowest = isSigned ? -128 : 0;
    if (tensor.integers.some((value) => value < lowest || value > lowest + 255)) {
      throw this.corrupt(`tensor ${tensor.name} holds a value beyond its 8-bit type`);
    }
    return { bytes: Uint8Array.from(tensor.integers), isSigned };
  }

  #same<T extends OnnxTensor | null>(nodeName: string, tensors: readonly T[]): T {
    const first = tensors[0]!;
    if (tensors.some((tensor) => tensor !== first)) {
      throw this.corrupt(`the branches of the model give node ${nodeName} different weights`);
    }
    return first;
  }

  #expectShape(tensor: OnnxTensor, shape: readonly number[]): void {
    if (tensor.isExternal) throw this.corrupt(`tensor ${tensor.name} is stored in another file`);
    if (tensor.dims.length !== shape.length || tensor.dims.some((size, axis) => size !== shape[axis])) {
      throw this.corrupt(
        `tensor ${tensor.name} has the shape [${tensor.dims.join(', ')}] instead of [${shape.join(', ')}]`,
      );
    }
  }

  #expectLength(tensor: OnnxTensor, length: number, expected: number): void {
    if (length === expected) return;
    throw this.corrupt(`tensor ${tensor.name} holds ${length} bytes or values instead of ${expected}`);
  }
}

function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
