/**
 * The weights file: safetensors (https://github.com/huggingface/safetensors) with a layout of ours.
 *
 *   8 bytes   length of the header, little-endian
 *   header    JSON, padded with spaces so that the data begins at a multiple of 64 bytes:
 *             {"__metadata__": {…}, "encoder.conv1.weight": {"dtype", "shape", "data_offsets"}, …}
 *   data      tensors without gaps, each at a multiple of 64 bytes, little-endian
 *
 * The metadata says what made it: format, version, layout, model, the model's dimensions, the sha256 of
 * every source file and of the data section; all as strings, as safetensors wants it. docs/weights.md
 * lists the tensors. In and out: a header as bytes and as a WeightsDescription.
 *
 * The surprising thing: a file of a newer version is not read at all, not even partly; one of an older
 * version is not converted, since it can be made again from the model.
 */
import * as v from 'valibot';
import type { ModelDimensions } from '../backend/backend.js';
import { BLOCK_INPUTS, BLOCK_OUTPUTS } from './pack-matrix.js';
import { ALIGNMENT_BYTES, planTensors } from './tensor-plan.js';
import type { TensorPlace, TensorPlan } from './tensor-plan.js';

export const WEIGHTS_FORMAT = 'tilescribe-weights';
/** 2: without the sums of version 1, which nobody read. */
export const WEIGHTS_VERSION = 2;
export const WEIGHTS_LAYOUT = 'n16k4';

/** The header's length, before the header. */
export const PREFIX_BYTES = 8;
/** The bound that the safetensors library itself sets. */
export const MAXIMUM_HEADER_BYTES = 100_000_000;

/**
 * sha256 in lower-case hexadecimal of the files a weights file is made of, by their paths in the model's folder.
 */
export type SourceHashes = Readonly<Record<string, string>>;

export interface WeightsDescription {
  readonly modelId: string;
  readonly dimensions: ModelDimensions;
  readonly sourceHashes: SourceHashes;
  readonly dataSha256: string;
  /** Bytes from the beginning of the file to the data section. */
  readonly dataOffset: number;
  readonly dataBytes: number;
  /** In file order; offsets are relative to the data section. */
  readonly tensors: readonly TensorPlace[];
}

export type ParsedHeader =
  | { readonly kind: 'ours'; readonly description: WeightsDescription }
  | { readonly kind: 'older' | 'newer'; readonly version: number }
  | { readonly kind: 'damaged'; readonly problem: string };

/** Bounds a plan made from a damaged header; far above any Whisper model. */
const MAXIMUM_LAYERS = 256;
const MAXIMUM_SIZE = 1_000_000;

const decimal = (maximum: number, step = 1) =>
  v.pipe(
    v.string(),
    v.regex(/^[1-9][0-9]{0,8}$/),
    v.transform(Number),
    v.maxValue(maximum),
    v.multipleOf(step),
  );
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const MetadataSchema = v.object({
  layout: v.literal(WEIGHTS_LAYOUT),
  model: v.string(),
  width: decimal(MAXIMUM_SIZE, BLOCK_OUTPUTS),
  heads: decimal(MAXIMUM_SIZE),
  encoderLayers: decimal(MAXIMUM_LAYERS),
  decoderLayers: decimal(MAXIMUM_LAYERS),
  audioContext: decimal(MAXIMUM_SIZE),
  textContext: decimal(MAXIMUM_SIZE),
  vocabularySize: decimal(MAXIMUM_SIZE),
  melBins: decimal(MAXIMUM_SIZE, BLOCK_INPUTS),
  dataSha256: sha256,
});
type Metadata = v.InferOutput<typeof MetadataSchema>;

const IdentitySchema = v.object({
  __metadata__: v.object({
    format: v.literal(WEIGHTS_FORMAT),
    version: v.pipe(v.string(), v.regex(/^(0|[1-9][0-9]{0,8})$/), v.transform(Number)),
  }),
});

/** Before the path of a source file, in the metadata. */
const SOURCE_PREFIX = 'sha256:';

const SourcesSchema = v.object({
  __metadata__: v.pipe(
    v.record(v.string(), v.string()),
    v.transform((metadata) =>
      Object.fromEntries(
        Object.entries(metadata)
          .filter(([key]) => key.startsWith(SOURCE_PREFIX))
          .map(([key, value]) => [key.slice(SOURCE_PREFIX.length), value]),
      ),
    ),
    v.record(v.pipe(v.string(), v.minLength(1)), sha256),
    v.check((sources) => Object.keys(sources).length > 0),
  ),
});

const HeaderSchema = v.objectWithRest(
  { __metadata__: MetadataSchema },
  v.object({
    dtype: v.string(),
    shape: v.array(v.number()),
    data_offsets: v.tuple([v.number(), v.number()]),
  }),
);

