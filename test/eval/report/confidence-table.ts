/** The table of the report on confidence: of the first configuration whose words have times. Pure. */
import type { Table } from '../../bench/report-tables.js';
import { CONFIDENCE_HEAD, judgeWords, listBands } from '../confidence.js';
import type { JudgedWord } from '../confidence.js';
import { splitUnits } from '../score.js';
import { ALL_WORDS } from './findings.js';
import type { Findings } from './findings.js';

export function createConfidenceTable(findings: Findings): Table {
  for (const { id, label } of findings.configurations) {
    const words = judgeAll(findings, id);
    if (words.length === 0) continue;
    return {
      title: 'Confidence',
      head: CONFIDENCE_HEAD,
      rows: listBands(words),
      remarks: [
        `${label}: ${words.length} words, of all recordings that are not scored by character. A word is wrong that is not in the reference at its place; each is normalised by itself, so that numbers of several words count as wrong. 1 - mean: the share that would be wrong if the confidence were exact.`,
      ],
    };
  }
  return { title: 'Confidence', head: CONFIDENCE_HEAD, rows: [], remarks: ['Not run.'] };
}

function judgeAll({ recordings, heard, spellings }: Findings, id: string): readonly JudgedWord[] {
  return recordings
    .filter(({ recording }) => ALL_WORDS.includes(recording))
    .flatMap(({ key, recording }) => {
      const segments = heard.get(id)?.get(key)?.segments ?? [];
      const words = segments.flatMap((segment) => segment.words ?? []);
      return judgeWords(recording.text, words, (text) => splitUnits(recording.language, text, spellings));
    });
}
