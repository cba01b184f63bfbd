/**
 * Reads the chunks of a RIFF, RF64 or BW64 file up to its sound. Bytes in; the layout of the samples
 * out, or "another codec" for ffmpeg to try.
 *
 * The surprising thing: sizes in real headers are often wrong. A recorder that was killed, or that
 * writes to a pipe, leaves 0, 0x7FFFFFFF or 0xFFFFFFFF; such a size means "to the end of the file".
 *
 * Sources: Microsoft/IBM "Multimedia Programming Interface and Data Specifications 1.0" (1991), RIFF
 * and WAVE; Microsoft mmreg.h, WAVEFORMATEXTENSIBLE; EBU Tech 3306 and ITU-R BS.2088 for ds64.
 */
import { AppError } from '../../shared/errors.js';
import type { ByteReader } from './byte-reader.js';
import type { SampleEncoding } from './wav-samples.js';

export interface WavHeader {
  readonly encoding: SampleEncoding;
  readonly rateHz: number;
  readonly channels: number;
  readonly bytesPerSample: number;
  /** Of the sound, as the header says; null when it means "to the end". */
  readonly dataBytes: number | null;
}

export type WavContent =
  { readonly kind: 'readable'; readonly header: WavHeader } | { readonly kind: 'other-codec' };

const MIN_RATE_HZ = 1_000;
const MAX_RATE_HZ = 768_000;
const MAX_CHANNELS = 1_024;
/** More chunks than any writer puts before the sound; stops a walk through gigabytes of rubbish. */
const MAX_CHUNKS = 10_000;

const TAG_PCM = 0x0001;
const TAG_FLOAT = 0x0003;
const TAG_ALAW = 0x0006;
const TAG_MULAW = 0x0007;
const TAG_EXTENSIBLE = 0xfffe;
/** Last 14 bytes of a KSDATAFORMAT_SUBTYPE guid whose first two are a format tag. */
const SUBTYPE_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

export function looksLikeWav(head: Uint8Array): boolean {
  const id = chunkId(head, 0);
  return (id === 'RIFF' || id === 'RF64' || id === 'BW64') && chunkId(head, 8) === 'WAVE';
}

/** Leaves the reader at the first byte of the sound. */
export async function readWavHeader(reader: ByteReader, name: string): Promise<WavContent> {
  const riff = await reader.read(12);
  const riffBytes = viewOf(riff).getUint32(4, true);
  let format: Format | null = null;
  let longDataBytes: number | null = null;
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const chunk = await reader.read(8);
    if (chunk.length < 8 || !isChunkId(chunk)) {
      break;
    }
    const id = chunkId(chunk, 0);
    const size = viewOf(chunk).getUint32(4, true);
    if (id === 'data') {
      if (format === null) {
        throw damaged(name, 'its header does not describe the sound');
      }
      return toContent(format, await readDataSize(reader, { riffBytes, size, longDataBytes }), name);
    }
    const wanted = id === 'fmt ' || id === 'ds64' ? Math.min(size, 40) : 0;
    const content = await reader.read(wanted);
    if (id === 'fmt ') {
      format = parseFormat(content, name);
    } else if (id === 'ds64' && content.length >= 16) {
      longDataBytes = Number(viewOf(content).getBigUint64(8, true));
    }
    await skipRestOfChunk(reader, size - content.length, size % 2 === 1);
  }
  throw damaged(name, 'its header ends before the sound begins');
}

interface Format {
  readonly tag: number;
  readonly channels: number;
  readonly rateHz: number;
  readonly bytesPerFrame: number;
  readonly bits: number;
}

function parseFormat(bytes: Uint8Array, name: string): Format {
  if (bytes.length < 14) {
    throw damaged(name, 'its header is too short');
  }
  const view = viewOf(bytes);
  const tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const bytesPerFrame = view.getUint16(12, true);
  const impliedBits = channels === 0 ? 0 : (bytesPerFrame / channels) * 8;
  return {
    tag: tag === TAG_EXTENSIBLE ? extensibleTag(bytes) : tag,
    channels,
    rateHz: view.getUint32(4, true),
    bytesPerFrame,
    bits: bytes.length >= 16 ? view.getUint16(14, true) : impliedBits,
  };
}

function extensibleTag(bytes: Uint8Array): number {
  const isKnown = bytes.length >= 40 && SUBTYPE_TAIL.every((byte, index) => bytes[26 + index] === byte);
  return isKnown ? viewOf(bytes).getUint16(24, true) : TAG_EXTENSIBLE;
}

