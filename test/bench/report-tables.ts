/** The tables of a report: measurements in, headed rows of text out. Pure. */
import { ENGINE_LABELS, OWN_ENGINES } from './engine-ids.js';
import type { EngineId } from './engine-ids.js';
import type { EncoderResult, FileSetResult, Report } from './measurements.js';
import { formatNumber, formatRatio, formatShare, formatSpread, median, medianRatio } from './statistics.js';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences under it. */
  readonly remarks: readonly string[];
}

const MEGABYTE = 1e6;
/** The size of machine_bench that the bytes of a step are nearest to. */
export const STEP_MEGABYTES = 75;

export function createTables(report: Report): readonly Table[] {
  return [
    ...(report.limits === null ? [] : [limitsTable(report)]),
    ...report.files.map((set) => filesTable(set)),
    ...(report.files.length === 0 ? [] : [memoryTable(report)]),
    ...(report.encoder.length === 0 ? [] : [encoderTable(report)]),
    ...(report.decoder.length === 0 ? [] : [decoderTable(report)]),
    ...(report.start.length === 0 ? [] : [startTable(report)]),
  ];
}

function limitsTable({ limits }: Report): Table {
  const { int8 = [], read = [], product = [], instructions = '', kernels = '' } = limits ?? {};
  const rows = [
    ...int8.map((rate) => [`int8 in registers, ${countThreads(rate.threads)}`, 'GMAC/s', rate] as const),
    ...read.map(
      (rate) => [`read ${rate.megabytes} MB, ${countThreads(rate.threads)}`, 'GB/s', rate] as const,
    ),
    ...product.map(
      (rate) =>
        [`our product ${rate.rows} x ${rate.outputs} x ${rate.inputs}, 1 thread`, 'GMAC/s', rate] as const,
    ),
  ];
  return {
    title: "The machine's limits",
    head: ['what', 'unit', 'median', 'best'],
    rows: rows.map(([name, unit, rate]) => [name, unit, formatNumber(rate.median), formatNumber(rate.best)]),
    remarks: [`In registers: ${instructions}. Our product: kernels ${kernels}, rows x outputs x inputs.`],
  };
}

