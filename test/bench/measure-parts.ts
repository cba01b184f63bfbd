/** Encoder and decoder by themselves, with the machine's own limits measured between their runs. */
import type { ModelDimensions } from '../../src/engine/backend/backend.js';
import type { OpenEngine } from './measure-files.js';
import type { DecoderResult, EncoderResult } from './measurements.js';
import { crossMacs, encoderMacs, stepBytes } from './roofline.js';
import type { Batch } from './protocol.js';
import { runRounds } from './rounds.js';

/** Tokens after the prompt: about those of 30 s of speech. */
const STEPS = 100;
const PROMPT_TOKENS = 4;
/** Rows of windows of their own, as files side by side have them; and of one window, as beams. */
const BATCHES: readonly Batch[] = [
  { rows: 1, windows: 1 },
  { rows: 2, windows: 2 },
  { rows: 4, windows: 4 },
  { rows: 8, windows: 8 },
  { rows: 8, windows: 1 },
];
const WARM_UPS = 2;

export interface PartsRequest {
  readonly engines: readonly OpenEngine[];
  readonly path: string;
  readonly runs: number;
  readonly dimensions: ModelDimensions;
  /** The machine's limit, measured now. */
  readonly measureLimit: () => Promise<number>;
  readonly note: (text: string) => void;
}

interface Measured<Result> {
  readonly limits: readonly number[];
  readonly results: readonly Result[];
}

export async function measureEncoder(request: PartsRequest): Promise<Measured<EncoderResult>> {
  const { engines, path, runs, dimensions, note } = request;
  const macs = encoderMacs(dimensions, dimensions.audioContext);
  const forDecoder = crossMacs(dimensions, dimensions.audioContext);
  for (const { child } of engines) {
    for (let i = 0; i < WARM_UPS; i++) await child.ask({ kind: 'encode', path });
  }
  const limits: number[] = [];
  const times = await runRounds(engines, runs, async ({ id, child }, round) => {
    if (limits.length <= round) limits.push(await request.measureLimit());
    const { ms } = await child.ask({ kind: 'encode', path });
    note(`encoder, run ${round + 1}, ${id}: ${ms.toFixed(0)} ms`);
    return ms;
  });
  const results = engines.map(({ id }, index): EncoderResult => {
    // ONNX Runtime makes them with the prompt. whisper.cpp's whisper_encode makes them as our encoder does.
    return { engine: id, ms: times[index]!, macs, crossMacs: id === 'onnx' ? 0 : forDecoder };
  });
  return { limits, results };
}

export async function measureDecoder(request: PartsRequest): Promise<Measured<DecoderResult>> {
  const { engines, path, runs, dimensions, note } = request;
  const subjects = engines.flatMap((engine) => {
    const batches = engine.id === 'cpu' || engine.id === 'onnx' ? BATCHES : BATCHES.slice(0, 1);
    return batches.map((batch) => ({ ...engine, batch }));
  });
  for (const { child, batch } of subjects) await child.ask({ kind: 'decode', path, batch, steps: 5 });
  const limits: number[] = [];
  const times = await runRounds(subjects, runs, async ({ id, child, batch }, round) => {
    if (limits.length <= round) limits.push(await request.measureLimit());
    const { ms } = await child.ask({ kind: 'decode', path, batch, steps: STEPS });
    note(
      `decoder, run ${round + 1}, ${id}, batch ${batch.rows} of ${batch.windows} windows: ${ms.toFixed(2)} ms a step`,
    );
    return ms;
  });
  const results = subjects.map(({ id, batch }, index): DecoderResult => {
    // The mean over the steps; the first sees the prompt and one token.
    const textLength = PROMPT_TOKENS + (STEPS + 1) / 2;
    const bytes = id === 'cpu' ? stepBytes(dimensions, batch, textLength).total : null;
    return { engine: id, ...batch, ms: times[index]!, bytes };
  });
  return { limits, results };
}
