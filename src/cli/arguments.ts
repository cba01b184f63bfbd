/**
 * The command line as a value: arguments in, one `Command` out, or AppError 'wrong-usage'. Option
 * names are those of the openai/whisper command line; `--output_format` and `--output-format` are the
 * same option.
 */
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import type { FilePath } from '../shared/engine-protocol.js';
import { EXPORT_FORMATS } from '../shared/export/index.js';
import type { ExportFormat } from '../shared/export/index.js';
import { findLanguage } from '../shared/languages.js';
import { ReplacementSchema } from '../shared/replacements.js';
import {
  DEFAULT_OPTIONS,
  DEVICES,
  NPU_VOCABULARIES,
  TranscribeOptionsSchema,
  VAD_MODES,
} from '../shared/options.js';
import type { TranscribeOptions } from '../shared/options.js';
import type { ShapeOptions } from '../shared/shape.js';
import { TASKS } from '../shared/transcript.js';
import { toFilePath } from './raw-arguments.js';
import { chooseShape } from './shape-arguments.js';
import { chooseRange } from './range-argument.js';
import { wrongUsage } from './wrong-usage.js';

export type Input = { readonly kind: 'file'; readonly path: FilePath } | { readonly kind: 'stdin' };

export interface OutputChoice {
  readonly formats: readonly ExportFormat[];
  readonly folder: FilePath;
  /** Limits of the subtitles in srt and vtt; null: one per segment. */
  readonly shape: ShapeOptions | null;
}

export interface TranscribeCommand {
  readonly kind: 'transcribe';
  readonly inputs: readonly Input[];
  /** Its vocabulary is empty: where that comes from is `vocabulary`. */
  readonly options: TranscribeOptions;
  /** What was given for `--vocabulary` (vocabulary.ts), or null. */
  readonly vocabulary: string | null;
  /** null: the transcript goes to standard output only. */
  readonly output: OutputChoice | null;
  readonly hasJsonEvents: boolean;
}

export type Command =
  | TranscribeCommand
  | { readonly kind: 'fetch-model'; readonly model: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

const OPTION_TYPES = {
  model: { type: 'string' },
  language: { type: 'string' },
  languages: { type: 'string' },
  task: { type: 'string' },
  temperature: { type: 'string' },
  'initial-prompt': { type: 'string' },
  vocabulary: { type: 'string' },
  replace: { type: 'string', multiple: true },
  'output-format': { type: 'string', short: 'f' },
  'output-dir': { type: 'string', short: 'o' },
  'beam-size': { type: 'string' },
  patience: { type: 'string' },
  'length-penalty': { type: 'string' },
  'best-of': { type: 'string' },
  'max-line-width': { type: 'string' },
  'max-line-count': { type: 'string' },
  'max-characters-per-second': { type: 'string' },
  device: { type: 'string' },
  'npu-vocabulary': { type: 'string' },
  'spare-cpu': { type: 'boolean' },
  'batch-size': { type: 'string' },
  vad: { type: 'string' },
  'clip-timestamps': { type: 'string' },
  'word-timestamps': { type: 'string' },
  threads: { type: 'string' },
  'json-events': { type: 'boolean' },
  'fetch-model': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const WHOLE = /^\d+$/;
const DECIMAL = /^(\d+(\.\d*)?|\.\d+)$/;

/** `--output_format=a_b` → `--output-format=a_b`, up to `--`; values stay as they are. */
function spellWithDashes(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((argument, index) => {
    if (!argument.startsWith('--') || (end !== -1 && index >= end)) return argument;
    const equals = argument.indexOf('=');
    const name = equals === -1 ? argument : argument.slice(0, equals);
    return name.replaceAll('_', '-') + argument.slice(name.length);
  });
}

function splitOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: spellWithDashes(args),
      options: OPTION_TYPES,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
  } catch (error) {
    // Node's message goes on with advice of its own; the first sentence says what is wrong.
    const text = error instanceof Error ? error.message : String(error);
    throw wrongUsage((text.split(/\.? (?=To specify)|\.?\n/)[0] ?? text).replace(/\.?$/, '.'));
  }
}

type Split = ReturnType<typeof splitOptions>;

function choose<const C extends string>(option: string, text: string, choices: readonly C[]): C {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw wrongUsage(`--${option} must be one of ${choices.join(', ')}, not "${text}".`);
}

