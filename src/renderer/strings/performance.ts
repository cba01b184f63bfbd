/** Words of the performance view. */
import type { ModelPart, Operation } from '../../shared/timing.js';
import { formatCount } from '../views/performance/format-figures.js';
import type { Figure } from '../views/performance/run-figures.js';
import type { Stage } from '../views/performance/run-figures.js';

const STAGE: Readonly<Record<Stage, string>> = {
  load: 'Loading the model',
  audio: 'Waiting for sound',
  mel: 'Log-mel spectrogram',
  encode: 'Encoder',
  decode: 'Decoder',
  rest: 'Everything else',
};

const OPERATION: Readonly<Record<Operation, string>> = {
  mel: 'Log-mel spectrogram',
  convolution: 'Convolutions',
  'self-attention': 'Self-attention',
  'cross-attention': 'Cross-attention',
  'feed-forward': 'Feed-forward',
  vocabulary: 'Vocabulary',
  choice: 'Choice of the token',
};

const FIGURE: Readonly<Record<Figure, string>> = {
  realTimeFactor: 'Speed, of real time',
  tokensPerSecond: 'Tokens a second',
  firstTokenMs: 'First token after',
  p50Ms: 'Step, median',
  p95Ms: 'Step, 95th percentile',
  p99Ms: 'Step, 99th percentile',
  coresUsed: 'Cores used',
  memoryBytes: 'Memory of the engine',
  elapsedMs: 'Wall time',
};

const FIGURE_HOW: Readonly<Record<Figure, string>> = {
  realTimeFactor: 'Measured: sound that is done over wall time since the job began, loading included',
  tokensPerSecond: 'Measured: tokens over the wall time in the decoder',
  firstTokenMs: 'Measured: wall time from the start of the job, loading included',
  p50Ms: 'Measured: half of the steps of the decoder took no longer',
  p95Ms: 'Measured: 95 of 100 steps of the decoder took no longer',
  p99Ms: 'Measured: 99 of 100 steps of the decoder took no longer',
  coresUsed: 'Measured: processor time of the engine over wall time',
  memoryBytes: 'Measured: resident memory of the engine’s process at the last window, models included',
  elapsedMs: 'Measured: since the job began',
};

const PART: Readonly<Record<ModelPart, string>> = { encoder: 'Encoder', decoder: 'Decoder' };

export const performance = {
  nothing: 'Nothing has run yet',
  empty: 'Transcribe something: where the time goes is shown here while it runs and after.',
  run: 'Run',
  compareWith: 'Compare with',
  nothingToCompare: 'Nothing',
  exportJson: 'Export JSON',
  modelled: 'Modelled',
  asTable: 'As a table',
  stage: (stage: Stage) => STAGE[stage],
  operation: (operation: Operation) => OPERATION[operation],
  figure: (figure: Figure) => FIGURE[figure],
  figureHow: (figure: Figure) => FIGURE_HOW[figure],
  stages: 'Stages of the whole run',
  stagesNote: (windows: number) =>
    `Wall time, measured; ${windows} ${windows === 1 ? 'window' : 'windows'} of up to 30 s.`,
  wholeRun: 'This run',
  stageHead: 'Stage',
  timeHead: 'Time',
  latency: 'Each step of the decoder',
  latencyNote: (n: string) =>
    `Wall time of ${n} steps in the order they ran, measured. A step gives one token to every text under way.`,
  percentileHead: 'Percentile',
  longest: 'Longest',
  layers: (part: ModelPart) => `Layers of the ${part}`,
  layer: (part: ModelPart, layer: number) => `${PART[part]} ${layer + 1}`,
  layerHead: 'Layer',
  layersNote: (part: ModelPart, passes: number, isModelled: boolean, isShared: boolean) =>
    [
      `Mean time of one pass, ${isModelled ? 'modelled' : 'measured'}, over ${formatCount(passes)} ${passes === 1 ? 'pass' : 'passes'}`,
      part === 'decoder' ? ' (prompts and word times included)' : '',
      isShared ? '; files that ran at the same time are in it' : '',
      '. Layer norms count where their result is used; ',
      part === 'decoder'
        ? 'the vocabulary and the choice, which are of no layer, stand with the first.'
        : 'the convolution and the keys and values for the decoder, which are of no layer, stand with the first.',
    ].join(''),
  noLayers: 'This backend does not show its layers: ONNX Runtime runs each pass as a whole.',
  passesHead: 'Passes',
  comparison: 'Two runs',
  comparisonNote: (first: string, second: string) =>
    `1: ${first}. 2: ${second}. Above 1×, the second run is better. Compare runs of the same file.`,
  figureHead: 'Figure',
  ratioHead: '2 against 1',
  roofline: 'What the machine allows',
  rooflineNote:
    'A pass of the decoder must read all weights of its layers once. Bytes are arithmetic (keys and values of attention not counted), times are measured. Above 100 %, weights came from the cache.',
  operationHead: 'Operation',
  bytesHead: 'Reads',
  rateHead: 'Rate',
  shareHead: 'Of memory’s rate',
  limitsUnknown: 'How fast this machine reads memory is not measured yet. It takes about a second.',
  limits: (read: string, int8: string, threads: number, instructions: string) =>
    `Measured on ${threads} ${threads === 1 ? 'thread' : 'threads'}, medians of 5: memory gives ${read} (75 MB read again and again), the processor ${int8} in bytes (${instructions}).`,
  measure: 'Measure this machine',
  measuring: 'Measuring…',
} as const;
