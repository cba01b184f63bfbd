/**
 * Every failure a user can meet has one code of a closed list, a sentence that says what happened
 * (and what was kept), and a sentence that says what to do next. Code that can tell the cause throws
 * an `AppError`; everything else becomes `internal` at the one boundary of its process.
 */
import * as v from 'valibot';

export const ERROR_CODES = [
  'file-not-found',
  'file-not-readable',
  'file-is-folder',
  'file-not-regular',
  'file-empty',
  'file-read-failed',
  'not-audio',
  'unsupported-encoding',
  'damaged-audio',
  'no-audio-track',
  'no-sound',
  'ffmpeg-missing',
  'ffmpeg-failed',
  'model-unknown',
  'model-missing',
  'model-corrupt',
  'model-fetch-failed',
  'model-english-only',
  'engine-stopped',
  'engine-unavailable',
  'device-fault',
  'disk-full',
  'write-failed',
  'edit-stale',
  'settings-damaged',
  'transcript-damaged',
  'wrong-usage',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export const FailureSchema = v.object({
  code: v.picklist(ERROR_CODES),
  /** What happened, and what was kept: one or two sentences a person understands. */
  message: v.string(),
  /** What to do next. */
  remedy: v.string(),
});

/** The form in which an error crosses a process boundary and reaches a person. */
export type Failure = v.InferOutput<typeof FailureSchema>;

export class AppError extends Error implements Failure {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The failure to show for anything that was thrown. Errors that carry a code and a remedy of their own
 * (AppError, and ModelError of the model store) speak for themselves.
 */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Error) {
    const known = v.safeParse(FailureSchema, thrown);
    if (known.success) return known.output;
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'internal',
    message: `Something went wrong inside Tilescribe: ${text}`,
    remedy: 'Try again; if it happens again, please report it with this message.',
  };
}

export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'cancelled';
}

export function cancelledError(): AppError {
  return new AppError(
    'cancelled',
    'The transcription was cancelled. The text so far is kept.',
    'Start it again to transcribe the rest.',
  );
}