function chooseModel(option: string, text: string): string {
  if (v.safeParse(TranscribeOptionsSchema.entries.model, text).success) return text;
  throw wrongUsage(`--${option} must be the id of a model, like "base", not "${text}".`);
}

function chooseLanguage(text: string): TranscribeOptions['language'] {
  const word = text.trim().toLowerCase();
  if (word === 'auto' || word === 'auto-multi') return word;
  const code = findLanguage(text);
  if (code !== null) return code;
  throw wrongUsage(
    `--language must be auto, auto-multi, a code like "en" or an English name like "German", not "${text}".`,
  );
}

/** Codes or names with commas between. */
function chooseLanguages(text: string): TranscribeOptions['languages'] {
  const names = text.split(',').filter((name) => name.trim() !== '');
  const codes = names.map((name) => {
    const code = findLanguage(name);
    if (code !== null) return code;
    throw wrongUsage(`--languages must be codes or English names with commas between, not "${text}".`);
  });
  if (codes.length === 0) throw wrongUsage('--languages must name at least one language.');
  return [...new Set(codes)];
}

function chooseNumber(
  option: string,
  text: string,
  pattern: RegExp,
  [min, max]: readonly [number, number],
): number {
  const value = Number(text);
  if (pattern.test(text) && value >= min && value <= max) return value;
  const kind = pattern === WHOLE ? 'a whole number' : 'a number';
  throw wrongUsage(`--${option} must be ${kind} from ${min} to ${max}, not "${text}".`);
}

function choosePrompt(text: string): string {
  if (v.safeParse(TranscribeOptionsSchema.entries.initialPrompt, text).success) return text;
  throw wrongUsage(`--initial-prompt is too long: ${text.length} characters.`);
}

/** The part of the options that says how texts are searched for. */
function chooseSearch(
  values: Split['values'],
): Pick<TranscribeOptions, 'temperature' | 'beamSize' | 'patience' | 'lengthPenalty' | 'bestOf'> {
  const { temperature, patience } = values;
  const beamSize = values['beam-size'];
  const lengthPenalty = values['length-penalty'];
  const bestOf = values['best-of'];
  return {
    temperature:
      temperature === undefined
        ? DEFAULT_OPTIONS.temperature
        : chooseNumber('temperature', temperature, DECIMAL, [0, 1]),
    beamSize:
      beamSize === undefined ? DEFAULT_OPTIONS.beamSize : chooseNumber('beam-size', beamSize, WHOLE, [1, 10]),
    patience:
      patience === undefined
        ? DEFAULT_OPTIONS.patience
        : chooseNumber('patience', patience, DECIMAL, [0.1, 10]),
    lengthPenalty:
      lengthPenalty === undefined
        ? DEFAULT_OPTIONS.lengthPenalty
        : chooseNumber('length-penalty', lengthPenalty, DECIMAL, [0, 1]),
    bestOf: bestOf === undefined ? DEFAULT_OPTIONS.bestOf : chooseNumber('best-of', bestOf, WHOLE, [1, 10]),
  };
}

/** Each is FROM=TO, cut at the first =. */
function chooseReplacements(texts: readonly string[]): TranscribeOptions['replacements'] {
  const pairs = texts.map((text) => {
    const cut = text.indexOf('=');
    const parsed = v.safeParse(ReplacementSchema, { from: text.slice(0, cut), to: text.slice(cut + 1) });
    if (cut > 0 && parsed.success) return parsed.output;
    throw wrongUsage(`--replace must be FROM=TO with at most 200 characters each, not "${text}".`);
  });
  const parsed = v.safeParse(TranscribeOptionsSchema.entries.replacements, pairs);
  if (parsed.success) return parsed.output;
  throw wrongUsage(`--replace is given too often: ${pairs.length} times.`);
}

/** openai/whisper writes True and False. */
function chooseWordTimestamps(text: string | undefined): boolean {
  if (text === undefined) return DEFAULT_OPTIONS.wordTimestamps;
  return choose('word-timestamps', text.toLowerCase(), ['true', 'false']) === 'true';
}

