/**
 * Pure: what was heard on the CPU, on the emulated NPU and in full precision, compared and counted. In: what each
 * subject heard of which recording. Out: counts, and tables for people.
 */
import * as v from 'valibot';
import { addErrors, errorRate, NO_ERRORS, totalErrors } from './error-rate.js';
import type { ErrorCount } from './error-rate.js';
import type { Recording } from './manifest.js';
import type { Spellings } from './normalize-english.js';
import { estimateDifference, estimateRelative } from './report/bootstrap.js';
import type { Estimate, Pair, Tally } from './report/bootstrap.js';
import { scoreText, unitOf } from './score.js';

export const NPU_SUBJECTS = ['cpu', 'npu', 'npu-sparse', 'onnx', 'float-decoder', 'float-model'] as const;
export type NpuSubject = (typeof NPU_SUBJECTS)[number];

export const NpuHeardSchema = v.object({
  subject: v.picklist(NPU_SUBJECTS),
  file: v.string(),
  /** Silence put before the recording. */
  delayMs: v.optional(v.number(), 0),
  text: v.string(),
  /** SHA-256 of every token of every attempt with its probability, and of the segments with words and times. */
  hash: v.string(),
  tokens: v.number(),
  /** With a sparse vocabulary, and those of them that were run again over the full one. */
  sparseSteps: v.number(),
  sparseFallbacks: v.number(),
  /** Wall time of this machine, emulation and all. */
  seconds: v.number(),
});
export type NpuHeard = v.InferOutput<typeof NpuHeardSchema>;

export interface NpuFigures {
  readonly subject: NpuSubject;
  /** Recordings that it and the CPU heard, each as often as it was heard: with each silence before it. */
  readonly files: number;
  /** Of those, with the same tokens, probabilities, words and times. */
  readonly same: number;
  /** Of those, with the same text. */
  readonly sameText: number;
  readonly tokens: number;
  readonly wordErrors: ErrorCount;
  /** The CPU's on the same recordings. */
  readonly cpuWordErrors: ErrorCount;
  readonly sparseSteps: number;
  readonly sparseFallbacks: number;
  readonly different: readonly string[];
  /** Error rate of the CPU less that of the subject, of recordings in words. */
  readonly difference: Estimate | null;
  /** The same over the rate of the subject. */
  readonly relative: Estimate | null;
  readonly otherTexts: readonly OtherText[];
}

/** A recording that two have heard differently. */
export interface OtherText {
  readonly file: string;
  readonly errors: number;
  readonly cpuErrors: number;
  /** Words or characters of the reference. */
  readonly length: number;
}

