import { describe, expect, it } from 'vitest';
import { listReasons } from '../../../src/engine/decoding/segment-reasons.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';

const UNHEARD = { start: 0, end: 16_000, frames: null };

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
    expect(listReasons({ isFallback: false, averageLogProbability: -2, ...result }, UNHEARD)).toEqual(
      reasons,
    );
  });

  it('is doubt where the window may be silent and the detector hears less than a word in the segment', () => {
    const result = {
      attempts: 1,
      fault: null,
      noSpeechProbability: 0.9,
      averageLogProbability: -0.1,
      isFallback: false,
    };
    const hear = (speechFrames: number) => ({
      start: 100 * FRAME_SAMPLES,
      end: 150 * FRAME_SAMPLES,
      frames: {
        first: 90,
        // What lies before the segment does not count.
        frames: Array.from({ length: 80 }, (_, i) => ({
          probability: i < 10 + speechFrames ? 0.5 : 0.49,
          level: 0.1,
        })),
      },
    });

    expect(listReasons(result, hear(7))).toEqual(['no-speech']);
    expect(listReasons(result, hear(8))).toEqual([]);
    expect(listReasons({ ...result, noSpeechProbability: 0.6 }, hear(0))).toEqual([]);
  });

  it('without a detector is doubt only where the text is not probable either', () => {
    const result = { attempts: 1, fault: null, noSpeechProbability: 0.9, isFallback: false };

    expect(listReasons({ ...result, averageLogProbability: -0.49 }, UNHEARD)).toEqual([]);
    expect(listReasons({ ...result, averageLogProbability: -0.51 }, UNHEARD)).toEqual(['no-speech']);
  });
});
