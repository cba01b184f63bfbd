/** Plain-text tables: rows in, aligned lines out. The first column is left-aligned, numbers right. */
import { totalErrors } from './error-rate.js';
import type { SetScore } from './score.js';

export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

export function formatRate(rate: number | null): string {
  return rate === null ? '-' : `${(rate * 100).toFixed(2)} %`;
}

export function formatFactor(factor: number | null): string {
  return factor === null ? '-' : factor.toFixed(3);
}

/** One row per set: error rate, its parts, and speed. */
export function formatSummary(sets: readonly SetScore[]): string {
  const head = ['set', 'files', 'failed', 'rate', 'errors', 'S', 'D', 'I', 'of', 'unit', 'audio s', 'RTF'];
  const rows = sets.map((set) => [
    set.name,
    String(set.files),
    String(set.failed),
    formatRate(set.rate),
    String(totalErrors(set.errors)),
    String(set.errors.substitutions),
    String(set.errors.deletions),
    String(set.errors.insertions),
    String(set.errors.length),
    set.unit,
    set.audioSeconds.toFixed(1),
    formatFactor(set.realTimeFactor),
  ]);
  return formatTable([head, ...rows]);
}