function chooseOptions(values: Split['values']): TranscribeOptions {
  const { model, language, languages, task, device, vad, threads } = values;
  const prompt = values['initial-prompt'];
  const batchSize = values['batch-size'];
  return {
    model: model === undefined ? DEFAULT_OPTIONS.model : chooseModel('model', model),
    language: language === undefined ? DEFAULT_OPTIONS.language : chooseLanguage(language),
    languages: languages === undefined ? DEFAULT_OPTIONS.languages : chooseLanguages(languages),
    task: task === undefined ? DEFAULT_OPTIONS.task : choose('task', task, TASKS),
    ...chooseSearch(values),
    initialPrompt: prompt === undefined ? DEFAULT_OPTIONS.initialPrompt : choosePrompt(prompt),
    vocabulary: DEFAULT_OPTIONS.vocabulary,
    replacements: chooseReplacements(values.replace ?? []),
    device: device === undefined ? DEFAULT_OPTIONS.device : choose('device', device, DEVICES),
    npuVocabulary: choose(
      'npu-vocabulary',
      values['npu-vocabulary'] ?? DEFAULT_OPTIONS.npuVocabulary,
      NPU_VOCABULARIES,
    ),
    spareCpu: values['spare-cpu'] ?? DEFAULT_OPTIONS.spareCpu,
    batchSize:
      batchSize === undefined
        ? DEFAULT_OPTIONS.batchSize
        : chooseNumber('batch-size', batchSize, WHOLE, [1, 64]),
    vad: vad === undefined ? DEFAULT_OPTIONS.vad : choose('vad', vad, VAD_MODES),
    range: chooseRange(values['clip-timestamps']),
    wordTimestamps: chooseWordTimestamps(values['word-timestamps']),
    threads:
      threads === undefined ? DEFAULT_OPTIONS.threads : chooseNumber('threads', threads, WHOLE, [0, 256]),
  };
}

/** The bytes of the last value given for `--output-dir`, whichever way it was written. */
function readFolder(split: Split, raw: readonly Uint8Array[]): FilePath | null {
  const token = split.tokens.findLast(
    (candidate) => candidate.kind === 'option' && candidate.name === 'output-dir',
  );
  if (token === undefined) return null;
  if (token.value === '') throw wrongUsage('--output-dir must name a folder.');
  const isNextArgument = !token.inlineValue;
  const whole = raw[isNextArgument ? token.index + 1 : token.index];
  if (whole === undefined) return token.value;
  if (isNextArgument) return toFilePath(whole);
  // `--output-dir=DIR` or `-oDIR`.
  const start = token.rawName.startsWith('--') ? whole.indexOf('='.charCodeAt(0)) + 1 : token.rawName.length;
  return toFilePath(whole.subarray(start));
}

function chooseOutput(split: Split, raw: readonly Uint8Array[]): OutputChoice | null {
  const format = split.values['output-format'];
  const folder = readFolder(split, raw);
  const shape = chooseShape(split.values);
  if (format === undefined && folder === null && shape === null) return null;
  const choice = choose('output-format', format ?? 'srt', [...EXPORT_FORMATS, 'all']);
  return { formats: choice === 'all' ? EXPORT_FORMATS : [choice], folder: folder ?? '.', shape };
}

function chooseInputs(split: Split, raw: readonly Uint8Array[]): readonly Input[] {
  const inputs = split.tokens.flatMap((token): Input[] => {
    if (token.kind !== 'positional') return [];
    if (token.value === '') throw wrongUsage('A FILE has no name: an argument is empty.');
    if (token.value === '-') return [{ kind: 'stdin' }];
    return [{ kind: 'file', path: toFilePath(raw[token.index] ?? Buffer.from(token.value)) }];
  });
  if (inputs.length === 0) throw wrongUsage('No FILE was given.');
  if (inputs.filter((input) => input.kind === 'stdin').length > 1) {
    throw wrongUsage('Standard input (-) can be read only once.');
  }
  return inputs;
}

/** `raw` holds the bytes of each argument (raw-arguments.ts). */
export function parseCommand(args: readonly string[], raw: readonly Uint8Array[]): Command {
  const split = splitOptions(args);
  const { values } = split;
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const wanted = values['fetch-model'];
  if (wanted !== undefined) {
    if (split.positionals.length > 0) throw wrongUsage('--fetch-model takes no FILE.');
    return { kind: 'fetch-model', model: chooseModel('fetch-model', wanted) };
  }
  return {
    kind: 'transcribe',
    inputs: chooseInputs(split, raw),
    options: chooseOptions(values),
    vocabulary: values.vocabulary ?? null,
    output: chooseOutput(split, raw),
    hasJsonEvents: values['json-events'] === true,
  };
}
