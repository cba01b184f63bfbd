/**
 * Asks ffprobe what is in a file: descriptor or first bytes in, tracks and length out. Its answer is
 * bounded in size and time.
 */
import * as v from 'valibot';
import { AppError } from '../../shared/errors.js';
import { untilCancelled } from './cancellation.js';
import { inputUrl, startChild } from './ffmpeg-child.js';
import type { ChildInput, MediaChild } from './ffmpeg-child.js';
import { FORMAT_WHITELIST } from './ffmpeg-formats.js';
import { nameMedia } from './media-names.js';

const seconds = v.pipe(v.string(), v.transform(Number), v.finite());
const count = v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.safeInteger(), v.minValue(1));

const AnswerSchema = v.object({
  streams: v.optional(
    v.array(
      v.object({
        codec_type: v.optional(v.string()),
        codec_name: v.optional(v.string()),
        sample_rate: v.fallback(v.nullable(count), null),
        channels: v.fallback(v.nullable(count), null),
        start_time: v.fallback(v.nullable(seconds), null),
        duration: v.fallback(v.nullable(seconds), null),
        disposition: v.optional(v.object({ attached_pic: v.optional(v.number()) })),
      }),
    ),
    [],
  ),
  format: v.optional(
    v.object({
      format_name: v.optional(v.string(), ''),
      start_time: v.fallback(v.nullable(seconds), null),
      duration: v.fallback(v.nullable(seconds), null),
    }),
  ),
});
type Answer = v.InferOutput<typeof AnswerSchema>;
type Track = Answer['streams'][number];

const ENTRIES =
  'format=format_name,start_time,duration:' +
  'stream=codec_type,codec_name,sample_rate,channels,start_time,duration:' +
  'stream_disposition=attached_pic';
const MAX_ANSWER_BYTES = 1024 * 1024;
const TIME_LIMIT_MS = 30_000;

export interface MediaInfo {
  /** For people. */
  readonly format: string;
  readonly audioTracks: number;
  /** Of the first audio track; null when ffmpeg does not know it. */
  readonly codec: string | null;
  /** From the beginning of the file to the end of the first audio track; null when not known. */
  readonly durationSeconds: number | null;
  /** False when the length was guessed from the bit rate, or is that of the pictures. */
  readonly isDurationReliable: boolean;
}

export type ProbeResult =
  | { readonly kind: 'media'; readonly info: MediaInfo }
  | { readonly kind: 'not-understood'; readonly isIndexMissing: boolean };

export async function probe(
  ffprobePath: string,
  input: ChildInput,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<ProbeResult> {
  const child = startChild(ffprobePath, probeArguments(input), input);
  const timeLimit = AbortSignal.timeout(TIME_LIMIT_MS);
  const stopLate = (): void => void child.stop();
  timeLimit.addEventListener('abort', stopLate, { once: true });
  try {
    const text = await untilCancelled(readAnswer(child), signal);
    const { startError } = await untilCancelled(child.exited, signal);
    if (startError !== null) {
      throw cannotStart(ffprobePath, startError);
    }
    if (timeLimit.aborted || text === null) {
      throw new AppError(
        'damaged-audio',
        `What is in ${name} could not be found out: ${text === null ? 'it lists too many tracks' : 'looking took too long'}.`,
        'The file may be damaged, or its disk very slow; copy it to a local disk and try again.',
      );
    }
    return interpret(text, child);
  } finally {
    timeLimit.removeEventListener('abort', stopLate);
    await child.stop();
  }
}

export function cannotStart(program: string, cause: Error): AppError {
  return new AppError(
    'ffmpeg-failed',
    `${program} could not be started (${cause.message}).`,
    'Install ffmpeg anew (sudo apt install --reinstall ffmpeg) and try again.',
    { cause },
  );
}

function probeArguments(input: ChildInput): string[] {
  return [
    ...['-v', 'warning', '-of', 'json', '-show_entries', ENTRIES],
    ...['-protocol_whitelist', input.kind === 'descriptor' ? 'file' : 'pipe'],
    ...['-format_whitelist', FORMAT_WHITELIST, '-i', inputUrl(input)],
  ];
}

/** null when the answer is too long. */
async function readAnswer(child: MediaChild): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let total = 0;
  const chunks: AsyncIterable<Uint8Array> = child.output;
  try {
    for await (const chunk of chunks) {
      total += chunk.length;
      if (total > MAX_ANSWER_BYTES) {
        return null;
      }
      parts.push(chunk);
    }
  } catch {
    // The pipe was closed because the child was stopped: what came is judged as it is.
  }
  return Buffer.concat(parts).toString('utf8');
}

function interpret(text: string, child: MediaChild): ProbeResult {
  const answer = parseAnswer(text);
  if (!answer || (answer.streams.length === 0 && !answer.format)) {
    return { kind: 'not-understood', isIndexMissing: child.hasReported('noIndex') };
  }
  const audio = answer.streams.filter((track) => track.codec_type === 'audio');
  const video = answer.streams.filter(
    (track) => track.codec_type === 'video' && track.disposition?.attached_pic !== 1,
  );
  const [first] = audio;
  const codec = first?.codec_name === 'none' || first?.codec_name === 'unknown' ? null : first?.codec_name;
  const hasVideo = video.length > 0;
  const isOwnDuration = first?.duration !== null || !hasVideo;
  return {
    kind: 'media',
    info: {
      format: nameMedia({
        formatName: answer.format?.format_name ?? '',
        audioCodec: codec ?? null,
        rateHz: first?.sample_rate ?? null,
        channels: first?.channels ?? null,
        hasVideo,
        codecs: [...audio, ...video].map((track) => track.codec_name ?? ''),
      }),
      audioTracks: audio.length,

      codec: codec ?? null,
      durationSeconds: findDuration(answer, first),
      isDurationReliable: isOwnDuration && !child.hasReported('guessedDuration'),
    },
  };
}

function parseAnswer(text: string): Answer | null {
  try {
    const result = v.safeParse(AnswerSchema, JSON.parse(text));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

function findDuration({ format }: Answer, track: Track | undefined): number | null {
  if (track?.duration != null && track.duration > 0) {
    const lateSeconds = (track.start_time ?? 0) - (format?.start_time ?? 0);
    return track.duration + Math.max(0, lateSeconds);
  }
  return format?.duration != null && format.duration > 0 ? format.duration : null;
}
