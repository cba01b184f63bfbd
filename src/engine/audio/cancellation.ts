/**
 * Waiting that an AbortSignal can end: reads from a pipe or a network disk may never come back by
 * themselves. The abandoned promise is left to settle unseen; whoever owns the resource closes it.
 */
import { cancelledError } from '../../shared/errors.js';

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancelledError();
  }
}

/** The promise's outcome, or AppError `cancelled` as soon as the signal aborts. */
export async function untilCancelled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stopListening = (): void => undefined;
  const cancelled = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(cancelledError());
    };
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    stopListening = () => {
      signal.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([promise, cancelled]);
  } finally {
    stopListening();
    promise.catch(() => undefined);
    cancelled.catch(() => undefined);
  }
}
