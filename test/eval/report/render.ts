/** The report as Markdown, and its place in docs/accuracy.md: between two comments, the rest is written by hand. Pure. */
import { toMarkdown } from '../../bench/report-text.js';
import type { Machine } from '../../bench/machine.js';
import { createConfidenceTable } from './confidence-table.js';
import { PARTS } from './configurations.js';
import { createDelayedTables } from './delayed-table.js';
import { createFileTables } from './file-tables.js';
import { scoreRecordings } from './findings.js';
import type { Findings, Material } from './findings.js';
import { listItems } from './run-work.js';
import type { ItemsByPart } from './run-work.js';
import { createInventedTable, createJoinedTables } from './sound-tables.js';
import * as tables from './tables.js';

const BEGIN = '<!-- eval:begin: the output of `npm run eval -- --report` -->';
const END = '<!-- eval:end -->';

export interface ReportSetting {
  /** Of this report; what it shows may be older, by as many runs as it took. */
  readonly when: string;
  readonly machine: Machine;
  /** Running processes when it began, the mean of a minute. */
  readonly load: number;
  /** Of the sources of our engine. */
  readonly sourcesHash: string;
  readonly isQuick: boolean;
  /** What could not be heard, and why. */
  readonly failures: readonly string[];
}

export function renderReport(findings: Findings, setting: ReportSetting): string {
  const scores = scoreRecordings(findings);
  const all = [
    tables.createRateTable(findings, scores),
    tables.createDifferenceTable(findings, scores),
    ...createDelayedTables(findings),
    tables.createLanguageTable(findings, scores),
    createInventedTable(findings),
    ...createJoinedTables(findings, scores),
    createConfidenceTable(findings),
    tables.createAblationTable(findings, scores),
    tables.createGuardTable(findings),
    ...createFileTables(findings, scores),
  ];
  const lines = [...describeRun(findings, setting), ...describeMissing(findings, setting)];
  return [lines.map((line) => `- ${line}\n`).join(''), ...all.map(toMarkdown)].join('\n');
}

function describeRun({ recordings }: Findings, setting: ReportSetting): readonly string[] {
  const { machine, when, load, sourcesHash, isQuick } = setting;
  const minutes = recordings.reduce((sum, { recording }) => sum + recording.seconds, 0) / 60;
  return [
    ...(isQuick ? ['QUICK RUN: it shows that the report works; its figures are not for quoting.'] : []),
    `${when}. ${machine.processor}, ${machine.cores} cores, ${machine.system}; load average ${load.toFixed(2)} at the start. The machine is shared.`,
    `${recordings.length} recordings, ${minutes.toFixed(1)} minutes. The language is given. Voice activity detection is on unless "vad off" is said. Sources of the engine: ${sourcesHash.slice(0, 12)}.`,
  ];
}

function describeMissing(findings: Findings, { failures }: ReportSetting): readonly string[] {
  const items = itemsOf(findings);
  const missing = findings.configurations.flatMap((configuration) => {
    const known = findings.heard.get(configuration.id);
    const gaps = PARTS.flatMap((part) => {
      const due = listItems(configuration, [part], items);
      const done = due.filter(({ key }) => known?.has(key) === true).length;
      return done === due.length ? [] : [`${part} ${done} of ${due.length}`];
    });
    return gaps.length === 0 ? [] : [`${configuration.id} (${gaps.join(', ')})`];
  });
  return [
    ...(missing.length === 0 ? [] : [`MISSING, heard so far: ${missing.join('; ')}.`]),
    ...failures.map((failure) => `FAILED: ${failure}`),
  ];
}

/** What is heard in each part. */
export function itemsOf({ recordings, sounds, joined, delayed }: Material): ItemsByPart {
  return {
    recordings,
    invented: sounds,
    joined: joined.map(({ item }) => item),
    delayed: delayed.flatMap(({ items }) => items),
  };
}

/** Throws an Error when the comments are not there. */
export function replaceBlock(document: string, block: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`the document has no lines ${BEGIN} and ${END}`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${block.trim()}\n\n${document.slice(end)}`;
}
