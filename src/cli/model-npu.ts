/**
 * `tilescribe model-npu [--json]`: what a step of the decoder takes on the NPU, by the bytes that it reads and the
 * products that it computes, from the data of the design itself. Modelled; nothing of it was measured by us.
 */
import { parseArgs } from 'node:util';
import { loadAddon } from '../engine/backend/native-addon.js';
import type { NpuStepCost, NpuStepQuery } from '../engine/backend/native-addon.js';
import { findAddon } from '../engine/engine.js';
import { howToRestore } from '../models/command.mjs';
import { AppError } from '../shared/errors.js';
import { findResourcesFolder } from './product-folder.js';
import type { Screen } from './screen.js';
import { wrongUsage } from './wrong-usage.js';

const HELP = `Usage: tilescribe model-npu [--json]

Prints what a token of the model "base" takes on the first AMD NPU: bytes read,
products, and the time that these need at stated rates. Modelled, not measured.

  --json      print the design of the decoder's step as JSON: tiles, buffers,
              DMA descriptors, tasks (native/npu/program.h)
  -h, --help  show this text
`;

/** Sources: docs/npu.md. */
const RATES = { dispatchMs: 0.108, clockGhz: 1.6, macsPerCycle: 256 } as const;
const BANDWIDTHS = [26, 42, 47.6] as const;
const PORT_GB_PER_S = 51.2;
const ENCODER_MS = 44;
const TOKENS_PER_WINDOW = 110;
const WINDOW_MS = 30_000;
const GOAL = 220;

const BASE: NpuStepQuery = {
  layers: 6,
  vocabulary: 51_865,
  sparseTokens: 12_288,
  rows: 1,
  runs: 1,
  textPositions: 64,
  windowPositions: 1500,
  isSparse: false,
  readGbPerS: 42,
  ...RATES,
};

export interface Variant {
  readonly title: string;
  readonly rows: number;
  readonly query: NpuStepQuery;
}
export const VARIANTS: readonly Variant[] = [
  { title: 'one stream', rows: 1, query: BASE },
  { title: 'one stream, sparse vocabulary', rows: 1, query: { ...BASE, isSparse: true } },
  { title: 'batch of 4, a window each', rows: 4, query: { ...BASE, rows: 4, runs: 4 } },
];

/** @param args what follows `model-npu`. */
export function runModelNpu(args: readonly string[], screen: Screen): number {
  const options = readOptions(args);
  if (options.help === true) {
    screen.print(HELP.trimEnd());
    return 0;
  }
  const loaded = loadAddon(findAddon(findResourcesFolder(process.env, import.meta.url)));
  if (!loaded.ok) {
    throw new AppError(
      'engine-unavailable',
      `The model of the NPU cannot be computed: ${loaded.reason}.`,
      howToRestore('npm run setup'),
    );
  }
  screen.print(options.json === true ? loaded.addon.npuProgram() : formatModel(loaded.addon.modelNpuStep));
  return 0;
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      strict: true,
    }).values;
  } catch {
    throw wrongUsage('"tilescribe model-npu" takes no arguments but --json.');
  }
}

/** Seconds of sound per second, of all rows together, with an encoder on the NPU before each window. */
export function speedOf(stepMs: number, rows: number): { readonly decoder: number; readonly total: number } {
  const decodeMs = (stepMs * TOKENS_PER_WINDOW) / rows;
  return { decoder: WINDOW_MS / decodeMs, total: WINDOW_MS / (decodeMs + ENCODER_MS) };
}

/** GB/s that `GOAL` times real time needs, by the bytes of a step and with its dispatch. */
export function bandwidthForGoal(cost: NpuStepCost, rows: number): number {
  const stepMs = ((WINDOW_MS / GOAL - ENCODER_MS) * rows) / TOKENS_PER_WINDOW - cost.dispatchMs;
  return stepMs > 0 ? cost.bytes / stepMs / 1e6 : Infinity;
}

export function formatModel(model: (query: NpuStepQuery) => NpuStepCost): string {
  return [
    'Modelled, not measured: a floor from bytes, products and dispatch; no stall is in it.',
    `Rates: ${RATES.clockGhz} GHz, ${RATES.macsPerCycle} int8 products a cycle and core, dispatch ${RATES.dispatchMs} ms,`,
    `${BASE.textPositions} tokens so far, ${TOKENS_PER_WINDOW} tokens a window, encoder ${ENCODER_MS} ms a window (where on the NPU).`,
    ...VARIANTS.flatMap((variant) => ['', ...formatVariant(variant, model)]),
  ].join('\n');
}

function formatVariant(
  { title, rows, query }: Variant,
  model: (query: NpuStepQuery) => NpuStepCost,
): string[] {
  const cost = model(query);
  const line = (name: string, bytes: number, macs: number, ms: number): string =>
    `  ${name.padEnd(32)}${(bytes / 1e6).toFixed(2).padStart(9)}${(macs / 1e6).toFixed(1).padStart(10)}${ms.toFixed(3).padStart(9)}`;
  const needed = bandwidthForGoal(cost, rows);
  const isReachable = needed <= PORT_GB_PER_S;
  return [
    `${title}, at ${query.readGbPerS} GB/s${' '.repeat(Math.max(1, 24 - title.length))}MB     M MAC       ms`,
    ...cost.parts.map(({ name, bytes, macs, ms }) => line(name, bytes, macs, ms)),
    line('dispatch', 0, 0, cost.dispatchMs),
    line('one step', cost.bytes, cost.macs, cost.ms),
    `  results written ${(cost.bytesWritten / 1e6).toFixed(2)} MB; exchanges ${cost.exchangeMs.toFixed(3)} ms, hidden while the rings fill`,
    ...BANDWIDTHS.map((readGbPerS) => {
      const { ms } = model({ ...query, readGbPerS });
      const { decoder, total } = speedOf(ms, rows);
      return `  at ${readGbPerS} GB/s: ${ms.toFixed(2)} ms a step, ${((1000 * rows) / ms).toFixed(0)} tokens/s, ${decoder.toFixed(0)}x real time decoding alone, ${total.toFixed(0)}x with the encoder`;
    }),
    `  ${GOAL}x with the encoder needs ${needed.toFixed(1)} GB/s of the ${PORT_GB_PER_S} GB/s that the port has: ${isReachable ? 'within what is physically possible' : 'out of reach'}`,
  ];
}