function toContent(format: Format, dataBytes: number | null, name: string): WavContent {
  const layout = findLayout(format);
  if (layout === null) {
    return { kind: 'other-codec' };
  }
  if (format.channels === 0 || format.channels > MAX_CHANNELS) {
    throw damaged(name, `its header says ${format.channels} channels`);
  }
  if (format.rateHz < MIN_RATE_HZ || format.rateHz > MAX_RATE_HZ) {
    throw damaged(name, `its header says ${format.rateHz} samples a second`);
  }
  return {
    kind: 'readable',
    header: { ...layout, rateHz: format.rateHz, channels: format.channels, dataBytes },
  };
}

type Layout = Pick<WavHeader, 'encoding' | 'bytesPerSample'>;

/** Samples narrower than their container (20 bits in 24) are left-justified, so the container rules. */
function findLayout(format: Format): Layout | null {
  const bytesPerSample = containerBytes(format);
  switch (format.tag) {
    case TAG_PCM:
      return pcmLayout(bytesPerSample);
    case TAG_FLOAT:
      if (bytesPerSample === 4) {
        return { encoding: 'float32', bytesPerSample };
      }
      return bytesPerSample === 8 ? { encoding: 'float64', bytesPerSample } : null;
    case TAG_MULAW:
      return bytesPerSample === 1 ? { encoding: 'mulaw', bytesPerSample } : null;
    case TAG_ALAW:
      return bytesPerSample === 1 ? { encoding: 'alaw', bytesPerSample } : null;
    default:
      return null;
  }
}

function pcmLayout(bytesPerSample: number): Layout | null {
  switch (bytesPerSample) {
    case 1:
      return { encoding: 'unsigned8', bytesPerSample };
    case 2:
      return { encoding: 'signed16', bytesPerSample };
    case 3:
      return { encoding: 'signed24', bytesPerSample };
    case 4:
      return { encoding: 'signed32', bytesPerSample };
    default:
      return null;
  }
}

/** From the frame size where it is plausible, else from the bits: some writers leave the first 0. */
function containerBytes({ channels, bytesPerFrame, bits }: Format): number {
  const fromBits = Math.ceil(bits / 8);
  const fromFrame = bytesPerFrame / channels;
  return Number.isInteger(fromFrame) && fromFrame >= fromBits && fromFrame <= 8 ? fromFrame : fromBits;
}

interface Sizes {
  readonly riffBytes: number;
  readonly size: number;
  readonly longDataBytes: number | null;
}

async function readDataSize(
  reader: ByteReader,
  { riffBytes, size, longDataBytes }: Sizes,
): Promise<number | null> {
  if (longDataBytes !== null && size === 0xffffffff) {
    return longDataBytes > 0 && Number.isSafeInteger(longDataBytes) ? longDataBytes : null;
  }
  if (size === 0) {
    return (await isReallyEmpty(reader, riffBytes)) ? 0 : null;
  }
  return size >= 0xffffff00 ? null : size;
}

/** A size of 0 is true only when further chunks follow, inside the size the whole file declares. */
async function isReallyEmpty(reader: ByteReader, riffBytes: number): Promise<boolean> {
  const next = await reader.peek(8);
  if (next.length < 8) {
    return next.length === 0;
  }
  const end = reader.position + 8 + viewOf(next).getUint32(4, true);
  return riffBytes < 0xffffff00 && isChunkId(next) && end <= riffBytes + 9;
}

/** An odd chunk is followed by a zero byte, which some writers leave out. */
async function skipRestOfChunk(reader: ByteReader, length: number, isOdd: boolean): Promise<void> {
  if (length > 0) {
    await reader.skip(length);
  }
  if (!isOdd) {
    return;
  }
  const next = await reader.peek(5);
  const isPadMissing = isChunkId(next) && !isChunkId(next.subarray(1));
  await reader.skip(isPadMissing ? 0 : 1);
}

function isChunkId(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes.subarray(0, 4).every((byte) => byte >= 0x20 && byte <= 0x7e);
}

function chunkId(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(name: string, why: string): AppError {
  return new AppError(
    'damaged-audio',
    `${name} is a damaged WAV file: ${why}.`,
    'Record or export it again, or open it in an audio editor and save it as a new file.',
  );
}
