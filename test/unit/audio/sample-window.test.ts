import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleWindow } from '../../../src/engine/audio/sample-window.js';

/** Sample n has the value n + 1, so that silence is told apart. */
async function* counting(lengths: readonly number[]): AsyncGenerator<Float32Array> {
  let start = 0;
  for (const length of lengths) {
    const first = start + 1;
    yield await Promise.resolve(Float32Array.from({ length }, (_, n) => first + n));
    start += length;
  }
}

describe('sample window', () => {
  it('reads any stretch, with silence before the first and after the last sample', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
        fc.integer({ min: -20, max: 120 }),
        fc.integer({ min: 0, max: 60 }),
        async (lengths, start, length) => {
          const total = lengths.reduce((sum, value) => sum + value, 0);
          const window = new SampleWindow(counting(lengths));
          await window.ensure(start + length + 200);
          const expected = Array.from({ length }, (_, n) => {
            const place = start + n;
            return place >= 0 && place < total ? place + 1 : 0;
          });

          expect(window.isEnded).toBe(true);
          expect(window.received).toBe(total);
          expect([...window.read(start, length)]).toEqual(expected);
        },
      ),
    );
  });

  it('pulls no further than it must', async () => {
    const window = new SampleWindow(counting([10, 10, 10]));

    await window.ensure(11);

    expect(window.received).toBe(20);
    expect(window.isEnded).toBe(false);
  });

  it('keeps blocks in order when two callers wait at once', async () => {
    const window = new SampleWindow(counting([3, 3, 3, 3]));

    await Promise.all([window.ensure(7), window.ensure(12), window.ensure(2)]);

    expect([...window.read(0, 12)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('refuses to invent samples that were discarded or have not come', async () => {
    const window = new SampleWindow(counting([10, 10, 10]));
    await window.ensure(15);
    window.discardBefore(12);

    expect([...window.read(12, 3)]).toEqual([13, 14, 15]);
    expect([...window.read(-5, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect(() => window.read(11, 2)).toThrow(RangeError);
    expect(() => window.read(18, 5)).toThrow(RangeError);
  });

  it('fails as its source failed, and does not take that for the end', async () => {
    async function* failing(): AsyncGenerator<Float32Array> {
      yield* counting([5]);
      throw new Error('disk gone');
    }
    const window = new SampleWindow(failing());

    await expect(window.ensure(20)).rejects.toThrow('disk gone');
    await expect(window.ensure(20)).rejects.toThrow('disk gone');
    expect(window.isEnded).toBe(false);
  });

  it('holds a constant number of samples through three hours of sound', async () => {
    const seconds = 3 * 3600;
    async function* threeHours(): AsyncGenerator<Float32Array> {
      const second = new Float32Array(16_000).fill(0.1);
      for (let n = 0; n < seconds; n += 1) {
        yield await Promise.resolve(second);
      }
    }
    const window = new SampleWindow(threeHours());
    const windowSamples = 30 * 16_000;
    let most = 0;
    for (let start = 0; !window.isEnded || start < window.received; start += windowSamples) {
      await window.ensure(start + windowSamples);
      most = Math.max(most, window.buffered);
      window.discardBefore(start + windowSamples);
    }

    expect(window.received).toBe(seconds * 16_000);
    expect(most).toBeLessThan(windowSamples + 2 * 16_000);
    expect(window.buffered).toBeLessThan(2 * 16_000);
  });
});
