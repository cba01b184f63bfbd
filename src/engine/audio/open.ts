/**
 * Opens whatever is to be transcribed: a file or a pipe in, an AudioStream out. The content decides
 * how it is read, never the name: WAV that we read ourselves needs no other program, everything else
 * goes through ffmpeg.
 */
import { AppError } from '../../shared/errors.js';
import { SAMPLE_RATE_HZ, toSamples } from '../../shared/time.js';
import type { Samples } from '../../shared/time.js';
import type { AudioSource, AudioStream } from './audio.js';
import { ByteReader, fileSource, pipeSource } from './byte-reader.js';
import { throwIfCancelled } from './cancellation.js';
import type { ChildInput } from './ffmpeg-child.js';
import { findFfmpeg } from '../../node/ffmpeg-location.js';
import type { FfmpegLocation } from '../../node/ffmpeg-location.js';
import {
  damagedAudio,
  decodeWithFfmpeg,
  noAudioTrack,
  notAudio,
  unsupportedEncoding,
} from './ffmpeg-stream.js';
import { probe } from './ffprobe.js';
import type { MediaInfo, ProbeResult } from './ffprobe.js';
import { openMediaFile } from './media-file.js';
import type { MediaFile } from './media-file.js';
import { isKnownMedia } from './media-signatures.js';
import { looksLikeWav, readWavHeader } from './wav-header.js';
import { openWav } from './wav-stream.js';

export interface OpenOptions {
  /** Absolute paths; by default both are searched. */
  readonly ffmpegPath?: string;
  readonly ffprobePath?: string;
}

/** Enough for every signature, */
const SIGNATURE_BYTES = 64;
/** and for ffprobe to name what comes out of a pipe. */
const PROBE_BYTES = 64 * 1024;

export async function openAudio(
  source: AudioSource,
  signal: AbortSignal,
  options: OpenOptions = {},
): Promise<AudioStream> {
  throwIfCancelled(signal);
  if (source.kind === 'stream') {
    try {
      return await openPipe(source, signal, options);
    } catch (thrown) {
      source.stream.destroy();
      throw thrown;
    }
  }
  const file = await openMediaFile(source.path);
  try {
    return await openFile(file, signal, options);
  } catch (thrown) {
    await file.handle.close();
    throw thrown;
  }
}

/** What the readers give; `finishStream` makes it keep the contract. */
interface Sound {
  readonly format: string;
  readonly expectedDuration: Samples | null;
  readonly blocks: AsyncGenerator<Float32Array>;
  readonly warning: () => string | null;
  readonly close: () => Promise<void>;
}

interface Context {
  readonly name: string;
  readonly signal: AbortSignal;
}

async function openFile(file: MediaFile, signal: AbortSignal, options: OpenOptions): Promise<AudioStream> {
  const { handle, name } = file;
  const context = { name, signal };
  const reader = new ByteReader(fileSource(handle, name, signal));
  const head = Uint8Array.from(await reader.peek(SIGNATURE_BYTES));
  if (looksLikeWav(head)) {
    const content = await readWavHeader(reader, name);
    if (content.kind === 'readable') {
      const wav = openWav(reader, content.header, Math.max(0, file.size - reader.position));
      return finishStream({ ...wav, close: () => handle.close() }, context);
    }
  }
  const location = await requireFfmpeg(options, name);
  const input: ChildInput = { kind: 'descriptor', fd: handle.fd };
  const info = checkMedia(await probe(location.ffprobePath, input, context), head, name);
  const decoded = decodeWithFfmpeg({ ffmpegPath: location.ffmpegPath, input, info, ...context });
  return finishStream(
    {
      format: info.format,
      expectedDuration: expectDuration(info),
      blocks: decoded.blocks,
      warning: decoded.warning,
      close: async () => {
        await decoded.close();
        await handle.close();
      },
    },
    context,
  );
}

