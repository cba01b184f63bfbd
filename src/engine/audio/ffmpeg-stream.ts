/**
 * Any recording that ffmpeg reads, as 16 kHz mono blocks: a descriptor or bytes in, floats out. The
 * child writes into a pipe that is read only as blocks are taken, so a slow reader slows it down.
 *
 * The surprising thing: sound that is missing in the file (a track that begins late, packets that
 * were lost) is filled with silence, so that the n-th sample is at n/16000 s of the original file.
 */
import { AppError } from '../../shared/errors.js';
import { SAMPLE_RATE_HZ, formatDuration, samplesToSeconds } from '../../shared/time.js';
import { throwIfCancelled } from './cancellation.js';
import { inputUrl, startChild } from './ffmpeg-child.js';
import type { ChildInput, MediaChild } from './ffmpeg-child.js';
import { FORMAT_WHITELIST } from './ffmpeg-formats.js';
import { cannotStart } from './ffprobe.js';
import type { MediaInfo } from './ffprobe.js';

/** Shorter gaps are rounding in the container's time stamps. */
const MIN_GAP_SAMPLES = SAMPLE_RATE_HZ / 10;
/** Longer gaps (15 minutes) are broken time stamps; filling them would take memory in the child. */
const MAX_GAP_SAMPLES = 15 * 60 * SAMPLE_RATE_HZ;

/**
 * First to 16 kHz mono, the weights of the mix adding up to 1: by itself ffmpeg mixes to floats with 0.7
 * for each side, 3 dB louder than to integers and beyond full scale. Then each frame's time stamp becomes the end of the frame before it (register
 * 1), except after a true gap, which aresample then fills. Time stamps that jump back, as in two
 * files joined into one, therefore lose no sound; aresample alone would drop it.
 */
const FILTERS = [
  'aresample=rematrix_maxval=1',
  `aformat=sample_fmts=flt:sample_rates=${SAMPLE_RATE_HZ}:channel_layouts=mono`,
  `asetpts='st(0,if(between(PTS-ld(1),${MIN_GAP_SAMPLES},${MAX_GAP_SAMPLES}),PTS,ld(1)));st(1,ld(0)+S);ld(0)'`,
  'aresample=async=1:first_pts=0',
].join(',');

export interface DecodeRequest {
  readonly ffmpegPath: string;
  readonly input: ChildInput;
  /** null when the tracks could not be looked at beforehand (a pipe). */
  readonly info: MediaInfo | null;
  readonly name: string;
  readonly signal: AbortSignal;
}

export interface FfmpegSound {
  readonly blocks: AsyncGenerator<Float32Array>;
  readonly warning: () => string | null;
  readonly close: () => Promise<void>;
}

export function decodeWithFfmpeg(request: DecodeRequest): FfmpegSound {
  let child: MediaChild | null = null;
  let received = 0;
  let failure: AppError | null = null;

  async function* blocks(): AsyncGenerator<Float32Array> {
    throwIfCancelled(request.signal);
    child = startChild(request.ffmpegPath, decodeArguments(request.input), request.input);
    const stop = (): void => void child?.stop();
    request.signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const block of readFloats(child)) {
        throwIfCancelled(request.signal);
        received += block.length;
        yield block;
      }
      const { code, startError } = await child.exited;
      throwIfCancelled(request.signal);
      if (startError !== null) {
        throw cannotStart(request.ffmpegPath, startError);
      }
      failure = toFailure(child, { code, received, request });
      if (failure !== null && received === 0) {
        throw failure;
      }
    } finally {
      request.signal.removeEventListener('abort', stop);
      await child.stop();
    }
  }

  return {
    blocks: blocks(),
    warning: () => describeLosses({ child, failure, received, info: request.info }),
    close: async () => {
      await child?.stop();
    },
  };
}

function decodeArguments(input: ChildInput): string[] {
  return [
    ...['-nostdin', '-v', 'error'],
    ...['-protocol_whitelist', input.kind === 'descriptor' ? 'file' : 'pipe'],
    ...['-format_whitelist', FORMAT_WHITELIST, '-i', inputUrl(input)],
    ...['-vn', '-sn', '-dn', '-map', '0:a:0', '-af', FILTERS],
    ...['-ac', '1', '-ar', String(SAMPLE_RATE_HZ), '-f', 'f32le', 'pipe:1'],
  ];
}

