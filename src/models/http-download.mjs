/**
 * One file over HTTP into a PartialFile. In: an address and what the file must be (size, sha256). Out: the whole
 * file, verified. It goes on from what is there (Range, with If-Range so that a file that changed comes whole), and
 * when a transfer breaks or stands still it is asked for again from where it is, a few times. When this throws, what
 * arrived is kept, unless it is known to be wrong.
 *
 * Surprising: a server that cannot be reached, or refuses at once, is not asked twice: the next source is the better
 * try. One that was reached and hung up is, because it may have closed a connection that was kept open too long.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatSeconds, startWatchdog } from './watchdog.mjs';

/** @typedef {import('./partial-file.mjs').PartialFile} PartialFile */
/** @typedef {import('./watchdog.mjs').Watchdog} Watchdog */

/**
 * @typedef {object} DownloadTimeouts
 * @property {number} connectMs until the server has answered
 * @property {number} stallMs without a byte
 * @property {readonly number[]} retryMs waits before the same server is asked again, as many times on end
 */

/** @type {DownloadTimeouts} */
export const DEFAULT_TIMEOUTS = {
  connectMs: 10_000,
  stallMs: 30_000,
  retryMs: [1_000, 2_000, 5_000, 10_000, 20_000],
};

/** A transfer that brought so much before it broke begins its tries anew. */
const PROGRESS_BYTES = 65_536;

/**
 * @typedef {object} DownloadRequest
 * @property {string} url
 * @property {PartialFile} partial
 * @property {number} bytes
 * @property {string} sha256
 * @property {DownloadTimeouts} timeouts
 * @property {AbortSignal | undefined} signal
 * @property {(receivedBytes: number) => void} onBytes
 * @property {(note: string) => void} onNote one sentence, when the server is asked again
 */

/** Trying again would bring the same. */
class FinalError extends Error {}

/**
 * Throws an Error whose message continues "…: " in a sentence, or the signal's reason when it aborts.
 *
 * @param {DownloadRequest} request
 * @returns {Promise<void>}
 */
export async function downloadFile(request) {
  const { partial, timeouts, signal } = request;
  let tries = 0;
  let hasMoved = false;
  let hasRestarted = false;
  for (;;) {
    const before = partial.received;
    try {
      if (partial.received > 0) request.onBytes(partial.received);
      if (partial.received < request.bytes) await receive(request);
      await verify(request);
      return;
    } catch (thrown) {
      signal?.throwIfAborted();
      // What was gone on with may have been the beginning of something else: then once more, from nothing.
      if (thrown instanceof FinalError && before > 0 && !hasRestarted) {
        hasRestarted = true;
        continue;
      }
      if (thrown instanceof FinalError || isFromDisk(thrown)) throw thrown;
      const gained = partial.received - before;
      hasMoved ||= gained > 0 || isReset(thrown);
      tries = gained >= PROGRESS_BYTES ? 0 : tries;
      const waitMs = timeouts.retryMs[tries];
      if (!hasMoved || waitMs === undefined) throw describeFetchError(thrown);
      tries++;
      request.onNote(`${describeFetchError(thrown).message}; trying again in ${formatSeconds(waitMs)}`);
      await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => undefined);
      signal?.throwIfAborted();
    }
  }
}

/** @param {DownloadRequest} request */
async function verify({ partial, sha256 }) {
  if (partial.digest() !== sha256) {
    await partial.restart();
    throw new FinalError('the server sent other content than expected (sha256 differs)');
  }
  await partial.sync();
}

/**
 * Asks once, for what is missing.
 *
 * @param {DownloadRequest} request
 */
