/** Calls `act` at once, then at most once per interval; the last request is never lost. */
export interface Throttle {
  request(): void;
  stop(): void;
}

export function createThrottle(intervalMs: number, act: () => void): Throttle {
  let timer: NodeJS.Timeout | null = null;
  let isWanted = false;

  const run = (): void => {
    isWanted = false;
    timer = setTimeout(() => {
      timer = null;
      if (isWanted) run();
    }, intervalMs);
    act();
  };

  return {
    request() {
      if (timer === null) run();
      else isWanted = true;
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      isWanted = false;
    },
  };
}
