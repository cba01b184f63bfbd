import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';
import { CAUTIOUS, SpanFinder, STRICT } from '../../../src/engine/voice/spans.js';
import type { SpanSettings } from '../../../src/engine/voice/spans.js';
import type { VoiceFrame } from '../../../src/engine/voice/voice-stream.js';
import type { Span } from '../../../src/shared/span.js';

const LOUD = 0.1;
const SECOND = 16_000;

function findSpans(frames: readonly VoiceFrame[], settings: SpanSettings, length?: number): readonly Span[] {
  const finder = new SpanFinder(settings);
  const spans = frames.flatMap((frame) => finder.push(frame));
  return [...spans, ...finder.finish(length ?? frames.length * FRAME_SAMPLES)];
}

/** Frames of one probability and level. */
function stretch(count: number, probability: number, level = LOUD): VoiceFrame[] {
  return Array.from({ length: count }, () => ({ probability, level }));
}

/** Stretches of speech and of its absence, as recordings have them, with single odd frames between. */
const recordings = fc
  .array(
    fc.record({
      count: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 })),
      probability: fc.constantFrom(0, 0.05, 0.15, 0.25, 0.4, 0.6, 1),
      level: fc.constantFrom(0, LOUD),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.flatMap(({ count, probability, level }) => stretch(count, probability, level)));
const settings = fc.constantFrom(CAUTIOUS, STRICT);
/** Samples that the last frame lacks. */
const missing = fc.integer({ min: 0, max: FRAME_SAMPLES - 1 });

describe('spans', () => {
  it('cover the sound from its first sample to its last, in order, alternating, in whole samples', () => {
    fc.assert(
      fc.property(recordings, settings, missing, (frames, chosen, lacking) => {
        const length = frames.length * FRAME_SAMPLES - lacking;
        const spans = findSpans(frames, chosen, length);

        expect(spans[0]!.start).toBe(0);
        expect(spans.at(-1)!.end).toBe(length);
        for (const [index, { kind, start, end }] of spans.entries()) {
          expect(Number.isInteger(start) && Number.isInteger(end) && end > start).toBe(true);
          if (index === 0) continue;
          expect(start).toBe(spans[index - 1]!.end);
          expect(kind === 'speech').not.toBe(spans[index - 1]!.kind === 'speech');
        }
      }),
    );
  });

  it('keep every frame at or above the onset in speech, with its padding on both sides', () => {
    fc.assert(
      fc.property(recordings, (frames) => {
        const length = frames.length * FRAME_SAMPLES;
        const gaps = findSpans(frames, CAUTIOUS).filter(({ kind }) => kind !== 'speech');

        for (const [index, { probability }] of frames.entries()) {
          if (probability < CAUTIOUS.onset) continue;
          const from = Math.max(0, index * FRAME_SAMPLES - CAUTIOUS.padding);
          const to = Math.min(length, (index + 1) * FRAME_SAMPLES + CAUTIOUS.padding);
          expect(gaps.every((gap) => gap.end <= from || gap.start >= to)).toBe(true);
        }
      }),
    );
  });

  it('have no gap shorter than was asked for, unless the whole sound is one', () => {
    fc.assert(
      fc.property(recordings, settings, (frames, chosen) => {
        const spans = findSpans(frames, chosen);

        for (const { kind, start, end } of spans) {
          if (kind !== 'speech' && spans.length > 1) {
            expect(end - start).toBeGreaterThanOrEqual(chosen.shortestGap);
          }
        }
      }),
    );
  });

  it('once given out never change, and the open gap only grows and is one in the end', () => {
    fc.assert(
      fc.property(recordings, settings, (frames, chosen) => {
        const whole = findSpans(frames, chosen);
        const finder = new SpanFinder(chosen);
        const given: Span[] = [];
        for (const frame of frames) {
          given.push(...finder.push(frame));

          expect(given).toEqual(whole.slice(0, given.length));
          const open = finder.openGap();
          if (open === null) continue;
          const gap = whole.find(({ start, end }) => start === open.start && end >= open.end);
          expect(gap === undefined ? 'none' : gap.kind).not.toMatch(/none|speech/);
        }
      }),
    );
  });

  it('are at the same places after ten hours of other sound, to the sample', () => {
    const hours = Math.round((10 * 3600 * SECOND) / FRAME_SAMPLES);
    const scene = [...stretch(200, 0), ...stretch(50, 0.9), ...stretch(300, 0), ...stretch(9, 0.7)];
    const near = findSpans([...stretch(200, 0), ...scene, ...stretch(200, 0)], CAUTIOUS);
    const far = findSpans([...stretch(hours, 0), ...scene, ...stretch(200, 0)], CAUTIOUS);

    const shift = (hours - 200) * FRAME_SAMPLES;
    expect(near.filter(({ kind }) => kind === 'speech')).toHaveLength(2);
    expect(far.map(({ end }) => end - shift)).toEqual(near.map(({ end }) => end));
  });

  it('join speech over a short pause and part it over a long one', () => {
    const scene = (pause: number): VoiceFrame[] => [
      ...stretch(20, 0.9),
      ...stretch(pause, 0),
      ...stretch(20, 0.9),
    ];

    // Four seconds are 125 frames.
    expect(findSpans(scene(124), CAUTIOUS).map(({ kind }) => kind)).toEqual(['speech']);
    expect(findSpans(scene(125), CAUTIOUS)).toEqual([
      { kind: 'speech', start: 0, end: 20 * FRAME_SAMPLES + 8_000 },
      { kind: 'noise', start: 20 * FRAME_SAMPLES + 8_000, end: 145 * FRAME_SAMPLES - 8_000 },
      { kind: 'speech', start: 145 * FRAME_SAMPLES - 8_000, end: 165 * FRAME_SAMPLES },
    ]);
  });

  it('with strict settings leave out a click that cautious ones keep', () => {
    const frames = [...stretch(200, 0), ...stretch(5, 0.9), ...stretch(200, 0)];

    expect(findSpans(frames, STRICT).map(({ kind }) => kind)).toEqual(['noise']);
    expect(findSpans(frames, CAUTIOUS).map(({ kind }) => kind)).toEqual(['noise', 'speech', 'noise']);
  });

  it('go on in hysteresis: what would not begin speech does not end it', () => {
    const frames = [...stretch(200, 0), ...stretch(10, 0.9), ...stretch(100, 0.4), ...stretch(200, 0)];

    expect(findSpans(frames, STRICT)[1]).toEqual({
      kind: 'speech',
      start: 200 * FRAME_SAMPLES - STRICT.padding,
      end: 310 * FRAME_SAMPLES + STRICT.padding,
    });
    expect(findSpans(stretch(300, 0.4), STRICT).map(({ kind }) => kind)).toEqual(['noise']);
  });

  it('tell silence from noise by the level of most of a gap', () => {
    const speech = stretch(20, 0.9);
    const quiet = [...speech, ...stretch(200, 0, 0.001), ...stretch(20, 0, LOUD), ...speech];
    const noisy = [...speech, ...stretch(120, 0, 0.001), ...stretch(100, 0, LOUD), ...speech];

    expect(findSpans(quiet, CAUTIOUS)[1]!.kind).toBe('silence');
    expect(findSpans(noisy, CAUTIOUS)[1]!.kind).toBe('noise');
  });

  it('of no sound are none', () => {
    expect(findSpans([], CAUTIOUS)).toEqual([]);
  });
});
