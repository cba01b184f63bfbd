import { describe, expect, it } from 'vitest';
import { listReasons } from '../../../src/engine/decoding/segment-reasons.js';

describe('the reasons of a segment', () => {
  it.each([
    [{ attempts: 1, fault: null, noSpeechProbability: 0.6 }, []],
    [{ attempts: 1, fault: null, noSpeechProbability: 0, isFallback: true }, ['device-fallback']],
    [{ attempts: 2, fault: null, noSpeechProbability: 0 }, ['retried']],
    [{ attempts: 6, fault: 'loop', noSpeechProbability: 0 }, ['retried', 'loop-cut']],
    [{ attempts: 1, fault: 'compression-ratio', noSpeechProbability: 0 }, ['compression']],
    [
      { attempts: 6, fault: 'log-probability', noSpeechProbability: 0.61 },
      ['retried', 'low-probability', 'no-speech'],
    ],
  ] as const)('of %j are %j', (result, reasons) => {
    expect(listReasons({ isFallback: false, ...result })).toEqual(reasons);
  });
});
