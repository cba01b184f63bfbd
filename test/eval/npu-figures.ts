/**
 * Pure: what was heard on the CPU and on the emulated NPU, compared and counted. In: what each subject heard of which
 * recording. Out: counts, and a table for people.
 */
import * as v from 'valibot';
import { addErrors, errorRate, NO_ERRORS } from './error-rate.js';
import type { ErrorCount } from './error-rate.js';
import type { Recording } from './manifest.js';
import { scoreText, unitOf } from './score.js';
import type { Spellings } from './normalize-english.js';

export const NPU_SUBJECTS = ['cpu', 'npu', 'npu-sparse', 'onnx'] as const;
export type NpuSubject = (typeof NPU_SUBJECTS)[number];

export const NpuHeardSchema = v.object({
  subject: v.picklist(NPU_SUBJECTS),
  file: v.string(),
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
  /** Recordings that it and the CPU heard. */
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
}

/** Error rates are of words: recordings in scripts without spaces are compared, but not in the rates. */
export function countFigures(
  subject: NpuSubject,
  recordings: readonly Recording[],
  heard: readonly NpuHeard[],
  spellings: Spellings,
): NpuFigures {
  const find = (wanted: NpuSubject, file: string): NpuHeard | undefined =>
    heard.find((each) => each.subject === wanted && each.file === file);
  const pairs = recordings.flatMap((recording) => {
    const own = find(subject, recording.file);
    const cpu = find('cpu', recording.file);
    return own === undefined || cpu === undefined ? [] : [{ recording, own, cpu }];
  });
  const words = pairs.filter(({ recording }) => unitOf(recording) === 'word');
  const sumErrors = (pick: 'own' | 'cpu'): ErrorCount =>
    words.reduce(
      (sum, pair) => addErrors(sum, scoreText(pair.recording, pair[pick].text, spellings)),
      NO_ERRORS,
    );
  const sum = (count: 'tokens' | 'sparseSteps' | 'sparseFallbacks'): number =>
    pairs.reduce((total, { own }) => total + own[count], 0);
  return {
    subject,
    files: pairs.length,
    same: pairs.filter(({ own, cpu }) => own.hash === cpu.hash).length,
    sameText: pairs.filter(({ own, cpu }) => own.text === cpu.text).length,
    tokens: sum('tokens'),
    wordErrors: sumErrors('own'),
    cpuWordErrors: sumErrors('cpu'),
    sparseSteps: sum('sparseSteps'),
    sparseFallbacks: sum('sparseFallbacks'),
    different: pairs.filter(({ own, cpu }) => own.hash !== cpu.hash).map(({ own }) => own.file),
  };
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
