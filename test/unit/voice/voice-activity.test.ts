import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WINDOW_SAMPLES } from '../../../src/engine/mel/log-mel.js';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';
import type { VoiceModel } from '../../../src/engine/voice/voice-model.js';
import { CAUTIOUS } from '../../../src/engine/voice/spans.js';
import { VoiceActivity } from '../../../src/engine/voice/voice-activity.js';
import type { Span } from '../../../src/shared/span.js';

/** Says the probabilities it was given, in order, whatever it hears. */
function scripted(probabilities: readonly number[]): VoiceModel {
  return {
    description: 'scripted',
    start: () => {
      let next = 0;
      return {
        run: (samples) => {
          const first = next;
          next += samples.length / FRAME_SAMPLES;
          return Promise.resolve(Float32Array.from(probabilities.slice(first, next)));
        },
      };
    },
    close: () => Promise.resolve(),
  };
}

async function* cut(length: number, sizes: readonly number[]): AsyncGenerator<Float32Array> {
  for (let start = 0, turn = 0; start < length; turn++) {
    const size = Math.min(sizes[turn % sizes.length]!, length - start);
    yield await Promise.resolve(new Float32Array(size).fill(0.1));
    start += size;
  }
}

interface Heard {
  readonly spans: readonly Span[];
  readonly windows: readonly { readonly start: number; readonly end: number }[];
}

/** Takes windows as the engine does, knowing no more than it does at that moment. */
async function takeWindows(
  probabilities: readonly number[],
  length: number,
  sizes: readonly number[],
): Promise<Heard> {
  const spans: Span[] = [];
  const voice = new VoiceActivity(scripted(probabilities), CAUTIOUS, (span) => spans.push(span));
  const blocks = voice.listen(cut(length, sizes));
  let received = 0;
  let isEnded = false;
  const ensure = async (end: number): Promise<void> => {
    while (received < end && !isEnded) {
      const result = await blocks.next();
      if (result.done === true) isEnded = true;
      else received += result.value.length;
    }
  };
  const windows: { start: number; end: number }[] = [];
  for (let place = 0; ;) {
    await ensure(place + WINDOW_SAMPLES + voice.lookahead);
    const next = voice.skipFrom(place);
    if (next === place) {
      if (received - place <= 0) return { spans, windows };
      const end = voice.findWindowEnd(place);
      windows.push({ start: place, end });
      place = end;
    } else {
      place = next;
    }
    voice.discardBefore(place);
  }
}

const recordings = fc
  .array(
    fc.record({
      count: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 1500 })),
      probability: fc.constantFrom(0, 0.05, 0.3, 0.9),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts) => parts.flatMap(({ count, probability }) => Array<number>(count).fill(probability)));
const missing = fc.integer({ min: 0, max: FRAME_SAMPLES - 1 });
/** Of blocks: at least a frame, so that a run is not slow. */
const sizes = fc.array(fc.integer({ min: 512, max: 65_536 }), { minLength: 1, maxLength: 3 });

describe('windows of speech', () => {
  it('lie in order inside the sound, none longer than 30 s, and together hold all that is not a gap', async () => {
    await fc.assert(
      fc.asyncProperty(recordings, missing, sizes, async (probabilities, lacking, cuts) => {
        const length = probabilities.length * FRAME_SAMPLES - lacking;
        const { spans, windows } = await takeWindows(probabilities, length, cuts);

        let last = 0;
        for (const { start, end } of windows) {
          expect(Number.isInteger(start) && Number.isInteger(end)).toBe(true);
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end - start).toBeLessThanOrEqual(WINDOW_SAMPLES);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(length);
        for (const speech of spans.filter(({ kind }) => kind === 'speech')) {
          const inside = windows.filter(({ start, end }) => start < speech.end && end > speech.start);
          let covered: number = speech.start;
          for (const { start, end } of inside) {
            expect(start).toBeLessThanOrEqual(covered);
            covered = end;
          }
          expect(covered).toBeGreaterThanOrEqual(speech.end);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('and spans do not depend on how the stream was cut into blocks', async () => {
    await fc.assert(
      fc.asyncProperty(recordings, missing, sizes, async (probabilities, lacking, cuts) => {
        const length = probabilities.length * FRAME_SAMPLES - lacking;
        const one = await takeWindows(probabilities, length, [FRAME_SAMPLES]);
        const other = await takeWindows(probabilities, length, cuts);

        expect(other).toEqual(one);
      }),
      { numRuns: 40 },
    );
  });

  it('of ten minutes without speech are none', async () => {
    const { spans, windows } = await takeWindows(Array<number>(18_750).fill(0.05), 9_600_000, [65_536]);

    expect(windows).toEqual([]);
    expect(spans).toEqual([{ kind: 'noise', start: 0, end: 9_600_000 }]);
  });

  it('share a window over a pause that is no gap, and not over a gap', async () => {
    const scene = (pause: number): number[] => [
      ...Array<number>(100).fill(0.9),
      ...Array<number>(pause).fill(0),
      ...Array<number>(100).fill(0.9),
    ];
    const count = async (pause: number): Promise<number> =>
      (await takeWindows(scene(pause), (200 + pause) * FRAME_SAMPLES, [65_536])).windows.length;

    // A gap is the pause less half a second on either side, and at least three: four seconds are 125 frames.
    expect(await count(124)).toBe(1);
    expect(await count(125)).toBe(2);
  });

  it('are cut in the longest pause of their last third', async () => {
    const probabilities = Array<number>(2_000).fill(0.9);
    probabilities.fill(0.05, 700, 703);
    probabilities.fill(0.05, 800, 809);
    probabilities.fill(0.05, 900, 905);
    const { windows } = await takeWindows(probabilities, 2_000 * FRAME_SAMPLES, [65_536]);

    const cutFrame = windows[0]!.end / FRAME_SAMPLES;
    expect(cutFrame).toBeGreaterThan(800);
    expect(cutFrame).toBeLessThan(809);
    expect(windows[1]!.start).toBe(windows[0]!.end);
  });
});

describe('a window in order', () => {
  it('ends where a gap begins, and the next begins where it ends', async () => {
    const probabilities = [
      ...Array<number>(100).fill(0.9),
      ...Array<number>(200).fill(0),
      ...Array<number>(100).fill(0.9),
    ];
    const voice = new VoiceActivity(scripted(probabilities), CAUTIOUS, () => undefined);
    for await (const block of voice.listen(cut(400 * FRAME_SAMPLES, [65_536]))) {
      expect(block.length).toBeGreaterThan(0);
    }

    const gap = { start: 100 * FRAME_SAMPLES + 8_000, end: 300 * FRAME_SAMPLES - 8_000 };
    expect(voice.hearUntil(0, 400 * FRAME_SAMPLES)).toBe(gap.start);
    expect(voice.hearUntil(0, 1_000)).toBe(1_000);
    expect(voice.skipFrom(gap.start - 1)).toBe(gap.start - 1);
    expect(voice.skipFrom(gap.start)).toBe(gap.end);
    expect(voice.skipFrom(gap.end)).toBe(gap.end);
    expect(voice.hearUntil(gap.end, 400 * FRAME_SAMPLES)).toBe(400 * FRAME_SAMPLES);
  });
});
