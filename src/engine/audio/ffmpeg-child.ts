/**
 * Starts ffmpeg or ffprobe as a child that can be stopped and cannot surprise: absolute path,
 * argument array, no shell, a bounded tail of its error output.
 *
 * The child never sees the name of the user's file. It gets the descriptor that we opened as its
 * descriptor 3 and reads `file:/proc/self/fd/3`, which opens the same file again: seekable, whatever
 * bytes its name has, and even when the name was deleted meanwhile.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type ChildInput =
  | { readonly kind: 'descriptor'; readonly fd: number }
  | { readonly kind: 'bytes'; readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array> };

export interface ChildExit {
  /** null when a signal ended it or it could not be started. */
  readonly code: number | null;
  /** Why it could not be started. */
  readonly startError: Error | null;
}

export interface MediaChild {
  readonly output: Readable;
  readonly exited: Promise<ChildExit>;
  /** The last lines it wrote to its error output. */
  errorTail(): string;
  /** Whether any line matched, also one that is not in the tail any more. */
  hasReported(symptom: Symptom): boolean;
  /** Why its input could not be read to the end, or null. Only for bytes. */
  inputError(): unknown;
  /** Ends it, gently first. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** What ffmpeg says, in the words of its versions 4 to 8. */
const SYMPTOMS = {
  damage:
    /Error while decoding|Error submitting (?:a )?packet|Invalid data found|Decoding error|corrupt|Header missing/i,
  cutShort: /File ended prematurely|partial file/i,
  refused: /not on whitelist/i,
  noIndex: /moov atom not found/i,
  noAudioTrack: /matches no streams/i,
  noDecoder:
    /Decoder \(codec [^)]*\) not found|Unknown decoder|no decoder (?:could be )?found|Could not find codec/i,
  guessedDuration: /Estimating duration from bitrate/i,
} as const;
export type Symptom = keyof typeof SYMPTOMS;
const SYMPTOM_NAMES = Object.keys(SYMPTOMS) as Symptom[];

const MAX_TAIL_CHARACTERS = 8_192;
/** How long a child has to end by itself before it is killed. */
const STOP_GRACE_MS = 500;

/** The only demuxer input that `args` may name is `inputUrl(input)`. */
export function startChild(program: string, args: readonly string[], input: ChildInput): MediaChild {
  const child = spawn(program, args, {
    cwd: '/',
    env: childEnvironment(),
    stdio: [
      input.kind === 'bytes' ? 'pipe' : 'ignore',
      'pipe',
      'pipe',
      ...(input.kind === 'descriptor' ? [input.fd] : []),
    ],
  });
  const exited = waitForExit(child);
  const { stdin, stdout, stderr } = child;
  if (!stdout || !stderr) {
    throw new Error('a child without pipes');
  }
  const errors = followErrors(stderr);
  let inputError: unknown = null;
  if (input.kind === 'bytes' && stdin) {
    feed(input.bytes, stdin, (error) => {
      inputError = error;
    });
  }
  return {
    output: stdout,
    exited,
    errorTail: errors.tail,
    hasReported: errors.hasReported,
    inputError: () => inputError,
    stop: () => stopChild(child, exited),
  };
}

export function inputUrl(input: ChildInput): string {
  return input.kind === 'descriptor' ? 'file:/proc/self/fd/3' : 'pipe:0';
}

/** Without FFREPORT, which would make it write log files, and in the language the symptoms are in. */
function childEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env, LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' };
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name !== 'FFREPORT'));
}

function waitForExit(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve) => {
    child.once('error', (startError) => {
      if (child.pid === undefined) {
        resolve({ code: null, startError });
      }
    });
    child.once('close', (code) => {
      resolve({ code, startError: null });
    });
  });
}

interface ErrorOutput {
  readonly tail: () => string;
  readonly hasReported: (symptom: Symptom) => boolean;
}

/** Always drained, so that a chatty child is never blocked, and never kept whole. */
function followErrors(stderr: Readable): ErrorOutput {
  let tail = '';
  const seen = new Set<Symptom>();
  stderr.setEncoding('latin1');
  stderr.on('data', (text: string) => {
    tail = (tail + text).slice(-MAX_TAIL_CHARACTERS - text.length);
    for (const symptom of SYMPTOM_NAMES) {
      if (!seen.has(symptom) && SYMPTOMS[symptom].test(tail)) {
        seen.add(symptom);
      }
    }
    tail = tail.slice(-MAX_TAIL_CHARACTERS);
  });
  stderr.on('error', () => undefined);
  return { tail: () => tail, hasReported: (symptom) => seen.has(symptom) };
}

/** A child that has read enough closes its input: EPIPE is how that looks from here, and no failure. */
function feed(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  stdin: Writable,
  onError: (error: unknown) => void,
): void {
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (thrown) {
      onError(thrown);
      throw thrown;
    }
  }
  pipeline(Readable.from(watched(), { objectMode: false }), stdin).catch(() => undefined);
}

async function stopChild(child: ChildProcess, exited: Promise<ChildExit>): Promise<void> {
  // A child blocked on a full pipe does not act on SIGTERM until the pipe is closed.
  child.stdin?.destroy();
  child.stdout?.destroy();
  // Else a wrapper script's own children could hold it open, and with it the end of the wait.
  child.stderr?.destroy();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  try {
    await exited;
  } finally {
    clearTimeout(timer);
  }
}
