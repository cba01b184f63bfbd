/**
 * The part of an ONNX model that names its weights: nodes with their inputs and outputs, initializers,
 * constants, and the same of the subgraphs of `If`. In: the bytes of a .onnx file. Out: an OnnxModel whose tensors
 * are views of those bytes. Numbers of fields are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 *
 * The surprising thing: a name is looked up as ONNX scopes it, in the node's own graph and then in the
 * graphs around it, because a merged decoder keeps weights outside the branches that use them; and one
 * node name can stand for several nodes, one per branch.
 */
import { ProtobufError, readFields, readPackedVarints } from './protobuf.js';
import type { ProtobufField } from './protobuf.js';

/** TensorProto.DataType, the three that weights come in. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;

/** TensorProto.DataLocation.EXTERNAL: the data is in another file. */
const EXTERNAL = 1;

/** Deeper than any exporter nests; a damaged file must not exhaust the stack. */
const MAXIMUM_GRAPH_DEPTH = 16;

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly isExternal: boolean;
  /** raw_data, little-endian; null when the values are in one of the two lists. */
  readonly raw: Uint8Array | null;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
}

export interface OnnxNode {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly graph: OnnxGraph;
}

export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  /** The values of `Constant` nodes by the names of their outputs; some exporters keep weights there. */
  readonly constants = new Map<string, OnnxTensor>();

  constructor(readonly outer: OnnxGraph | null) {}

  /** The initializer that a node of this graph means by the name. */
  findInitializer(name: string): OnnxTensor | null {
    return this.initializers.get(name) ?? this.outer?.findInitializer(name) ?? null;
  }

  /** The constant that a node of this graph means by the name. */
  findConstant(name: string): OnnxTensor | null {
    return this.constants.get(name) ?? this.outer?.findConstant(name) ?? null;
  }

  /** The node whose output a node of this graph means by the name. */
  findProducer(name: string): OnnxNode | null {
    return this.nodes.find(({ outputs }) => outputs.includes(name)) ?? this.outer?.findProducer(name) ?? null;
  }
}

export class OnnxModel {
  readonly #nodes = new Map<string, OnnxNode[]>();

  constructor(readonly graph: OnnxGraph) {}

  /** All nodes of the name, at most one per graph in a well-formed model. */
  nodesNamed(name: string): readonly OnnxNode[] {
    return this.#nodes.get(name) ?? [];
  }

  addNode(node: OnnxNode): void {
    const others = this.#nodes.get(node.name);
    if (others === undefined) this.#nodes.set(node.name, [node]);
    else others.push(node);
  }
}

/** Throws ProtobufError when the bytes are not an ONNX model. */
export function parseOnnx(bytes: Uint8Array): OnnxModel {
  const model = new OnnxModel(new OnnxGraph(null));
  let hasGraph = false;
  for (const field of readFields(bytes)) {
    // ModelProto.graph = 7
    if (field.number === 7) {
      readGraph(model, model.graph, expectBytes(field), 0);
      hasGraph = true;
    }
  }
  if (!hasGraph) throw new ProtobufError('it holds no graph');
  return model;
}

function readGraph(model: OnnxModel, graph: OnnxGraph, bytes: Uint8Array, depth: number): void {
  if (depth > MAXIMUM_GRAPH_DEPTH) throw new ProtobufError('its graphs are nested too deeply');
  for (const field of readFields(bytes)) {
    // GraphProto.node = 1, initializer = 5
    if (field.number === 1) readNode(model, graph, expectBytes(field), depth);
    else if (field.number === 5) {
      const tensor = readTensor(expectBytes(field));
      graph.initializers.set(tensor.name, tensor);
    }
  }
}

function readNode(model: OnnxModel, graph: OnnxGraph, bytes: Uint8Array, depth: number): void {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Uint8Array[] = [];
  let name = '';
  let operation = '';
  for (const field of readFields(bytes)) {
    // NodeProto.input = 1, output = 2, name = 3, op_type = 4, attribute = 5
    if (field.number === 1) inputs.push(expectText(field));
    else if (field.number === 2) outputs.push(expectText(field));
    else if (field.number === 3) name = expectText(field);
    else if (field.number === 4) operation = expectText(field);
    else if (field.number === 5) attributes.push(expectBytes(field));
  }
  for (const attribute of attributes) readSubgraphs(model, graph, attribute, depth);
  const [output] = outputs;
  if (operation === 'Constant' && output !== undefined) readConstant(graph, output, attributes);
  const node = { name, operation, inputs, outputs, graph };
  graph.nodes.push(node);
  model.addNode(node);
}

function readSubgraphs(model: OnnxModel, outer: OnnxGraph, attribute: Uint8Array, depth: number): void {
  for (const field of readFields(attribute)) {
    // AttributeProto.g = 6: then_branch and else_branch of If
    if (field.number === 6) readGraph(model, new OnnxGraph(outer), expectBytes(field), depth + 1);
  }
}

function readConstant(graph: OnnxGraph, output: string, attributes: readonly Uint8Array[]): void {
  for (const attribute of attributes) {
    for (const field of readFields(attribute)) {
      // AttributeProto.t = 5
      if (field.number === 5) graph.constants.set(output, readTensor(expectBytes(field)));
    }
  }
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const dims: number[] = [];
  const floats: number[] = [];
  const integers: number[] = [];
  let [name, dataType, isExternal]: [string, number, boolean] = ['', 0, false];
  let raw: Uint8Array | null = null;
  for (const field of readFields(bytes)) {
    // TensorProto.dims = 1, data_type = 2, float_data = 4, int32_data = 5 (also holds 8-bit integers),
    // name = 8, raw_data = 9, data_location = 14
    if (field.number === 1) for (const size of expectIntegers(field)) dims.push(size);
    else if (field.number === 2) dataType = expectInteger(field);
    else if (field.number === 4) appendFloats(field, floats);
    else if (field.number === 5) for (const value of expectIntegers(field)) integers.push(value);
    else if (field.number === 8) name = expectText(field);
    else if (field.number === 9) raw = expectBytes(field);
    else if (field.number === 14) isExternal = expectInteger(field) === EXTERNAL;
  }
  return { name, dims, dataType, isExternal, raw, floats, integers };
}

function expectBytes(field: ProtobufField): Uint8Array {
  if (field.kind !== 'bytes') throw new ProtobufError(`field ${field.number} is not of the kind expected`);
  return field.value;
}

function expectText(field: ProtobufField): string {
  const bytes = expectBytes(field);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function expectInteger(field: ProtobufField): number {
  if (field.kind !== 'varint') throw new ProtobufError(`field ${field.number} is not of the kind expected`);
  return field.value;
}

/** A repeated integer field comes packed into one field or one field per value. */
function expectIntegers(field: ProtobufField): readonly number[] {
  return field.kind === 'varint' ? [field.value] : readPackedVarints(expectBytes(field));
}

function appendFloats(field: ProtobufField, floats: number[]): void {
  const bytes = field.kind === 'fixed32' ? field.value : expectBytes(field);
  if (bytes.byteLength % 4 !== 0) throw new ProtobufError('a list of floats ends within a float');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < bytes.byteLength; offset += 4) floats.push(view.getFloat32(offset, true));
}
