/** A transcript that holds everything an exporter can trip over. Times are samples at 16 kHz. */
import { toSamples } from '../../../src/shared/time.js';
import type { Segment, Transcript } from '../../../src/shared/transcript.js';

export function makeSegment(index: number, start: number, end: number, text: string): Segment {
  return {
    index,
    start: toSamples(start),
    end: toSamples(end),
    text,
    tokens: [50364, 400 + index, 50464],
    windowStart: toSamples(start - (start % 480_000)),
    temperature: 0,
    averageLogProbability: -0.25,
    compressionRatio: 1.5,
    noSpeechProbability: 0.0625,
  };
}

const HOUR = 3600 * 16_000;

/** Start, end, text. */
const CONTENT: readonly (readonly [number, number, string])[] = [
  [0, 64_000, ' And so, my fellow Americans,'],
  [64_000, 64_008, ' shorter than a millisecond'],
  [64_016, 64_016, ' zero length'],
  [80_000, 96_000, '   '],
  [96_000, 112_008, ' She said "no", then: a, b; c.'],
  [112_024, 128_000, ' first line\r\n\r\n  second line\nthird'],
  [128_000, 144_000, ' 1 --> 2 and ---> 3 & <b>bold</b> &amp;'],
  [144_000, 160_000, ' שלום עולם, مرحبا بالعالم'],
  [160_000, 176_000, ' 👩‍👩‍👧 naïve café 你好'],
  [176_000, 176_000, ''],
  [HOUR - 8, HOUR + 8, ' =1+1 at the hour'],
  [123 * HOUR + 7, 123 * HOUR + 59 * 960_000 + 59 * 16_000 + 15_993, ' after more than 100 hours'],
];

export const AWKWARD: Transcript = {
  fileName: 'awkward.wav',
  model: 'base',
  language: 'en',
  task: 'transcribe',
  duration: toSamples(124 * HOUR),
  segments: CONTENT.map(([start, end, text], index) => makeSegment(index, start, end, text)),
};

export const EMPTY: Transcript = { ...AWKWARD, segments: [] };
