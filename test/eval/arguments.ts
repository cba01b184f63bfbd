/**
 * What both measuring programs can be asked: which recordings, and how our engine is to transcribe them.
 * In: arguments. Out: choices, or an Error with what is wrong; the program then shows its usage and ends
 * with code 2.
 */
import { DEFAULT_OPTIONS, DEVICES, VAD_MODES } from '../../src/shared/options.js';
import type { DeviceChoice, TranscribeOptions, VadMode } from '../../src/shared/options.js';

export interface CommonChoices {
  readonly manifest: string;
  /** At most so many recordings. */
  readonly limit: number;
  readonly model: string;
  readonly device: DeviceChoice;
  readonly batchSize: number;
  readonly beamSize: number;
  readonly bestOf: number;
  readonly vad: VadMode;
  readonly threads: number;
}

const text = { type: 'string' } as const;

/** For `parseArgs`. */
export const COMMON_OPTIONS = {
  model: text,
  limit: text,
  device: text,
  'batch-size': text,
  'beam-size': text,
  'best-of': text,
  vad: text,
  threads: text,
} as const;

export const COMMON_USAGE =
  '[--model ID] [--limit N] [--device auto|cpu|onnx] [--batch-size N] [--beam-size N] [--best-of N] [--vad off|auto|strict] [--threads N]';

type Values = { readonly [Name in keyof typeof COMMON_OPTIONS]?: string | undefined };

export function readCommonChoices(values: Values, positionals: readonly string[]): CommonChoices {
  const [manifest] = positionals;
  if (manifest === undefined || positionals.length > 1) throw new Error('give one MANIFEST');
  return {
    manifest,
    limit: readWholeNumber('limit', values.limit, Number.POSITIVE_INFINITY),
    model: values.model ?? DEFAULT_OPTIONS.model,
    device: readDevice(values.device),
    batchSize: readWholeNumber('batch-size', values['batch-size'], DEFAULT_OPTIONS.batchSize),
    beamSize: readWholeNumber('beam-size', values['beam-size'], DEFAULT_OPTIONS.beamSize),
    bestOf: readWholeNumber('best-of', values['best-of'], DEFAULT_OPTIONS.bestOf),
    vad: readVadMode(values.vad),
    threads: readWholeNumber('threads', values.threads, DEFAULT_OPTIONS.threads),
  };
}

/** What our engine is told, but for the language, which is the recording's. */
export function toOptions(choices: CommonChoices): TranscribeOptions {
  const { model, device, batchSize, beamSize, bestOf, vad, threads } = choices;
  return { ...DEFAULT_OPTIONS, model, device, batchSize, beamSize, bestOf, vad, threads };
}

/** Runs a program with its choices; gives its exit code, 2 when the choices cannot be read. */
export async function runWithChoices<Choices>(
  program: { readonly name: string; readonly usage: string },
  readChoices: (args: string[]) => Choices,
  run: (choices: Choices) => Promise<number>,
): Promise<number> {
  let choices: Choices;
  try {
    choices = readChoices(process.argv.slice(2));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${program.name}: ${problem}\n${program.usage}\n`);
    return 2;
  }
  return await run(choices);
}

function readDevice(value: string | undefined): DeviceChoice {
  const device = DEVICES.find((known) => known === (value ?? DEFAULT_OPTIONS.device));
  if (device === undefined) throw new Error(`--device must be one of ${DEVICES.join(', ')}`);
  return device;
}

function readVadMode(value: string | undefined): VadMode {
  const mode = VAD_MODES.find((known) => known === (value ?? DEFAULT_OPTIONS.vad));
  if (mode === undefined) throw new Error(`--vad must be one of ${VAD_MODES.join(', ')}`);
  return mode;
}

function readWholeNumber(option: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (/^\d+$/.test(value)) return Number(value);
  throw new Error(`--${option} must be a whole number, not "${value}"`);
}