/** Pipes cut anywhere: bytes of a float that is not complete wait for the next chunk. */
async function* readFloats(child: MediaChild): AsyncGenerator<Float32Array> {
  const chunks: AsyncIterable<Uint8Array> = child.output;
  let carried: Uint8Array = new Uint8Array(0);
  try {
    for await (const chunk of chunks) {
      const bytes = new Uint8Array(carried.length + chunk.length);
      bytes.set(carried);
      bytes.set(chunk, carried.length);
      const floats = Math.floor(bytes.length / 4);
      carried = bytes.subarray(floats * 4);
      yield new Float32Array(bytes.buffer, 0, floats);
    }
  } catch (thrown) {
    // A pipe closed early is how a stopped child looks; its exit tells what happened.
    if (!child.output.destroyed) {
      throw thrown;
    }
  }
}

interface Outcome {
  readonly code: number | null;
  readonly received: number;
  readonly request: DecodeRequest;
}

/** What made ffmpeg stop, or leave us without a single sample; null when all went well. */
function toFailure(child: MediaChild, { code, received, request: { info, name } }: Outcome): AppError | null {
  const inputError = child.inputError();
  if (inputError instanceof AppError) {
    return inputError;
  }
  if (code === 0 && (received > 0 || !child.hasReported('damage'))) {
    return null;
  }
  if (child.hasReported('refused')) {
    return notAudio(name);
  }
  if (child.hasReported('noAudioTrack')) {
    return noAudioTrack(name);
  }
  if (child.hasReported('noDecoder')) {
    return unsupportedEncoding(name, info?.format ?? null);
  }
  if (info === null && (child.hasReported('noIndex') || child.hasReported('cutShort'))) {
    return new AppError(
      'unsupported-encoding',
      `${name} has its index at the end, so it cannot be read from a pipe.`,
      'Save it to a file first, then transcribe the file.',
    );
  }
  if (child.hasReported('damage')) {
    return info === null ? notAudio(name) : damagedAudio(name);
  }
  return new AppError(
    'ffmpeg-failed',
    `ffmpeg stopped while reading ${name}: ${lastLine(child) || (code === null ? 'it was ended from outside' : `exit code ${code}`)}.`,
    'Try again; if it happens again, convert the file to WAV with another program first.',
  );
}

function lastLine(child: MediaChild): string {
  const line = child.errorTail().trim().split('\n').at(-1) ?? '';
  return line.replace(/\p{Cc}/gu, ' ').slice(0, 200);
}

interface Losses {
  readonly child: MediaChild | null;
  readonly failure: AppError | null;
  readonly received: number;
  readonly info: MediaInfo | null;
}

function describeLosses({ child, failure, received, info }: Losses): string | null {
  const sentences: string[] = [];
  const length = formatDuration(received);
  const promised = info?.isDurationReliable === true ? info.durationSeconds : null;
  const missing = promised === null ? 0 : promised - samplesToSeconds(received);
  if (failure !== null) {
    sentences.push(`Reading stopped after ${length}: ${failure.message} The sound up to there was used.`);
  } else if (promised !== null && missing > Math.max(1, promised * 0.02)) {
    const whole = formatDuration(promised * SAMPLE_RATE_HZ);
    sentences.push(
      `The file is cut short or damaged: it promises ${whole} of sound, but only ${length} is there.`,
    );
  } else if (child?.hasReported('cutShort') === true) {
    sentences.push('The file is cut short; all that is there was used.');
  } else if (child?.hasReported('damage') === true) {
    sentences.push('Parts of the file are damaged; what could be decoded was used.');
  }
  if (info !== null && info.audioTracks > 1) {
    sentences.push(`The file has ${info.audioTracks} audio tracks; the first one was used.`);
  }
  return sentences.length === 0 ? null : sentences.join(' ');
}

export function noAudioTrack(name: string): AppError {
  return new AppError(
    'no-audio-track',
    `${name} has no audio track.`,
    'Check that the sound was recorded, or choose a file with sound.',
  );
}

export function unsupportedEncoding(name: string, format: string | null): AppError {
  return new AppError(
    'unsupported-encoding',
    `The sound in ${name} is encoded in a way that ffmpeg cannot read${format === null ? '' : ` (${format})`}.`,
    'Convert it to WAV, MP3 or M4A with the program that made it.',
  );
}

export function damagedAudio(name: string): AppError {
  return new AppError(
    'damaged-audio',
    `${name} is damaged: none of its sound could be decoded.`,
    'Copy or download it again, or repair it with a media repair tool.',
  );
}

export function notAudio(name: string): AppError {
  return new AppError(
    'not-audio',
    `${name} is not an audio or video file.`,
    'Choose a recording, for example an MP3, M4A, WAV, MP4 or MKV file.',
  );
}
