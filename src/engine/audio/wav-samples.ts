/**
 * Samples as WAV files store them, to mono floats: bytes of whole frames in, one float per frame out,
 * full scale = 1, the mean of the channels (as `ffmpeg -ac 1` mixes stereo). All little-endian.
 */
import type { WavHeader } from './wav-header.js';

export type SampleEncoding =
  'unsigned8' | 'signed16' | 'signed24' | 'signed32' | 'float32' | 'float64' | 'mulaw' | 'alaw';

/** ITU-T G.711 (1988), decoded to 16-bit as ITU-T G.191's reference code does. */
function mulawTable(): Float32Array {
  return Float32Array.from({ length: 256 }, (_, code) => {
    const bits = ~code & 0xff;
    const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
    return (bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32_768;
  });
}

function alawTable(): Float32Array {
  return Float32Array.from({ length: 256 }, (_, code) => {
    const bits = code ^ 0x55;
    const exponent = (bits & 0x70) >> 4;
    const mantissa = ((bits & 0x0f) << 4) + 8;
    const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
    return (bits & 0x80 ? magnitude : -magnitude) / 32_768;
  });
}

const MULAW = mulawTable();
const ALAW = alawTable();

type ReadSample = (view: DataView, offset: number) => number;

const READERS: Readonly<Record<SampleEncoding, ReadSample>> = {
  unsigned8: (view, offset) => (view.getUint8(offset) - 128) / 128,
  signed16: (view, offset) => view.getInt16(offset, true) / 32_768,
  signed24: (view, offset) => ((view.getInt8(offset + 2) << 16) | view.getUint16(offset, true)) / 8_388_608,
  signed32: (view, offset) => view.getInt32(offset, true) / 2_147_483_648,
  float32: (view, offset) => view.getFloat32(offset, true),
  float64: (view, offset) => view.getFloat64(offset, true),
  mulaw: (view, offset) => MULAW[view.getUint8(offset)] ?? 0,
  alaw: (view, offset) => ALAW[view.getUint8(offset)] ?? 0,
};

/** Bytes after the last whole frame are ignored. */
export function decodeToMono(
  bytes: Uint8Array,
  { encoding, channels, bytesPerSample }: Pick<WavHeader, 'encoding' | 'channels' | 'bytesPerSample'>,
): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readSample = READERS[encoding];
  const frames = new Float32Array(Math.floor(bytes.length / (channels * bytesPerSample)));
  let offset = 0;
  for (let frame = 0; frame < frames.length; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += readSample(view, offset);
      offset += bytesPerSample;
    }
    frames[frame] = sum / channels;
  }
  return frames;
}