function countThreads(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

/** Ours that are in the set, so that all are held against them. */
function findOwn<Row extends { readonly engine: EngineId }>(results: readonly Row[]): readonly Row[] {
  return results.filter(({ engine }) => OWN_ENGINES.includes(engine));
}

function filesTable({ name, seconds, results }: FileSetResult): Table {
  const own = findOwn(results);
  return {
    title: `Whole files: ${name} (${formatNumber(seconds)} s)`,
    head: [
      'engine',
      'seconds',
      'x realtime',
      'CPU seconds',
      'WER',
      ...own.flatMap(({ engine }) => [`${engine} is`, 'by CPU time']),
    ],
    rows: results.map((result) => [
      ENGINE_LABELS[result.engine],
      formatSpread(result.ms.map((ms) => ms / 1000)),
      formatRatio((seconds * 1000) / median(result.ms)),
      formatSpread(result.cpuMs.map((ms) => ms / 1000)),
      result.words === 0 ? '-' : `${((result.errors / result.words) * 100).toFixed(2)} %`,
      ...own.flatMap((ours) => [
        formatRatio(medianRatio(result.ms, ours.ms)),
        formatRatio(medianRatio(result.cpuMs, ours.cpuMs)),
      ]),
    ]),
    remarks: [],
  };
}

function memoryTable({ files, emptyProcessBytes }: Report): Table {
  const engines = files[0]?.results.map(({ engine }) => engine) ?? [];
  const empty = emptyProcessBytes ?? 0;
  return {
    title: 'Peak memory over an empty Node.js process, MB',
    head: ['engine', ...files.map(({ name }) => `with ${name}`)],
    rows: engines.map((engine, index) => [
      ENGINE_LABELS[engine],
      ...files.map(({ results }) => formatNumber(((results[index]?.peakBytes ?? NaN) - empty) / MEGABYTE)),
    ]),
    remarks: [
      `An empty process: ${formatNumber(empty / MEGABYTE)} MB. Peak resident set of a process that hears jfk and then the files, over and over; of several files up to four are under way at once.`,
    ],
  };
}

function encoderTable({ encoder, peakBesideEncoder }: Report): Table {
  const own = findOwn(encoder);
  return {
    title: 'Encoder, a window of 30 s',
    head: [
      'engine',
      'ms',
      'GMAC/s',
      'of int8 peak',
      'the encoder alone',
      ...own.map(({ engine }) => `${engine} is`),
    ],
    rows: encoder.map(({ engine, ms, macs, crossMacs }) => {
      const rates = ms.map((value) => (macs + crossMacs) / value / 1e6);
      // Round by round, as the peak was measured within the round.
      const shares = rates.map((rate, round) => rate / (peakBesideEncoder[round] ?? NaN));
      const share = median(shares);
      return [
        ENGINE_LABELS[engine],
        formatSpread(ms),
        formatNumber(median(rates)),
        formatShare(share),
        formatShare((share * macs) / (macs + crossMacs)),
        ...own.map((ours) => formatRatio(medianRatio(ms, ours.ms))),
      ];
    }),
    remarks: [
      `int8 peak between the runs: ${formatSpread(peakBesideEncoder)} GMAC/s. Work of one pass: ${describePass(encoder)}. The encoder alone: its work over the whole time, which is less than its share of the peak where the time has other work in it.`,
    ],
  };
}

/** What there is to do in one pass of the engines that also make the decoder's keys and values, or else of all. */
function describePass(encoder: readonly EncoderResult[]): string {
  const { macs, crossMacs } = encoder.find((result) => result.crossMacs > 0) ?? encoder[0]!;
  const all = `${((macs + crossMacs) / 1e9).toFixed(1)} GMAC`;
  if (crossMacs === 0) return all;
  const without = encoder.some((result) => result.crossMacs === 0) ? ' (ONNX Runtime makes them later)' : '';
  return `${all}, of which ${(crossMacs / 1e9).toFixed(1)} the decoder's keys and values of the window${without}`;
}

function decoderTable({ decoder, readBesideDecoder }: Report): Table {
  return {
    title: 'Decoder',
    head: ['engine', 'batch', 'ms a step', 'ms a token', 'MB a step', 'GB/s', 'of read bandwidth'],
    rows: decoder.map(({ engine, rows, windows, ms, bytes }) => {
      const rates = ms.map((value) => (bytes ?? NaN) / value / 1e6);
      const shares = rates.map((rate, round) => rate / (readBesideDecoder[round] ?? NaN));
      return [
        ENGINE_LABELS[engine],
        windows === rows ? String(rows) : `${rows}, of one window`,
        formatSpread(ms),
        formatNumber(median(ms) / rows),
        formatNumber((bytes ?? NaN) / MEGABYTE),
        formatNumber(median(rates)),
        formatShare(median(shares)),
      ];
    }),
    remarks: [
      `Read bandwidth between the runs, from ${STEP_MEGABYTES} MB: ${formatSpread(readBesideDecoder)} GB/s. A share above 100 % means that weights stayed in the cache.`,
    ],
  };
}

function startTable({ start }: Report): Table {
  const own = findOwn(start);
  return {
    title: 'Cold start: spawn of the process to the first token, and to the whole text of jfk',
    head: [
      'engine',
      'first token, ms',
      'whole text, ms',
      ...own.map(({ engine }) => `first token of ${engine} / whole text`),
    ],
    rows: start.map(({ engine, firstTokenMs, wholeMs }) => [
      ENGINE_LABELS[engine],
      formatSpread(firstTokenMs),
      formatSpread(wholeMs),
      ...own.map((ours) => formatShare(1 / medianRatio(wholeMs, ours.firstTokenMs))),
    ]),
    remarks: ['The files are in the page cache; a start from a cold disk is slower for all.'],
  };
}
