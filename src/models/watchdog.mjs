/**
 * Ends what waits for a network that says nothing: a connection that stays open and sends nothing is common on bad
 * networks, and no error ever comes of it.
 */

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
export function startWatchdog(outer) {
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
export function formatSeconds(ms) {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
