/** The tables of the report on sound without words, and on recordings joined with gaps. Pure. */
import type { Table } from '../../bench/report-tables.js';
import { totalErrors } from '../error-rate.js';
import { formatRate } from '../table.js';
import { quantile } from './bootstrap.js';
import type { Configuration } from './configurations.js';
import { countWords } from './findings.js';
import type { Findings, Joined, Scores } from './findings.js';
import { judgeJoined } from './judge-joined.js';
import type { JoinedVerdict } from './judge-joined.js';

const NOTHING = '-';
/** What a recording's first word may be off, seconds. */
const START_TOLERANCE_SECONDS = 0.3;

/** Sounds of a kind share a column. */
const SOUND_KINDS = [
  { name: 'silence', includes: (sound: string) => sound === 'silence' },
  { name: 'noise', includes: (sound: string) => sound.includes('noise') },
  { name: 'tones', includes: (sound: string) => /tone|beeps|dialling|hum/.test(sound) },
  { name: 'music', includes: (sound: string) => sound === 'music' },
] as const;

interface Invented {
  readonly total: number;
  readonly sounds: readonly { readonly name: string; readonly words: number; readonly text: string }[];
}

/** Null unless it heard all sounds. */
export function countInvented({ sounds, heard }: Findings, id: string): Invented | null {
  const found = sounds.flatMap(({ key, recording }) => {
    const one = heard.get(id)?.get(key);
    return one === undefined ? [] : [{ name: recording.file, words: countWords(one.text), text: one.text }];
  });
  if (found.length === 0 || found.length < sounds.length) return null;
  return { total: found.reduce((sum, { words }) => sum + words, 0), sounds: found };
}

export function createInventedTable(findings: Findings): Table {
  const rows: string[][] = [];
  const examples: string[] = [];
  for (const { id, label } of findings.configurations) {
    const invented = countInvented(findings, id);
    if (invented === null) continue;
    const counts = SOUND_KINDS.map(({ includes }) =>
      invented.sounds.filter(({ name }) => includes(name)).reduce((sum, { words }) => sum + words, 0),
    );
    rows.push([label, ...counts.map(String), String(invented.total)]);
    const loud = invented.sounds.filter(({ words }) => words > 0);
    if (loud.length > 0) examples.push(`${id}: ${loud.map(describeInvented).join('; ')}.`);
  }
  const [first] = findings.sounds;
  const minutes = (first?.recording.seconds ?? 0) / 60;
  const names = findings.sounds.map(({ recording }) => recording.file);
  return {
    title: 'Invented words',
    head: ['configuration', ...SOUND_KINDS.map(({ name }) => name), 'all'],
    rows,
    remarks: [
      `Words written for ${minutes < 1 ? `${minutes * 60} seconds` : `${minutes} minutes`} each of ${names.join('; ')}, made from numbers (test/made-sound.ts). The language is given as English. What stands in brackets, such as [Music], counts.`,
      ...examples,
    ],
  };
}

const EXAMPLE_CHARACTERS = 40;

