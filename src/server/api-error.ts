/**
 * Failures as OpenAI's API words them: a status, and `{error: {message, type, param, code}}`, so that its
 * clients raise the exception they raise for OpenAI. Ours (shared/errors.ts) are translated here.
 */
import { toFailure } from '../shared/errors.js';
import type { ErrorCode } from '../shared/errors.js';

interface ApiErrorDetails {
  readonly code?: string | null;
  /** The field of the request that is wrong. */
  readonly param?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    message: string,
    { code = null, param = null, headers = {} }: ApiErrorDetails = {},
  ) {
    super(message);
    this.code = code;
    this.param = param;
    this.headers = headers;
  }

  get body(): {
    readonly error: { message: string; type: string; param: string | null; code: string | null };
  } {
    const { message, param, code } = this;
    return { error: { message, type: typeOf(this.status), param, code } };
  }
}

export function invalidField(param: string, message: string): ApiError {
  return new ApiError(400, message, { param, code: 'invalid_value' });
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** What the sender of the recording can do something about; the rest is the server's own fault. */
const STATUS_OF: Partial<Readonly<Record<ErrorCode, number>>> = {
  'file-empty': 400,
  'not-audio': 400,
  'unsupported-encoding': 400,
  'damaged-audio': 400,
  'no-audio-track': 400,
  'no-sound': 400,
  'model-english-only': 400,
  'model-unknown': 404,
  'model-missing': 503,
  'model-corrupt': 503,
  'ffmpeg-missing': 503,
  'disk-full': 507,
};

/** @param rename puts the client's name of the file where a message has ours. */
export function toApiError(thrown: unknown, rename: (text: string) => string = (text) => text): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const { code, message, remedy } = toFailure(thrown);
  const status = STATUS_OF[code] ?? 500;
  // Remedies for people at the app ("press Repair") are of no use to a client.
  const text = status === 400 ? rename(`${message} ${remedy}`) : rename(message);
  return new ApiError(status, text, {
    code: code.replaceAll('-', '_'),
    param: status === 400 ? 'file' : null,
  });
}
