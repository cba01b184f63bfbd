/** The table of the report on short recordings that are heard several times. Pure. */
import type { Table } from '../../bench/report-tables.js';
import { addErrors, errorRate, NO_ERRORS, totalErrors } from '../error-rate.js';
import type { ErrorCount } from '../error-rate.js';
import { scoreText } from '../score.js';
import { formatRate } from '../table.js';
import { estimateDifference, estimateRate } from './bootstrap.js';
import type { Tally } from './bootstrap.js';
import { COMPARISONS } from './configurations.js';
import type { Comparison } from './configurations.js';
import type { Findings } from './findings.js';
import { formatDifference, formatEstimate } from './tables.js';

/** One table, or none where nobody has heard all of them. */
export function createDelayedTables(findings: Findings): readonly Table[] {
  const heard = findings.configurations
    .filter(({ parts }) => parts.includes('delayed'))
    .flatMap(({ id, label }) => {
      const hearings = scoreHearings(findings, id);
      return hearings === null || hearings.length === 0 ? [] : [{ id, label, hearings }];
    });
  const first = heard[0]?.hearings[0];
  if (first === undefined) return [];
  const rates = heard.map(({ label, hearings }) => [
    label,
    ...first.map((_, turn) => formatRate(errorRate(sum(hearings.map((own) => own[turn]!))))),
    formatEstimate(estimateRate(hearings.map(tallyOf))),
  ]);
  const differences = COMPARISONS.flatMap((comparison) => describe(comparison, heard));
  return [
    {
      title: 'Short English recordings, heard several times',
      head: ['configuration', ...first.map((_, turn) => `${turn + 1}`), 'all'],
      rows: rates,
      remarks: [
        `${heard[0]!.hearings.length} recordings: as they are, then with 10, 20, 30 and 40 ms of silence before them: the same words, rounded otherwise. In brackets 95 % of 10,000 bootstrap draws over recordings, each with all its hearings. ${differences.join(' ')}`,
      ],
    },
  ];
}

/** Errors of each recording in each hearing; null unless all were heard. */
function scoreHearings(
  { recordings, delayed, heard, spellings }: Findings,
  id: string,
): readonly (readonly ErrorCount[])[] | null {
  const known = heard.get(id);
  const all: (readonly ErrorCount[])[] = [];
  for (const { key, items } of delayed) {
    const original = recordings.find((item) => item.key === key);
    if (original === undefined) return null;
    const texts = [original, ...items].map((item) => known?.get(item.key)?.text);
    const counts = texts.flatMap((text) =>
      text === undefined ? [] : [scoreText(original.recording, text, spellings)],
    );
    if (counts.length !== texts.length) return null;
    all.push(counts);
  }
  return all;
}

interface Hearer {
  readonly id: string;
  readonly hearings: readonly (readonly ErrorCount[])[];
}

function describe({ first, second }: Comparison, heard: readonly Hearer[]): readonly string[] {
  const [own, other] = [first, second].map((id) => heard.find((hearer) => hearer.id === id)?.hearings);
  if (own === undefined || other === undefined) return [];
  const pairs = own.map((counts, i) => ({ first: tallyOf(counts), second: tallyOf(other[i]!) }));
  const fewer = pairs.filter((pair) => pair.first.errors < pair.second.errors).length;
  const more = pairs.filter((pair) => pair.first.errors > pair.second.errors).length;
  return [
    `${first} less ${second}: ${formatDifference(estimateDifference(pairs))} points; fewer errors in ${fewer} recordings, more in ${more}.`,
  ];
}

function tallyOf(counts: readonly ErrorCount[]): Tally {
  const { length } = sum(counts);
  return { errors: totalErrors(sum(counts)), length };
}

function sum(counts: readonly ErrorCount[]): ErrorCount {
  return counts.reduce(addErrors, NO_ERRORS);
}
