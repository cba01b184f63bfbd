/**
 * The order of the job list as numbers, so that moving one job changes one journal. Pure.
 */
export interface Ordered {
  readonly id: string;
  readonly order: number;
}

/**
 * The new numbers that put a job before another one, or at the end: one, unless numbers have come so close that
 * there is none between; then all.
 *
 * @param items in order.
 */
export function placeBefore(
  items: readonly Ordered[],
  id: string,
  before: string | null,
): ReadonlyMap<string, number> {
  const others = items.filter((item) => item.id !== id);
  const found = before === null ? -1 : others.findIndex((item) => item.id === before);
  const at = found === -1 ? others.length : found;
  if (others.length === items.length || id === before) return new Map();
  const previous = others[at - 1]?.order;
  const next = others[at]?.order;
  const order = between(previous, next);
  if (order !== null) return new Map([[id, order]]);
  const ids = others.map((item) => item.id);
  ids.splice(at, 0, id);
  return new Map(ids.map((one, index) => [one, index + 1]));
}

function between(previous: number | undefined, next: number | undefined): number | null {
  if (previous === undefined) return (next ?? 1) - 1;
  if (next === undefined) return previous + 1;
  const middle = (previous + next) / 2;
  return middle > previous && middle < next ? middle : null;
}
