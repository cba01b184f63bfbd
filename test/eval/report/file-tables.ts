/** The tables of the report that go file by file: where two configurations hear a recording with unlike errors. Pure. */
import type { Table } from '../../bench/report-tables.js';
import { totalErrors } from '../error-rate.js';
import { splitUnits } from '../score.js';
import type { Findings, Scores } from './findings.js';

/** On the same files: what runs where our engine cannot, and the peer on the same model. */
const PAIRS = [
  { first: 'cpu', second: 'onnx' },
  { first: 'cpu-base.en', second: 'whisper.cpp-q8' },
] as const;
type FilePair = (typeof PAIRS)[number];

/** One for each pair of which something was heard by both. */
export function createFileTables(findings: Findings, scores: Scores): readonly Table[] {
  return PAIRS.flatMap((pair) => createFileTable(findings, scores, pair) ?? []);
}

function createFileTable(
  { recordings, heard, spellings }: Findings,
  scores: Scores,
  { first, second }: FilePair,
): Table | null {
  const both = recordings.flatMap(({ key, recording }) => {
    const [one, other] = [scores.get(first)?.get(key), scores.get(second)?.get(key)];
    if (one === undefined || other === undefined) return [];
    const [text, otherText] = [first, second].map((id) =>
      splitUnits(recording.language, heard.get(id)?.get(key)?.text ?? '', spellings).join(' '),
    );
    const errors = { first: totalErrors(one), second: totalErrors(other) };
    return [{ file: recording.file, length: one.length, ...errors, isSame: text === otherText }];
  });
  if (both.length === 0) return null;
  const unlike = both
    .filter((file) => file.first !== file.second)
    .toSorted((a, b) => a.first - a.second - (b.first - b.second));
  const same = both.filter(({ isSame }) => isSame).length;
  const alike = both.length - same - unlike.length;
  const better = unlike.filter((file) => file.first < file.second).length;
  return {
    title: `File by file: ${first} and ${second}`,
    head: ['recording', 'words', `errors of ${first}`, `errors of ${second}`],
    rows: unlike.map((file) => [file.file, ...[file.length, file.first, file.second].map(String)]),
    remarks: [
      `Of ${both.length} recordings ${same} have the same text after normalisation, ${alike} another one with as many errors; ${better} have fewer errors with ${first}, ${unlike.length - better} with ${second}: those of the table.`,
    ],
  };
}