/** Length prefix and header. Its length does not depend on the hashes, only on the model. */
export function encodeHeader(
  modelId: string,
  dimensions: ModelDimensions,
  plan: TensorPlan,
  hashes: { readonly sources: SourceHashes; readonly data: string },
): Uint8Array {
  const metadata: Record<string, string> = {
    format: WEIGHTS_FORMAT,
    version: String(WEIGHTS_VERSION),
    layout: WEIGHTS_LAYOUT,
    model: modelId,
    width: String(dimensions.width),
    heads: String(dimensions.heads),
    encoderLayers: String(dimensions.encoderLayers),
    decoderLayers: String(dimensions.decoderLayers),
    audioContext: String(dimensions.audioContext),
    textContext: String(dimensions.textContext),
    vocabularySize: String(dimensions.vocabularySize),
    melBins: String(dimensions.melBins),
    dataSha256: hashes.data,
  };
  for (const [path, hash] of Object.entries(hashes.sources)) metadata[SOURCE_PREFIX + path] = hash;
  const entries = plan.tensors.map(
    ({ name, type, shape, offset, bytes }) =>
      [name, { dtype: type, shape, data_offsets: [offset, offset + bytes] }] as const,
  );
  const json = Buffer.from(
    JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }),
    'utf8',
  );
  const total = Math.ceil((PREFIX_BYTES + json.length) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const header = Buffer.alloc(total, ' ');
  header.writeBigUInt64LE(BigInt(total - PREFIX_BYTES), 0);
  json.copy(header, PREFIX_BYTES);
  return header;
}

/**
 * The header's JSON against what a file of `fileBytes` bytes of this version must have: exactly the
 * planned tensors at the planned places, and a data section that ends where the file ends.
 */
export function parseHeader(header: Uint8Array, fileBytes: number): ParsedHeader {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(header).toString('utf8'));
  } catch {
    return damaged('its header is not readable');
  }
  const identity = v.safeParse(IdentitySchema, json);
  if (!identity.success) return damaged('it is not a weights file of Tilescribe');
  const { version } = identity.output.__metadata__;
  if (version > WEIGHTS_VERSION) return { kind: 'newer', version };
  if (version < WEIGHTS_VERSION) return { kind: 'older', version };

  const parsed = v.safeParse(HeaderSchema, json);
  if (!parsed.success) {
    return damaged(`its header is damaged at ${v.getDotPath(parsed.issues[0]) ?? 'the top'}`);
  }
  const sources = v.safeParse(SourcesSchema, json);
  if (!sources.success) return damaged('its header does not say what it was made of');
  const { __metadata__: metadata, ...tensors } = parsed.output;
  const dataOffset = PREFIX_BYTES + header.byteLength;
  if (dataOffset % ALIGNMENT_BYTES !== 0) return damaged('its data does not begin at a multiple of 64 bytes');

  const dimensions = dimensionsOf(metadata);
  const plan = planTensors(dimensions);
  const problem = compareTensors(plan, tensors) ?? compareSize(dataOffset + plan.dataBytes, fileBytes);
  if (problem !== null) return damaged(problem);
  const description: WeightsDescription = {
    modelId: metadata.model,
    dimensions,
    sourceHashes: sources.output.__metadata__,
    dataSha256: metadata.dataSha256,
    dataOffset,
    dataBytes: plan.dataBytes,
    tensors: plan.tensors,
  };
  return { kind: 'ours', description };
}

function damaged(problem: string): ParsedHeader {
  return { kind: 'damaged', problem };
}

function dimensionsOf(metadata: Metadata): ModelDimensions {
  const { width, heads, encoderLayers, decoderLayers, audioContext, textContext, vocabularySize, melBins } =
    metadata;
  return { melBins, audioContext, textContext, width, heads, encoderLayers, decoderLayers, vocabularySize };
}

type HeaderTensor = v.InferOutput<(typeof HeaderSchema)['rest']>;

/** What is wrong with the header's list of tensors, or null. */
function compareTensors(plan: TensorPlan, found: Readonly<Record<string, HeaderTensor>>): string | null {
  const planned = new Set(plan.tensors.map(({ name }) => name));
  const unknown = Object.keys(found).find((name) => !planned.has(name));
  if (unknown !== undefined) return `it has a tensor ${unknown} that does not belong there`;
  for (const { name, type, shape, offset, bytes } of plan.tensors) {
    const tensor = found[name];
    if (tensor === undefined) return `the tensor ${name} is missing`;
    if (tensor.dtype !== type || tensor.shape.join() !== shape.join()) {
      const [is, must] = [`${tensor.dtype} [${tensor.shape.join(', ')}]`, `${type} [${shape.join(', ')}]`];
      return `the tensor ${name} is ${is} instead of ${must}`;
    }
    const [begin, end] = tensor.data_offsets;
    if (begin !== offset || end !== offset + bytes) return `the tensor ${name} is not where it belongs`;
  }
  return null;
}

function compareSize(expectedBytes: number, fileBytes: number): string | null {
  if (fileBytes === expectedBytes) return null;
  const relation = fileBytes < expectedBytes ? 'it is cut short' : 'it has bytes behind its end';
  return `${relation} (${fileBytes} bytes instead of ${expectedBytes})`;
}
