import { expect, test } from 'vitest';
import type { ModelDimensions } from '../../../src/engine/backend/backend.js';
import { chooseQueue, chooseRecordings } from '../../bench/joined-audio.js';
import type { Report } from '../../bench/measurements.js';
import { formatReport } from '../../bench/report-text.js';
import { crossMacs, encoderMacs, stepBytes } from '../../bench/roofline.js';
import { runRounds } from '../../bench/rounds.js';

const BASE: ModelDimensions = {
  melBins: 80,
  audioContext: 1500,
  textContext: 448,
  width: 512,
  heads: 8,
  encoderLayers: 6,
  decoderLayers: 6,
  vocabularySize: 51865,
};

test('the encoder of base takes 43.7 GMAC for 30 s', () => {
  expect(encoderMacs(BASE, 1500) / 1e9).toBeCloseTo(43.68, 2);
});

test('a step of the decoder of base reads 58 MB for one sequence, 126 MB for eight', () => {
  const one = stepBytes(BASE, { rows: 1, windows: 1 }, 55);
  const eight = stepBytes(BASE, { rows: 8, windows: 8 }, 55);

  expect(one.weights).toBe(6 * 14 * 512 * 512 + 51865 * 512);
  expect(one.crossAttention).toBe(6 * 2 * 1500 * 512);
  expect(one.selfAttention).toBe(6 * 2 * 55 * 512);
  expect(one.total / 1e6).toBeCloseTo(58.1, 1);
  expect(eight.total).toBe(one.weights + 8 * (one.crossAttention + one.selfAttention));
});

test('eight sequences of one window read its keys and values once', () => {
  const one = stepBytes(BASE, { rows: 1, windows: 1 }, 55);
  const beams = stepBytes(BASE, { rows: 8, windows: 1 }, 55);

  expect(beams.total).toBe(one.total + 7 * one.selfAttention);
});

test("the decoder's keys and values of a window take 4.7 GMAC", () => {
  expect(crossMacs(BASE, 1500) / 1e9).toBeCloseTo(4.72, 2);
});

test('every subject runs in every round, and another one begins each time', async () => {
  const order: string[] = [];

  const results = await runRounds(['a', 'b', 'c'], 3, (subject, round) => {
    order.push(subject);
    return Promise.resolve(`${subject}${round}`);
  });

  expect(order.join('')).toBe('abcbcacab');
  expect(results).toEqual([
    ['a0', 'a1', 'a2'],
    ['b0', 'b1', 'b2'],
    ['c0', 'c1', 'c2'],
  ]);
});

function record(file: string, seconds: number) {
  return { file, path: `/speech/${file}`, text: file, seconds, language: 'en' } as const;
}

test('recordings are joined in order and again from the first until the length is reached', () => {
  const chosen = chooseRecordings([record('a', 20), record('b', 30)], 65);

  expect(chosen.map(({ file }) => file)).toEqual(['a', 'b', 'a']);
});

test('the queue takes short recordings alone', () => {
  const chosen = chooseQueue([record('a', 10), record('b', 30), record('c', 15)], 3);

  expect(chosen.map(({ file }) => file)).toEqual(['a', 'c', 'a']);
});

const REPORT: Report = {
  when: '2026-01-02 03:04 UTC',
  machine: { processor: 'Processor', cores: 2, features: ['avx2'], memoryBytes: 8e9, system: 'Linux' },
  loadBefore: 0.1,
  loadAfter: 2,
  stolenShare: 0.03,
  isQuick: false,
  threads: 2,
  runs: 2,
  batchSize: 8,
  notes: [],
  descriptions: { cpu: 'native' },
  emptyProcessBytes: 40e6,
  limits: null,
  files: [
    {
      name: 'jfk',
      seconds: 10,
      results: [
        { engine: 'cpu', ms: [1000, 1000], cpuMs: [2000, 2000], peakBytes: 240e6, errors: 0, words: 20 },
        {
          engine: 'whisper.cpp-q8',
          ms: [4000, 6000],
          cpuMs: [8000, 8000],
          peakBytes: 340e6,
          errors: 1,
          words: 20,
        },
      ],
    },
  ],
  peakBesideEncoder: [100, 200],
  encoder: [
    { engine: 'cpu', ms: [480, 480], macs: 43.2e9, crossMacs: 4.8e9 },
    { engine: 'onnx', ms: [480, 480], macs: 43.2e9, crossMacs: 0 },
  ],
  readBesideDecoder: [50, 50],
  decoder: [
    { engine: 'cpu', rows: 8, windows: 8, ms: [4, 4], bytes: 120e6 },
    { engine: 'cpu', rows: 8, windows: 1, ms: [2, 2], bytes: 60e6 },
  ],
  start: [],
};

test('the table of files has speed, errors, and how much faster ours is', () => {
  const text = formatReport(REPORT, 'text');

  expect(text).toContain('Processor, 2 cores (avx2), 8.00 GB');
  expect(text).toMatch(/^Tilescribe cpu, in order +1\.00 \(1\.00-1\.00\) +10\.0x +2\.00 .* 0\.00 % +1\.00x/m);
  expect(text).toMatch(/^whisper\.cpp q8_0 +5\.00 \(4\.00-6\.00\) +2\.00x .* 5\.00 % +5\.00x +4\.00x$/m);
});

test('memory is written without that of an empty process', () => {
  expect(formatReport(REPORT, 'text')).toMatch(/^Tilescribe cpu, in order +200$/m);
});

test('the share of the peak is taken round by round, with all that was done in the time and without', () => {
  const text = formatReport(REPORT, 'text');

  expect(text).toMatch(/^Tilescribe cpu, in order .* 100 +75 % +68 %/m);
  expect(text).toMatch(/^.*onnx.* 90\.0 +68 % +68 %/m);
  expect(text).toContain(
    "Work of one pass: 48.0 GMAC, of which 4.8 the decoder's keys and values of the window (ONNX Runtime makes them later).",
  );
});

test('rows of one window are told from rows of their own', () => {
  const text = formatReport(REPORT, 'text');

  expect(text).toMatch(/^Tilescribe cpu, in order +8 .* 120 +30\.0 +60 %/m);
  expect(text).toMatch(/^Tilescribe cpu, in order +8, of one window .* 60\.0 +30\.0 +60 %/m);
});

test('Markdown has the same cells as text', () => {
  expect(formatReport(REPORT, 'markdown')).toContain(
    '| whisper.cpp q8_0 | 5.00 (4.00-6.00) | 2.00x | 8.00 (8.00-8.00) | 5.00 % | 5.00x | 4.00x |',
  );
});

test('JSON is the measurements themselves', () => {
  expect(JSON.parse(formatReport(REPORT, 'json'))).toEqual(REPORT);
});

test('a busy machine and a quick run are said first', () => {
  const text = formatReport({ ...REPORT, loadBefore: 6, isQuick: true }, 'text');

  const [first, second] = text.split('\n');
  expect(first).toMatch(/^QUICK RUN: .* not for quoting\.$/);
  expect(second).toMatch(/^THE MACHINE WAS BUSY when the run began\./);
});