async function receive(request) {
  const { partial, timeouts, url } = request;
  const watchdog = startWatchdog(request.signal);
  try {
    watchdog.expect(timeouts.connectMs, 'the server did not answer');
    const response = await fetch(url, {
      signal: watchdog.signal,
      redirect: 'follow',
      headers: rangeHeaders(partial, url),
    });
    try {
      await prepare(response, request);
    } catch (thrown) {
      await response.body?.cancel();
      throw thrown;
    }
    if (!response.body) throw new Error('the server sent no content');
    await copyBody(response.body, request, watchdog);
  } catch (thrown) {
    throw watchdog.cause() ?? thrown;
  } finally {
    watchdog.stop();
  }
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {DownloadRequest} request
 * @param {Watchdog} watchdog
 */
async function copyBody(body, request, watchdog) {
  const { partial, bytes, timeouts } = request;
  watchdog.expect(timeouts.stallMs, 'the transfer stood still');
  for await (const chunk of body) {
    watchdog.expect(timeouts.stallMs, 'the transfer stood still');
    if (partial.received + chunk.byteLength > bytes) await refuseLength(request, Infinity);
    await partial.append(chunk);
    request.onBytes(partial.received);
  }
  // Ended in good order, so this is all that the server has.
  if (partial.received < bytes) await refuseLength(request, partial.received);
}

/**
 * @param {PartialFile} partial
 * @param {string} url
 * @returns {Record<string, string>}
 */
function rangeHeaders(partial, url) {
  // Packed content could not be gone on with in its middle.
  const headers = { 'accept-encoding': 'identity' };
  if (partial.received === 0) return headers;
  const validator = partial.validatorFor(url);
  return {
    ...headers,
    range: `bytes=${partial.received}-`,
    ...(validator === null ? {} : { 'if-range': validator }),
  };
}

/**
 * Takes the answer's word for what follows: the rest, or all from the beginning.
 *
 * @param {Response} response
 * @param {DownloadRequest} request
 */
async function prepare(response, request) {
  const { partial, bytes, url } = request;
  if (response.status === 206) {
    const range = parseContentRange(response.headers.get('content-range'));
    if (range !== null && range.totalBytes !== null && range.totalBytes !== bytes) {
      await refuseLength(request, range.totalBytes);
    }
    if (range?.first === partial.received) return;
    await partial.restart();
    throw new Error('the server sent another part than was asked for');
  }
  if (response.status === 416) {
    await partial.restart();
    throw new Error('the server has no such part');
  }
  if (!response.ok)
    throw new Error(`the server answered ${response.status} ${response.statusText}`.trimEnd());
  if (partial.received > 0) await partial.restart();
  const length = Number(response.headers.get('content-length') ?? NaN);
  if (!Number.isNaN(length) && length !== bytes) await refuseLength(request, length);
  await partial.setOrigin(url, validatorOf(response));
}

/**
 * A file of another size is another file: nothing of it is of use.
 *
 * @param {DownloadRequest} request
 * @param {number} sentBytes
 * @returns {Promise<never>}
 */
async function refuseLength({ partial, bytes }, sentBytes) {
  await partial.restart();
  throw new FinalError(
    sentBytes > bytes
      ? `the server sent more than ${bytes} bytes`
      : `the server sent ${sentBytes} bytes instead of ${bytes}`,
  );
}

/**
 * Weak tags do not promise the same bytes, so they must not stand in If-Range (RFC 9110, 13.1.5).
 *
 * @param {Response} response
 * @returns {string | null}
 */
function validatorOf({ headers }) {
  const tag = headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : null;
}

/**
 * @param {string | null} text
 * @returns {{ first: number, totalBytes: number | null } | null}
 */
function parseContentRange(text) {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(text ?? '');
  if (match === null) return null;
  return { first: Number(match[1]), totalBytes: match[2] === '*' ? null : Number(match[2]) };
}

/**
 * The disk's errors have a system call's name in them; those of the network come as the cause of fetch's own.
 *
 * @param {unknown} thrown
 */
function isFromDisk(thrown) {
  return (
    thrown instanceof Error &&
    'syscall' in thrown &&
    ['write', 'open', 'ftruncate', 'fsync'].includes(String(thrown.syscall))
  );
}

/**
 * The server was there, and hung up.
 *
 * @param {unknown} thrown
 */
function isReset(thrown) {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(deepestCause(thrown)));
}

/**
 * fetch hides the reason ("fetch failed"); it is in the chain of causes.
 *
 * @param {unknown} thrown
 * @returns {Error}
 */
function describeFetchError(thrown) {
  const deepest = deepestCause(thrown);
  if (!(deepest instanceof Error)) return new Error(String(deepest));
  return new Error(deepest.message || codeOf(deepest) || 'the connection failed', { cause: thrown });
}

/** @param {unknown} thrown */
function deepestCause(thrown) {
  let deepest = thrown;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest;
}

/** @param {unknown} thrown */
function codeOf(thrown) {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}
