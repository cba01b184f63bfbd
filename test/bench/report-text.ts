/** A report as plain text, Markdown or JSON. Pure. */
import { formatTable } from '../eval/table.js';
import type { Format } from './arguments.js';
import type { Report } from './measurements.js';
import { createTables } from './report-tables.js';
import type { Table } from './report-tables.js';
import { formatNumber, formatShare } from './statistics.js';

/** Half a process besides ours: no longer quiet. */
const BUSY_LOAD = 0.5;

export function formatReport(report: Report, format: Format): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  const isMarkdown = format === 'markdown';
  const head = describeRun(report).map((line) => `${isMarkdown ? '- ' : ''}${line}\n`);
  const tables = createTables(report).map((table) => (isMarkdown ? toMarkdown(table) : toText(table)));
  return [head.join(''), ...tables].join('\n');
}

function describeRun(report: Report): readonly string[] {
  const { machine, loadBefore, loadAfter, threads } = report;
  const isBusy = loadBefore > BUSY_LOAD;
  return [
    ...(report.isQuick
      ? ['QUICK RUN: it shows that the benchmark works; its figures are not for quoting.']
      : []),
    ...(isBusy
      ? [
          'THE MACHINE WAS BUSY when the run began. With more than one thread even ratios mislead then: engines whose threads wait for each other by spinning, whisper.cpp most of all, lose more than their share.',
        ]
      : []),
    `${report.when}. ${machine.processor}, ${machine.cores} cores (${machine.features.join(', ')}), ${formatNumber(machine.memoryBytes / 1e9)} GB, ${machine.system}.`,
    `Load average ${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after; ${formatShare(report.stolenShare)} of the processor time went to other virtual machines.`,
    `${threads === 1 ? '1 thread' : `${threads} threads`} for every engine, ${report.runs} interleaved ${report.runs === 1 ? 'run' : 'runs'}; median (least-most). Ratios are medians of the ratios run by run.`,
    "Whisper base in every engine, language given, timestamps on; greedy at temperature 0 unless named, with each engine's own default fallback to higher temperatures. whisper.cpp and cpu-base.en run the English-only base.en, the others the multilingual base.",
    ...Object.entries(report.descriptions).map(([engine, text]) => `${engine}: ${text}`),
    ...report.notes,
  ];
}

function toText({ title, head, rows, remarks }: Table): string {
  return `${title}\n${formatTable([head, ...rows])}${remarks.map((remark) => `${remark}\n`).join('')}`;
}

/** A heading, the table, its remarks. */
export function toMarkdown({ title, head, rows, remarks }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  const rule = line(head.map((_cell, column) => (column === 0 ? '---' : '---:')));
  const notes = remarks.map((remark) => `\n${remark}\n`).join('');
  return `### ${title}\n\n${line(head)}${rule}${rows.map(line).join('')}${notes}`;
}