function describeInvented({ name, words, text }: Invented['sounds'][number]): string {
  const start = text
    .trim()
    .slice(0, EXAMPLE_CHARACTERS)
    .replaceAll(/[\s|`]+/g, ' ');
  return `${name} ${words} ("${start}")`;
}

export function createJoinedTables(findings: Findings, scores: Scores): readonly Table[] {
  return findings.joined.map((joined, index) => createJoinedTable(findings, scores, joined, index));
}

function createJoinedTable(findings: Findings, scores: Scores, joined: Joined, index: number): Table {
  const { configurations } = findings;
  const details: string[] = [];
  const rows = configurations.flatMap((configuration) => {
    const verdict = judge(findings, scores, joined, configuration.id);
    if (verdict === null) return [];
    details.push(...describeLosses(configuration, verdict));
    return [[configuration.label, ...formatVerdict(configuration, joined, verdict, scores, findings)]];
  });
  const { seconds } = joined.item.recording;
  return {
    title: index === 0 ? 'Recordings joined with gaps' : 'Recordings joined with gaps, another draw',
    head: [
      'configuration',
      'one by one',
      'joined',
      'difference',
      'lost',
      'repeated',
      'words in gaps',
      'starts timed',
      'median off',
      '95 % off',
      'within 0.3 s',
      'by the aligner',
      'by either',
    ],
    rows,
    remarks: [
      `${(seconds / 60).toFixed(1)} minutes: ${joined.places.length} English recordings in drawn order, between them gaps of silence and of white, pink and brown noise (-46 dB), drawn from 0 to ${seconds < 600 ? 'a tenth of the length' : '60 s'} (test/eval/report/join-recordings.ts, seeded).`,
      'Error rates of the same recordings; the difference in points. Lost: recordings without one word found, of those of which by themselves one is. Repeated: recordings of which three words in a row come a second time. Words in gaps: of segments whose middle is in a gap. Starts: the first word of a recording where it was found and has a time (of the word, or of the segment it begins), against where the sound first comes within 15 dB of its loudest tenth for 100 ms; medians are of absolute values. By the aligner: against where pocketsphinx, given the text, has the word, in recordings that it can align (test/eval/reference-words.ts); by either: by one of the two.',
      ...details,
    ],
  };
}

function formatVerdict(
  { id, kind }: Configuration,
  { places }: Joined,
  verdict: JoinedVerdict,
  scores: Scores,
  findings: Findings,
): readonly string[] {
  const alone = rateAlone(
    findings,
    scores,
    id,
    places.map(({ recording }) => recording.file),
  );
  const { errors, length } = verdict.tally;
  const whole = length === 0 ? null : errors / length;
  const rates = [
    formatRate(alone),
    formatRate(whole),
    alone === null || whole === null ? NOTHING : ((whole - alone) * 100).toFixed(2),
  ];
  const counts = [String(verdict.lost.length), String(verdict.repeated.length)];
  if (kind !== 'own') return [...rates, ...counts, ...Array.from({ length: 7 }, () => NOTHING)];
  const { startErrors } = verdict;
  const off = startErrors.map(({ byPower }) => Math.abs(byPower)).toSorted((first, second) => first - second);
  const aligned = startErrors.flatMap(({ byAligner }) => byAligner ?? []);
  const either = startErrors.map(({ byPower, byAligner }) =>
    Math.min(Math.abs(byPower), Math.abs(byAligner ?? byPower)),
  );
  return [
    ...rates,
    ...counts,
    String(verdict.wordsInGaps),
    `${off.length} of ${places.length}`,
    formatSeconds(quantile(off, 0.5)),
    formatSeconds(quantile(off, 0.95)),
    formatWithin(off),
    formatWithin(aligned),
    formatWithin(either),
  ];
}

function formatWithin(errors: readonly number[]): string {
  const within = errors.filter((seconds) => Math.abs(seconds) <= START_TOLERANCE_SECONDS).length;
  return errors.length === 0 ? NOTHING : `${within} of ${errors.length}`;
}

/** Null unless each was heard by itself. */
function rateAlone(findings: Findings, scores: Scores, id: string, files: readonly string[]): number | null {
  const items = findings.recordings.filter(({ recording }) => files.includes(recording.file));
  const counts = items.map(({ key }) => scores.get(id)?.get(key));
  const known = counts.filter((count) => count !== undefined);
  if (known.length === 0 || known.length < items.length) return null;
  const length = known.reduce((sum, count) => sum + count.length, 0);
  return length === 0 ? null : known.reduce((sum, count) => sum + totalErrors(count), 0) / length;
}

interface Verdict extends JoinedVerdict {
  /** Files without one word found that have none by themselves either, short ones that are misheard; not among the lost. */
  readonly deaf: readonly string[];
}

/** Null unless it heard the joined sound. */
export function judge(
  { recordings, heard, spellings }: Findings,
  scores: Scores,
  { item, places }: Joined,
  id: string,
): Verdict | null {
  const found = heard.get(id)?.get(item.key);
  if (found === undefined) return null;
  const whole = judgeJoined(places, found, spellings);
  const isDeaf = (file: string) => {
    const alone = recordings.find(({ recording }) => recording.file === file);
    const count = alone && scores.get(id)?.get(alone.key);
    return count !== undefined && count.substitutions + count.deletions === count.length;
  };
  return { ...whole, lost: whole.lost.filter((file) => !isDeaf(file)), deaf: whole.lost.filter(isDeaf) };
}

function describeLosses({ id }: Configuration, { lost, repeated, deaf }: Verdict): readonly string[] {
  return [
    ...(lost.length === 0 ? [] : [`${id} lost ${lost.join(', ')}.`]),
    ...(deaf.length === 0 ? [] : [`${id} finds no word of ${deaf.join(', ')}, here or by itself.`]),
    ...(repeated.length === 0 ? [] : [`${id} repeated ${repeated.join(', ')}.`]),
  ];
}

function formatSeconds(seconds: number): string {
  return Number.isFinite(seconds) ? `${seconds.toFixed(2)} s` : NOTHING;
}