async function openPipe(
  source: Extract<AudioSource, { kind: 'stream' }>,
  signal: AbortSignal,
  options: OpenOptions,
): Promise<AudioStream> {
  const { name, stream } = source;
  const context = { name, signal };
  const reader = new ByteReader(pipeSource(stream, name, signal), { isReplayable: true });
  const start = await reader.peek(12);
  if (start.length === 0) {
    throw new AppError(
      'file-empty',
      `${name} is empty: no bytes came.`,
      'Check the program that should send them.',
    );
  }
  const destroy = (): Promise<void> => {
    stream.destroy();
    return Promise.resolve();
  };
  if (looksLikeWav(start)) {
    const content = await readWavHeader(reader, name);
    if (content.kind === 'readable') {
      reader.forget();
      return finishStream({ ...openWav(reader, content.header, null), close: destroy }, context);
    }
  }
  if (!reader.canReplay) {
    throw new AppError(
      'unsupported-encoding',
      `The sound from ${name} is described too late to be read from a pipe.`,
      'Save it to a file first, then transcribe the file.',
    );
  }
  const location = await requireFfmpeg(options, name);
  reader.rewind();
  const info = await probeBeginning(location, reader, context);
  const input: ChildInput = { kind: 'bytes', bytes: reader.rest() };
  const decoded = decodeWithFfmpeg({ ffmpegPath: location.ffmpegPath, input, info, ...context });
  return finishStream(
    {
      format: info?.format ?? 'sound from a pipe',
      expectedDuration: null,
      blocks: decoded.blocks,
      warning: decoded.warning,
      close: async () => {
        await destroy();
        await decoded.close();
      },
    },
    context,
  );
}

/** What the first bytes tell; null when they are too few to tell. Lengths in them are not to be trusted. */
async function probeBeginning(
  location: FfmpegLocation,
  reader: ByteReader,
  context: Context,
): Promise<MediaInfo | null> {
  const beginning = Uint8Array.from(await reader.peek(PROBE_BYTES));
  const result = await probe(location.ffprobePath, { kind: 'bytes', bytes: [beginning] }, context);
  if (result.kind === 'not-understood' || result.info.codec === null) {
    return null;
  }
  return { ...result.info, isDurationReliable: false };
}

function checkMedia(result: ProbeResult, head: Uint8Array, name: string): MediaInfo {
  if (result.kind === 'not-understood') {
    if (result.isIndexMissing) {
      throw new AppError(
        'damaged-audio',
        `${name} is incomplete: the index at its end is missing, so its sound cannot be found.`,
        'Copy or download it again; a recording that was interrupted may be saved by a repair tool.',
      );
    }
    throw isKnownMedia(head) ? damagedAudio(name) : notAudio(name);
  }
  const { info } = result;
  if (info.audioTracks === 0) {
    throw noAudioTrack(name);
  }
  if (info.codec === null) {
    throw unsupportedEncoding(name, info.format);
  }
  return info;
}

function expectDuration({ durationSeconds }: MediaInfo): Samples | null {
  const samples = Math.round((durationSeconds ?? 0) * SAMPLE_RATE_HZ);
  return Number.isSafeInteger(samples) && samples > 0 ? toSamples(samples) : null;
}

async function requireFfmpeg(options: OpenOptions, name: string): Promise<FfmpegLocation> {
  const { ffmpegPath, ffprobePath } = options;
  const location =
    ffmpegPath !== undefined && ffprobePath !== undefined ? { ffmpegPath, ffprobePath } : await findFfmpeg();
  if (location === null) {
    throw new AppError(
      'ffmpeg-missing',
      `${name} needs ffmpeg, which is not installed (WAV files work without it).`,
      'Install it with: sudo apt install ffmpeg',
    );
  }
  return {
    ffmpegPath: ffmpegPath ?? location.ffmpegPath,
    ffprobePath: ffprobePath ?? location.ffprobePath,
  };
}

/** Makes a reader keep the contract: cancellable, in [-1, 1], never without a single sample. */
function finishStream(sound: Sound, { name, signal }: Context): AudioStream {
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= sound.close());

  async function* blocks(): AsyncGenerator<Float32Array> {
    let received = 0;
    try {
      throwIfCancelled(signal);
      for await (const block of sound.blocks) {
        throwIfCancelled(signal);
        if (block.length > 0) {
          received += block.length;
          yield limit(block);
        }
      }
    } finally {
      await close();
    }
    if (received === 0) {
      throw new AppError(
        'no-sound',
        `${name} has no sound in it: the recording is empty.`,
        'Check that the recording was not stopped as soon as it began.',
      );
    }
  }

  const { format, expectedDuration } = sound;
  return { format, expectedDuration, blocks: blocks(), warning: () => sound.warning(), close };
}

/** Float files may hold anything: louder than full scale is clipped, not-a-number is silence. In place. */
function limit(block: Float32Array): Float32Array {
  for (let index = 0; index < block.length; index += 1) {
    const value = block[index] ?? 0;
    if (!(value >= -1 && value <= 1)) {
      block[index] = Number.isNaN(value) ? 0 : Math.sign(value);
    }
  }
  return block;
}
