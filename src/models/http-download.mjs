/**
 * One file over HTTP, straight to disk. In: an address and what the file must be (size, sha256). Out: the
 * file, whole and verified; when this throws, what is at the target is not to be used. The surprising thing: a connection that stays
 * open and sends nothing is common on bad networks, so a watchdog ends a download that stands still.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/**
 * @typedef {object} DownloadTimeouts
 * @property {number} connectMs until the server has answered
 * @property {number} stallMs without a byte
 */

/** @type {DownloadTimeouts} */
export const DEFAULT_TIMEOUTS = { connectMs: 10_000, stallMs: 30_000 };

/**
 * @typedef {object} DownloadRequest
 * @property {string} url
 * @property {string} target where the bytes go; its folder exists
 * @property {number} bytes
 * @property {string} sha256
 * @property {DownloadTimeouts} timeouts
 * @property {AbortSignal | undefined} signal
 * @property {(receivedBytes: number) => void} onBytes
 */

/**
 * Throws an Error whose message continues "…: " in a sentence, or the signal's reason when it aborts.
 *
 * @param {DownloadRequest} request
 * @returns {Promise<void>}
 */
export async function downloadFile(request) {
  const watchdog = startWatchdog(request.signal);
  try {
    watchdog.expect(request.timeouts.connectMs, 'the server did not answer');
    const response = await fetch(request.url, { signal: watchdog.signal, redirect: 'follow' });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the server answered ${response.status} ${response.statusText}`.trimEnd());
    }
    if (!response.body) throw new Error('the server sent no content');
    await saveVerified(response.body, request, watchdog);
  } catch (thrown) {
    request.signal?.throwIfAborted();
    throw watchdog.cause() ?? describeFetchError(thrown);
  } finally {
    watchdog.stop();
  }
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {DownloadRequest} request
 * @param {Watchdog} watchdog
 */
async function saveVerified(body, request, watchdog) {
  const hash = createHash('sha256');
  let receivedBytes = 0;
  const file = await open(request.target, 'w');
  try {
    watchdog.expect(request.timeouts.stallMs, 'the transfer stood still');
    for await (const chunk of body) {
      watchdog.expect(request.timeouts.stallMs, 'the transfer stood still');
      receivedBytes += chunk.byteLength;
      if (receivedBytes > request.bytes) throw new Error(`the server sent more than ${request.bytes} bytes`);
      hash.update(chunk);
      await file.writeFile(chunk);
      request.onBytes(receivedBytes);
    }
    if (receivedBytes !== request.bytes) {
      throw new Error(`the server sent ${receivedBytes} bytes instead of ${request.bytes}`);
    }
    if (hash.digest('hex') !== request.sha256) {
      throw new Error('the server sent other content than expected (sha256 differs)');
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * @typedef {object} Watchdog
 * @property {AbortSignal} signal aborts when time runs out or the outer signal aborts
 * @property {(withinMs: number, otherwise: string) => void} expect restarts the clock
 * @property {() => Error | null} cause why time ran out; null when it did not
 * @property {() => void} stop
 */

/**
 * @param {AbortSignal | undefined} outer
 * @returns {Watchdog}
 */
function startWatchdog(outer) {
  const controller = new AbortController();
  /** @type {Error | null} */
  let cause = null;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const forward = () => {
    controller.abort(outer?.reason);
  };
  if (outer?.aborted) forward();
  outer?.addEventListener('abort', forward);
  return {
    signal: controller.signal,
    expect(withinMs, otherwise) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        cause = new Error(`${otherwise} within ${formatSeconds(withinMs)}`);
        controller.abort(cause);
      }, withinMs);
    },
    cause: () => cause,
    stop() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', forward);
    },
  };
}

/** @param {number} ms */
function formatSeconds(ms) {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

/**
 * fetch hides the reason ("fetch failed"); it is in the chain of causes.
 *
 * @param {unknown} thrown
 * @returns {Error}
 */
function describeFetchError(thrown) {
  let deepest = thrown;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  if (!(deepest instanceof Error)) return new Error(String(deepest));
  const code = 'code' in deepest && typeof deepest.code === 'string' ? deepest.code : '';
  const text = deepest.message || code || 'the connection failed';
  return new Error(text, { cause: thrown });
}
