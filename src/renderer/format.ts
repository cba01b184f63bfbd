/** Numbers as people read them. Pure; each says nothing (null) rather than something invented. */
import { SAMPLE_RATE_HZ } from '../shared/time.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/**
 * "about 2 min left", coarser the further away the end is, so that the number does not pretend to
 * know more than the speed so far can tell.
 */
export function formatRemaining(remainingMs: number | null): string | null {
  if (remainingMs === null) return null;
  if (remainingMs < 10 * SECOND_MS) return 'a few seconds left';
  if (remainingMs <= 50 * SECOND_MS) return `about ${Math.ceil(remainingMs / (10 * SECOND_MS)) * 10} s left`;
  if (remainingMs < 57 * MINUTE_MS) {
    return `about ${Math.max(1, Math.round(remainingMs / MINUTE_MS))} min left`;
  }
  const steps = Math.round(remainingMs / (5 * MINUTE_MS));
  const hours = Math.floor(steps / 12);
  const minutes = (steps % 12) * 5;
  return minutes === 0 ? `about ${hours} h left` : `about ${hours} h ${minutes} min left`;
}

/** Measured wall time: "0.8 s", "42 s", "6 min 12 s", "1 h 4 min". */
export function formatElapsed(elapsedMs: number): string {
  if (elapsedMs < 9.95 * SECOND_MS) return `${(elapsedMs / SECOND_MS).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / SECOND_MS);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(elapsedMs / MINUTE_MS);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Sound transcribed over wall time, "5.2×"; null before there is anything to measure. */
export function formatSpeed(samples: number, elapsedMs: number): string | null {
  if (samples === 0 || elapsedMs <= 0) return null;
  const factor = (samples / SAMPLE_RATE_HZ) * (SECOND_MS / elapsedMs);
  return `${factor >= 9.95 ? factor.toFixed(0) : factor.toFixed(1)}×`;
}

/** 0 to 1 as whole percent, rounded down: 0.998 is "99%", since "100%" would claim to be all done or sure. */
export function formatPercent(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100 + 1e-9)}%`;
}

/** One decimal, as the fallback steps of 0.2 need: "0.2", "1.0". */
export function formatTemperature(temperature: number): string {
  return temperature.toFixed(1);
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A folder as people name it: what is below their home begins with ~. */
export function formatFolder(path: string, home: string): string {
  if (home === '' || (path !== home && !path.startsWith(`${home}/`))) return path;
  return `~${path.slice(home.length)}`;
}

/** A probability as it is read beside others: "93.1%", "0.4%", "<0.1%". */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1%';
  return `${(share * 100).toFixed(1)}%`;
}

/** Time of one step: "0.4 ms", "12 ms", "1.2 s". */
export function formatLatency(latencyMs: number): string {
  if (latencyMs >= SECOND_MS) return `${(latencyMs / SECOND_MS).toFixed(1)} s`;
  return `${latencyMs < 10 ? latencyMs.toFixed(1) : latencyMs.toFixed(0)} ms`;
}

/** A size on disk, in units of 1000 as file managers have them: "148 MB". */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

export function formatDate(timeMs: number): string {
  return DATE.format(timeMs);
}

const TIME_OF_DAY = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' });

/** To the second: what tells two tries of one file apart. */
export function formatTimeOfDay(timeMs: number): string {
  return TIME_OF_DAY.format(timeMs);
}
