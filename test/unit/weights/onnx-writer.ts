/** Writes ONNX files by hand, for tests of the reader. Field numbers as in onnx.proto. */

export interface TensorSketch {
  readonly name: string;
  readonly dims: readonly number[];
  /** 1 float, 2 uint8, 3 int8. */
  readonly dataType: number;
  readonly raw?: Uint8Array;
  readonly floats?: readonly number[];
  readonly integers?: readonly number[];
  readonly isExternal?: boolean;
}

export interface NodeSketch {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly branches?: readonly GraphSketch[];
}

export interface GraphSketch {
  readonly nodes: readonly NodeSketch[];
  readonly initializers: readonly TensorSketch[];
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

export function integerField(number: number, value: number): Uint8Array {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

export function bytesField(number: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.byteLength), bytes]);
}

export function writeModel(graph: GraphSketch): Uint8Array {
  return Buffer.concat([
    integerField(1, 8),
    bytesField(2, 'by hand'),
    bytesField(7, writeGraph(graph)),
    bytesField(8, integerField(2, 11)),
  ]);
}

function writeGraph({ nodes, initializers }: GraphSketch): Uint8Array {
  return Buffer.concat([
    ...nodes.map((node) => bytesField(1, writeNode(node))),
    bytesField(2, 'graph'),
    ...initializers.map((tensor) => bytesField(5, writeTensor(tensor))),
  ]);
}

function writeNode({ name, operation, inputs, outputs, branches = [] }: NodeSketch): Uint8Array {
  return Buffer.concat([
    ...inputs.map((input) => bytesField(1, input)),
    ...outputs.map((output) => bytesField(2, output)),
    bytesField(3, name),
    bytesField(4, operation),
    ...branches.map((branch, index) =>
      bytesField(5, Buffer.concat([bytesField(1, `branch_${index}`), bytesField(6, writeGraph(branch))])),
    ),
  ]);
}

function writeTensor({
  name,
  dims,
  dataType,
  raw,
  floats,
  integers,
  isExternal = false,
}: TensorSketch): Uint8Array {
  return Buffer.concat([
    ...dims.map((size) => integerField(1, size)),
    integerField(2, dataType),
    floats === undefined ? Buffer.alloc(0) : bytesField(4, new Uint8Array(Float32Array.from(floats).buffer)),
    integers === undefined ? Buffer.alloc(0) : bytesField(5, Buffer.concat(integers.map(varint))),
    bytesField(8, name),
    raw === undefined ? Buffer.alloc(0) : bytesField(9, raw),
    isExternal ? integerField(14, 1) : Buffer.alloc(0),
  ]);
}