/** Error rates are of words: recordings in scripts without spaces are compared, but not in the rates. */
export function countFigures(
  subject: NpuSubject,
  recordings: readonly Recording[],
  heard: readonly NpuHeard[],
  spellings: Spellings,
): NpuFigures {
  const find = (wanted: NpuSubject, file: string): readonly NpuHeard[] =>
    heard.filter((each) => each.subject === wanted && each.file === file);
  const pairs = recordings.flatMap((recording) =>
    find(subject, recording.file).flatMap((own) => {
      const cpu = find('cpu', recording.file).find(({ delayMs }) => delayMs === own.delayMs);
      return cpu === undefined ? [] : [{ recording, own, cpu }];
    }),
  );
  const scored = pairs.map((pair) => ({
    ...pair,
    errors: scoreText(pair.recording, pair.own.text, spellings),
    cpuErrors: scoreText(pair.recording, pair.cpu.text, spellings),
  }));
  const words = scored.filter(({ recording }) => unitOf(recording) === 'word');
  // However often it was heard, a recording is one draw: its errors go together.
  const tallies = recordings.flatMap(({ file }): readonly Pair[] => {
    const own = words.filter(({ recording }) => recording.file === file);
    return own.length === 0
      ? []
      : [
          {
            first: toTally(own.map(({ cpuErrors }) => cpuErrors)),
            second: toTally(own.map(({ errors }) => errors)),
          },
        ];
  });
  const sum = (count: 'tokens' | 'sparseSteps' | 'sparseFallbacks'): number =>
    pairs.reduce((total, { own }) => total + own[count], 0);
  return {
    subject,
    files: pairs.length,
    same: pairs.filter(({ own, cpu }) => own.hash === cpu.hash).length,
    sameText: pairs.filter(({ own, cpu }) => own.text === cpu.text).length,
    tokens: sum('tokens'),
    wordErrors: words.reduce((total, { errors }) => addErrors(total, errors), NO_ERRORS),
    cpuWordErrors: words.reduce((total, { cpuErrors }) => addErrors(total, cpuErrors), NO_ERRORS),
    sparseSteps: sum('sparseSteps'),
    sparseFallbacks: sum('sparseFallbacks'),
    different: pairs.filter(({ own, cpu }) => own.hash !== cpu.hash).map(({ own }) => own.file),
    difference: estimateDifference(tallies),
    relative: estimateRelative(tallies),
    otherTexts: scored
      .filter(({ own, cpu }) => own.text !== cpu.text)
      .map(({ own: { file, delayMs }, errors, cpuErrors }) => ({
        file: delayMs === 0 ? file : `${file}, ${delayMs} ms later`,
        errors: totalErrors(errors),
        cpuErrors: totalErrors(cpuErrors),
        length: errors.length,
      })),
  };
}

function toTally(counts: readonly ErrorCount[]): Tally {
  const sum = counts.reduce(addErrors, NO_ERRORS);
  return { errors: totalErrors(sum), length: sum.length };
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`;

const rate = (errors: ErrorCount): string => {
  const value = errorRate(errors);
  return value === null ? '-' : `${(100 * value).toFixed(2)} %`;
};

export function formatFigures(all: readonly NpuFigures[]): string {
  const lines = all.map(({ subject, files, same, sameText, tokens, ...rest }) => {
    const { wordErrors, cpuWordErrors, sparseSteps, sparseFallbacks } = rest;
    const again = sparseSteps === 0 ? '-' : percent(sparseFallbacks, sparseSteps);
    return `| ${subject} | ${files} | ${same} | ${sameText} | ${tokens} | ${rate(wordErrors)} | ${rate(cpuWordErrors)} | ${again} |`;
  });
  return [
    '| subject | recordings | same tokens as cpu | same text | tokens | WER | WER of cpu on them | steps run again |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

/** How far the CPU is from a subject that hears other texts; empty where all texts are the same. */
export function formatDifferences(all: readonly NpuFigures[]): string {
  return all
    .filter(({ otherTexts }) => otherTexts.length > 0)
    .map(({ subject, files, difference, relative, otherTexts }) => {
      const count = (holds: (text: OtherText) => boolean): number => otherTexts.filter(holds).length;
      const fewer = count(({ errors, cpuErrors }) => cpuErrors < errors);
      const more = count(({ errors, cpuErrors }) => cpuErrors > errors);
      const lines = otherTexts.map(
        ({ file, errors, cpuErrors, length }) =>
          `  ${file}: errors cpu ${cpuErrors}, ${subject} ${errors} of ${length}\n`,
      );
      return (
        `\ncpu less ${subject}: ${formatEstimate(difference)} points of WER, relative ${formatEstimate(relative)} %\n` +
        `other texts in ${otherTexts.length} of ${files} recordings: ` +
        `cpu has fewer errors in ${fewer}, more in ${more}\n${lines.join('')}`
      );
    })
    .join('');
}

/** In hundredths, with 95 % of what was drawn (report/bootstrap.ts). */
function formatEstimate(estimate: Estimate | null): string {
  if (estimate === null) return '-';
  const [value, low, high] = [estimate.rate, estimate.low, estimate.high].map((one) =>
    (100 * one).toFixed(2),
  );
  return `${value} (${low} to ${high})`;
}
