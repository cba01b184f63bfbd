/**
 * The NPU's way of working, on its emulator, with real weights and real speech: what it writes is what the CPU
 * writes, to the last bit of every token's probability, and a fault costs nothing but time.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../src/shared/events.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { openTestEngine, runJob } from './engine-jobs.js';

const engine = openTestEngine();
afterAll(() => engine.close());

/** Every token of every attempt with its probability, in order. */
function tokensOf(events: readonly EngineEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'token' ? [`${event.id} ${event.logProbability}`] : []));
}

async function compare(options: Partial<TranscribeOptions>): Promise<void> {
  const cpu = await runJob(engine, KENNEDY, { ...options, device: 'cpu' });
  const npu = await runJob(engine, KENNEDY, { ...options, device: 'npu-emulated' });
  expect(plainWords(npu.text)).toBe(KENNEDY_WORDS);
  expect(npu.segments).toEqual(cpu.segments);
  expect(tokensOf(npu.events)).toEqual(tokensOf(cpu.events));
}

describe('the emulated NPU', () => {
  it('writes the same tokens with the same probabilities as the CPU', async () => {
    await compare({});
  });

  it('does so in a beam search of width 5', async () => {
    await compare({ beamSize: 5 });
  });

  it('says what it is, and that its times are modelled', async () => {
    const { events } = await runJob(engine, KENNEDY, { device: 'npu-emulated' });
    const opened = events.find((event) => event.kind === 'opened');
    expect(opened?.backend).toMatch(
      /^emulated NPU \(its times are modelled\); sound and prompts: native engine/,
    );
    const timings = events.findLast((event) => event.kind === 'timings');
    expect(timings?.timings.isModelled).toBe(true);
    // A floor by bytes: no step can be under a millisecond, and jfk has some thirty.
    const vocabulary = timings?.timings.layers?.find(
      ({ part, operation }) => part === 'decoder' && operation === 'vocabulary',
    );
    expect(vocabulary?.count).toBeGreaterThan(20);
    expect(vocabulary!.totalMs / vocabulary!.count).toBeGreaterThan(0.5);
  });

  it('writes the same text with the sparse vocabulary', async () => {
    const options = { device: 'npu-emulated', npuVocabulary: 'sparse' } as const;
    const { text, events } = await runJob(engine, KENNEDY, options);
    const { text: full } = await runJob(engine, KENNEDY, { device: 'cpu' });
    expect(text).toBe(full);
    // Every token but the first, which comes of the prompt, is a step's.
    const counts = (all: readonly EngineEvent[]) =>
      all.findLast((event) => event.kind === 'timings')?.timings.sparse;
    const first = counts(events);
    expect(first?.steps).toBeGreaterThan(20);
    expect(first?.fallbacks).toBeLessThan(first!.steps);
    // Of the job alone.
    expect(counts((await runJob(engine, KENNEDY, options)).events)).toEqual(first);
    expect(counts((await runJob(engine, KENNEDY, { device: 'npu-emulated' })).events)).toBeUndefined();
  });
});

describe('a fault of the NPU in the middle of a window', () => {
  it.each(['timeout@7', 'abort@7', 'context-lost@7', 'wrong-firmware@7', 'device-gone@7'])(
    'costs no word: the CPU decodes the window again, and it is said (%s)',
    async (fault) => {
      const faulty = openTestEngine(fault);
      try {
        const cpu = await runJob(engine, KENNEDY, { device: 'cpu' });
        const { events, segments, last } = await runJob(faulty, KENNEDY, { device: 'npu-emulated' });
        expect(last.kind).toBe('done');
        expect(segments.map(({ text }) => text)).toEqual(cpu.segments.map(({ text }) => text));
        expect(segments.every(({ reasons }) => reasons?.includes('device-fallback'))).toBe(true);
        const retries = events.flatMap((event) => (event.kind === 'attempt' ? [event.retryReason] : []));
        expect(retries).toEqual([null, 'device-fault']);
      } finally {
        await faulty.close();
      }
    },
  );
});

describe('windows on the emulated NPU', () => {
  it('are encoded on the CPU while others decode, and say the same', async () => {
    // Two jobs of one file, each of several windows, at once: their windows and steps meet.
    const cpu = await runJob(engine, KENNEDY, { device: 'cpu' });
    const both = await Promise.all([
      runJob(engine, KENNEDY, { device: 'npu-emulated' }),
      runJob(engine, KENNEDY, { device: 'npu-emulated' }),
    ]);
    for (const npu of both) {
      expect(npu.segments).toEqual(cpu.segments);
      expect(tokensOf(npu.events)).toEqual(tokensOf(cpu.events));
    }
  });
});
