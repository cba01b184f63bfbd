/** The tables of the report on recordings: error rates, languages, differences, guards. Pure. */
import type { Table } from '../../bench/report-tables.js';
import { RETRY_REASONS } from '../../../src/shared/events.js';
import { LANGUAGES } from '../../../src/shared/languages.js';
import { errorRate } from '../error-rate.js';
import { formatFactor, formatRate } from '../table.js';
import { estimateDifference, estimateRate } from './bootstrap.js';
import type { Estimate } from './bootstrap.js';
import { ABLATIONS, COMPARISONS } from './configurations.js';
import type { Comparison, Configuration } from './configurations.js';
import * as sets from './findings.js';
import type { Findings, Joined, RecordingSet, Scores } from './findings.js';
import { countInvented, judge } from './sound-tables.js';

/** A device that fails is no guard of the text. */
const GUARDS = RETRY_REASONS.filter((reason) => reason !== 'device-fault');

const NOTHING = '-';
const NOT_RUN = 'not run';
const RATE_SETS = [
  sets.SHORT_ENGLISH,
  sets.LONG_ENGLISH,
  sets.ENGLISH,
  sets.OTHER_LANGUAGES,
  sets.CHARACTERS,
  sets.ALL_WORDS,
];
const ENGLISH_SETS = [sets.SHORT_ENGLISH, sets.LONG_ENGLISH, sets.ENGLISH];
const DIFFERENCE_SETS = [sets.SHORT_ENGLISH, sets.LONG_ENGLISH, sets.ENGLISH, sets.ALL_WORDS];

export function createRateTable(findings: Findings, scores: Scores): Table {
  const { recordings } = findings;
  const columns = RATE_SETS.filter((set) => recordings.some(({ recording }) => set.includes(recording)));
  const rows = listRows(findings).map((configuration) => {
    const { id } = configuration;
    const english = sets.sumSet(scores, id, recordings, sets.ENGLISH);
    return [
      configuration.label,
      ...columns.map((set) => {
        const tallies = sets.tallySet(scores, id, recordings, set);
        return tallies === null ? describeGap(configuration, set) : formatEstimate(estimateRate(tallies));
      }),
      english === null ? NOT_RUN : `${english.substitutions}/${english.deletions}/${english.insertions}`,
      formatFactor(factorOf(findings, configuration)),
    ];
  });
  const sizes = columns.map((set) => describeSize(findings, scores, set));
  return {
    title: 'Error rates',
    head: ['configuration', ...columns.map(({ name }) => name), 'S/D/I, English', 'processor'],
    rows,
    remarks: [
      `In brackets 95 % of 10,000 bootstrap draws over recordings (seeded). ${sizes.join('; ')}. Short: up to 30 s.`,
      'S/D/I: words substituted, deleted, inserted. Processor: time of all threads over length of the sound, all recordings; measured once on a shared machine, which moves it less than wall time, but where threads wait for each other, as in whisper.cpp, waiting counts. docs/performance.md compares times.',
    ],
  };
}

/** Why there is no figure. */
function describeGap({ isEnglishOnly }: Configuration, set: RecordingSet): string {
  return isEnglishOnly && !ENGLISH_SETS.includes(set) ? NOTHING : NOT_RUN;
}

function describeSize({ recordings, configurations }: Findings, scores: Scores, set: RecordingSet): string {
  const count = recordings.filter(({ recording }) => set.includes(recording)).length;
  const sums = configurations.map(({ id }) => sets.sumSet(scores, id, recordings, set));
  const length = sums.find((sum) => sum !== null)?.length;
  const unit = set === sets.CHARACTERS ? 'characters' : 'words';
  const files = count === 1 ? '1 recording' : `${count} recordings`;
  return `${set.name}: ${files}${length === undefined ? '' : `, ${length} ${unit}`}`;
}

function factorOf({ recordings, heard }: Findings, { id, isEnglishOnly }: Configuration): number | null {
  const due = recordings.filter(({ recording }) => recording.language === 'en' || !isEnglishOnly);
  return sets.processorFactor(due.map(({ key }) => heard.get(id)?.get(key)));
}

export function createLanguageTable(findings: Findings, scores: Scores): Table {
  const { recordings } = findings;
  const languages = [...new Set(recordings.map(({ recording }) => recording.language))];
  const head = languages.map((language) => {
    const own = recordings.filter(({ recording }) => recording.language === language);
    return `${LANGUAGES[language]}, ${own.length}`;
  });
  const rows = listRows(findings)
    .filter(({ isEnglishOnly }) => !isEnglishOnly)
    .map(({ id, label }) => [
      label,
      ...languages.map((language) => {
        const set = { name: language, includes: (one: { language: string }) => one.language === language };
        const sum = sets.sumSet(scores, id, recordings, set);
        return sum === null ? NOT_RUN : formatRate(errorRate(sum));
      }),
    ]);
  return {
    title: 'By language',
    head: ['configuration', ...head],
    rows,
    remarks: [
      'With the number of recordings. The sets of other languages are small: a word is up to a point.',
    ],
  };
}

