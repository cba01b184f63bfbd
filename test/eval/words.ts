/**
 * `npm run eval:words -- MANIFEST`: how far our word starts are from those of a forced aligner
 * (reference-words.ts), and how often words are wrong by how certain they are said to be. English recordings.
 * What the aligner cannot do is named and left out of the first part; the second takes all.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../../src/engine/engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { samplesToSeconds } from '../../src/shared/time.js';
import type { Word } from '../../src/shared/transcript.js';
import { COMMON_OPTIONS, COMMON_USAGE, readCommonChoices, runWithChoices, toOptions } from './arguments.js';
import type { CommonChoices } from './arguments.js';
import { CONFIDENCE_HEAD, judgeWords, listBands } from './confidence.js';
import type { JudgedWord } from './confidence.js';
import { splitWords } from './error-rate.js';
import { readManifest } from './manifest.js';
import type { Recording } from './manifest.js';
import { matchWords } from './match-words.js';
import { normalizeEnglish } from './normalize-english.js';
import { alignReference, LONGEST_SECONDS, readDictionary, spellWords } from './reference-words.js';
import { findFolders, readSpellings } from './setting.js';
import { formatRate, formatTable } from './table.js';

const PROGRAM = {
  name: 'eval:words',
  usage: `Usage: npm run eval:words -- MANIFEST ${COMMON_USAGE}`,
} as const;

/** Ours less the reference's, seconds. */
interface Deviation {
  readonly start: number;
  readonly end: number;
}

function readChoices(args: string[]): CommonChoices {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: COMMON_OPTIONS });
  return readCommonChoices(values, positionals);
}

async function hearWords(
  engine: Engine,
  recording: Recording,
  options: TranscribeOptions,
): Promise<readonly Word[]> {
  const words: Word[] = [];
  await engine.transcribe(
    { jobId: recording.file, source: { kind: 'file', path: recording.path }, options },
    (event) => {
      if (event.kind !== 'commit') return;
      for (const segment of event.segments) words.push(...(segment.words ?? []));
    },
    new AbortController().signal,
  );
  return words;
}

async function compareTimes(
  recording: Recording,
  heard: readonly Word[],
  dictionary: ReadonlySet<string>,
): Promise<readonly Deviation[]> {
  const reference =
    recording.seconds > LONGEST_SECONDS
      ? { kind: 'left-out' as const, reason: `it is longer than ${LONGEST_SECONDS} s` }
      : await alignReference(recording.path, recording.text, dictionary);
  if (reference.kind === 'left-out') {
    process.stderr.write(`${recording.file}: left out: ${reference.reason}\n`);
    return [];
  }
  // One that is written as several words has a time only as a whole.
  const spelled = heard.map(({ text }) => spellWords(text).join(' '));
  const matches = matchWords(
    reference.words.map(({ text }) => text),
    spelled,
  );
  return heard.flatMap((word, i) => {
    const match = matches[i];
    if (match === null || match === undefined) return [];
    const { startSeconds, endSeconds } = reference.words[match]!;
    return {
      start: samplesToSeconds(word.start) - startSeconds,
      end: samplesToSeconds(word.end) - endSeconds,
    };
  });
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function describeDeviations(name: string, deviations: readonly number[]): readonly string[] {
  const inMs = (seconds: number): string => (seconds * 1000).toFixed(0);
  const sizes = deviations.map(Math.abs).sort((a, b) => a - b);
  const signed = [...deviations].sort((a, b) => a - b);
  const within = (limit: number): number => sizes.filter((size) => size <= limit).length / sizes.length;
  return [
    name,
    String(sizes.length),
    inMs(sizes.reduce((sum, size) => sum + size, 0) / sizes.length),
    inMs(quantile(sizes, 0.5)),
    inMs(quantile(sizes, 0.95)),
    inMs(quantile(signed, 0.5)),
    formatRate(within(0.1)),
    formatRate(within(0.2)),
  ];
}

function formatTimes(deviations: readonly Deviation[]): string {
  return formatTable([
    ['ms', 'words', 'mean abs', 'median abs', '95 % abs', 'median', 'within 100', 'within 200'],
    describeDeviations(
      'start',
      deviations.map(({ start }) => start),
    ),
    describeDeviations(
      'end',
      deviations.map(({ end }) => end),
    ),
  ]);
}

async function run(choices: CommonChoices): Promise<number> {
  const dictionary = await readDictionary();
  const recordings = (await readManifest(choices.manifest))
    .filter(({ language }) => language === 'en')
    .slice(0, choices.limit);
  const folders = findFolders();
  const spellings = await readSpellings(join(folders.modelsFolder, DEFAULT_OPTIONS.model));
  const engine = createEngine(folders);
  const options: TranscribeOptions = { ...toOptions(choices), language: 'en', wordTimestamps: true };
  const deviations: Deviation[] = [];
  const judged: JudgedWord[] = [];
  let aligned = 0;
  try {
    for (const recording of recordings) {
      const heard = await hearWords(engine, recording, options);
      const found = await compareTimes(recording, heard, dictionary);
      aligned += found.length > 0 ? 1 : 0;
      deviations.push(...found);
      const split = (text: string) => splitWords(normalizeEnglish(text, spellings));
      judged.push(...judgeWords(recording.text, heard, split));
    }
  } finally {
    await engine.close();
  }
  process.stdout.write(`Word times, ${aligned} of ${recordings.length} recordings\n`);
  process.stdout.write(`${formatTimes(deviations)}\n${formatTable([CONFIDENCE_HEAD, ...listBands(judged)])}`);
  return 0;
}

process.exit(await runWithChoices(PROGRAM, readChoices, run));
