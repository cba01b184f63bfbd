/** Where a file of the queue goes when it is moved. Only waiting files move: the others have begun. Pure. */
import type { Job } from '../shared/job.js';

type Placed = Pick<Job, 'id' | 'state'>;

/**
 * The id that the moved file is to stand before, null for the end, undefined when the key moves nothing.
 * Up and down are by one waiting file, Home and End to the ends of those that wait.
 */
export function placeAfterMove(jobs: readonly Placed[], id: string, key: string): string | null | undefined {
  const waiting = jobs.filter(({ state }) => state === 'queued').map((job) => job.id);
  const from = waiting.indexOf(id);
  if (from < 0) return undefined;
  const targets: Readonly<Record<string, number>> = {
    ArrowUp: from - 1,
    ArrowDown: from + 1,
    Home: 0,
    End: waiting.length - 1,
  };
  const to = targets[key];
  if (to === undefined || to < 0 || to >= waiting.length || to === from) return undefined;
  const rest = waiting.filter((other) => other !== id);
  return rest[to] ?? null;
}

/** The same for a file dropped on another one. */
export function placeAfterDrop(
  jobs: readonly Placed[],
  id: string,
  target: { readonly id: string; readonly side: 'before' | 'after' },
): string | null | undefined {
  if (id === target.id) return undefined;
  const rest = jobs.filter(({ state }) => state === 'queued').map((job) => job.id);
  const others = rest.filter((other) => other !== id);
  const at = others.indexOf(target.id);
  if (!rest.includes(id) || at < 0) return undefined;
  return target.side === 'before' ? target.id : (others[at + 1] ?? null);
}
