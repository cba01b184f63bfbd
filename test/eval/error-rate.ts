/**
 * Word and character error rates: the least number of substitutions, deletions and insertions that turn
 * the reference into what was heard (Levenshtein), over the number of words in the reference.
 */

export interface ErrorCount {
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  /** Words (or characters) in the reference. */
  readonly length: number;
}

export const NO_ERRORS: ErrorCount = { substitutions: 0, deletions: 0, insertions: 0, length: 0 };

/** A way to reach one cell of the alignment table. */
interface Path {
  readonly cost: number;
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
}

function stepFrom(path: Path, edit: 'substitutions' | 'deletions' | 'insertions'): Path {
  return { ...path, cost: path.cost + 1, [edit]: path[edit] + 1 };
}

/** The first of equal cost wins, so that a substitution is counted rather than a deletion and an insertion. */
function cheapest(first: Path, ...others: readonly Path[]): Path {
  return others.reduce((best, path) => (path.cost < best.cost ? path : best), first);
}

/** Time is the product of the lengths, memory is one row: a nine-minute text takes well under a second. */
export function countErrors(reference: readonly string[], heard: readonly string[]): ErrorCount {
  const origin: Path = { cost: 0, substitutions: 0, deletions: 0, insertions: 0 };
  let row: Path[] = [
    origin,
    ...heard.map((_word, index) => ({ ...origin, cost: index + 1, insertions: index + 1 })),
  ];
  for (const word of reference) {
    const next: Path[] = [stepFrom(row[0] ?? origin, 'deletions')];
    heard.forEach((other, index) => {
      const diagonal = row[index] ?? origin;
      const above = row[index + 1] ?? origin;
      const left = next[index] ?? origin;
      const match = word === other ? diagonal : stepFrom(diagonal, 'substitutions');
      next.push(cheapest(match, stepFrom(above, 'deletions'), stepFrom(left, 'insertions')));
    });
    row = next;
  }
  const { substitutions, deletions, insertions } = row.at(-1) ?? origin;
  return { substitutions, deletions, insertions, length: reference.length };
}

export function addErrors(first: ErrorCount, second: ErrorCount): ErrorCount {
  return {
    substitutions: first.substitutions + second.substitutions,
    deletions: first.deletions + second.deletions,
    insertions: first.insertions + second.insertions,
    length: first.length + second.length,
  };
}

export function totalErrors(count: ErrorCount): number {
  return count.substitutions + count.deletions + count.insertions;
}

/** Errors over reference length; above 1 when much was invented. Null without a reference. */
export function errorRate(count: ErrorCount): number | null {
  return count.length === 0 ? null : totalErrors(count) / count.length;
}

export function splitWords(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Characters without the spaces, for scripts that do not set spaces between words. */
export function splitCharacters(text: string): readonly string[] {
  return Array.from(text.replace(/\s+/g, ''));
}