export function createDifferenceTable(findings: Findings, scores: Scores): Table {
  return {
    title: 'Differences',
    head: ['question', 'first less second', ...DIFFERENCE_SETS.map(({ name }) => name)],
    rows: COMPARISONS.map((comparison) => [
      comparison.question,
      `${comparison.first} - ${comparison.second}`,
      ...formatDifferences(findings, scores, comparison),
    ]),
    remarks: [
      'Percentage points of error rate, in brackets 95 % of 10,000 paired bootstrap draws: below 0 the first errs less; an interval with 0 in it decides nothing.',
    ],
  };
}

export function createAblationTable(findings: Findings, scores: Scores): Table {
  return {
    title: 'What each guard changes',
    head: [
      'guard',
      'with less without',
      ...DIFFERENCE_SETS.map(({ name }) => name),
      ...findings.joined.map((_, index) => `joined ${index + 1}`),
      'invented words',
    ],
    rows: ABLATIONS.map((ablation) => {
      const [first, second] = [ablation.first, ablation.second].map(
        (id) => countInvented(findings, id)?.total,
      );
      return [
        ablation.question,
        `${ablation.first} - ${ablation.second}`,
        ...formatDifferences(findings, scores, ablation),
        ...findings.joined.map((joined) => formatJoined(findings, scores, joined, ablation)),
        first === undefined || second === undefined ? NOTHING : `${first} with, ${second} without`,
      ];
    }),
    remarks: [
      'Points of error rate as above; for the joined recordings both rates. Below 0 and "with" less than "without": the guard helps. A guard is left out where it has the most to do: the gates without the detector, which else keeps from the decoder what they are for. No option of the product leaves one out.',
    ],
  };
}

export function createGuardTable(findings: Findings): Table {
  const rows = listRows(findings)
    .filter(({ kind }) => kind === 'own')
    .map(({ id, label }) => {
      const known = findings.recordings.map(({ key }) => findings.heard.get(id)?.get(key));
      const heard = known.filter((one) => one !== undefined);
      const reasons = heard.flatMap(({ retries }) => retries);
      if (heard.length === 0) return [label, NOT_RUN, ...GUARDS.map(() => NOTHING)];
      const counts = GUARDS.map((reason) => reasons.filter((other) => other === reason).length);
      return [label, String(heard.length), ...counts.map(String)];
    });
  return {
    title: 'Attempts that a guard refused',
    head: ['configuration', 'recordings', ...GUARDS.map((reason) => reason.replaceAll('-', ' '))],
    rows,
    remarks: ['Each was followed by another attempt, hotter or without its prompt.'],
  };
}

/** `9.04 % with, 9.72 % without`; with the recordings lost and the words in gaps. */
function formatJoined(
  findings: Findings,
  scores: Scores,
  joined: Joined,
  { first, second }: Comparison,
): string {
  const [withIt, without] = [first, second].map((id) => {
    const verdict = judge(findings, scores, joined, id);
    if (verdict === null) return null;
    const { tally, lost, wordsInGaps } = verdict;
    return `${formatRate(tally.errors / tally.length)}, ${lost.length} lost, ${wordsInGaps} in gaps`;
  });
  return withIt == null || without == null ? NOTHING : `${withIt}; without ${without}`;
}

function formatDifferences(findings: Findings, scores: Scores, comparison: Comparison): readonly string[] {
  return DIFFERENCE_SETS.map((set) => {
    const pairs = sets.pairSet(scores, comparison, findings.recordings, set);
    return pairs === null ? NOTHING : formatDifference(estimateDifference(pairs));
  });
}

/** Those that are to hear recordings at all. */
function listRows({ configurations }: Findings): readonly Configuration[] {
  return configurations.filter(({ parts }) => parts.includes('recordings'));
}

/** `7.96 % (7.10 to 8.85)`. */
export function formatEstimate(estimate: Estimate | null): string {
  if (estimate === null) return NOTHING;
  return `${formatRate(estimate.rate)} (${toPercent(estimate.low)} to ${toPercent(estimate.high)})`;
}

/** `-0.13 (-0.75 to 0.77)`. */
export function formatDifference(estimate: Estimate | null): string {
  if (estimate === null) return NOTHING;
  return `${toPercent(estimate.rate)} (${toPercent(estimate.low)} to ${toPercent(estimate.high)})`;
}

/** Without a minus before zero. */
function toPercent(rate: number): string {
  return (rate * 100).toFixed(2).replace(/^-(0\.00)$/, '$1');
}
