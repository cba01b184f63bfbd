/** The fields of a form, with the names and rules of OpenAI's API, as the options of a transcription. Pure. */
import * as v from 'valibot';
import { findLanguage } from '../shared/languages.js';
import { DEFAULT_OPTIONS } from '../shared/options.js';
import type { TranscribeOptions } from '../shared/options.js';
import type { Task } from '../shared/transcript.js';
import { ApiError, invalidField } from './api-error.js';
import type { ServerConfig } from './config.js';
import type { FormField } from './upload.js';

export const RESPONSE_FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt'] as const;
export type ResponseFormat = (typeof RESPONSE_FORMATS)[number];

const GRANULARITIES = ['word', 'segment'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export interface Order {
  readonly options: TranscribeOptions;
  readonly format: ResponseFormat;
  /** What verbose_json tells the times of. */
  readonly granularities: ReadonlySet<Granularity>;
  readonly isStream: boolean;
}

/** OpenAI's name for its Whisper; here that of the model which the server was started with. */
export const DEFAULT_MODEL_NAME = 'whisper-1';

const MAX_PROMPT_CHARACTERS = 10_000;

type FormConfig = Pick<ServerConfig, 'model' | 'device' | 'threads'>;

/** Fields that OpenAI's API knows and Whisper has no use for are passed over. Throws ApiError 400 or 404. */
export function readOrder(
  fields: readonly FormField[],
  task: Task,
  config: FormConfig,
  modelIds: readonly string[],
): Order {
  const last = (name: string): string | undefined =>
    fields.findLast((field) => field.name === name && field.value !== '')?.value;
  const format = pick('response_format', last('response_format') ?? 'json', RESPONSE_FORMATS);
  const granularities = readGranularities(fields, format);
  const isStream = readBoolean('stream', last('stream'));
  if (isStream && format !== 'json' && format !== 'text') {
    throw invalidField('stream', 'stream goes with the response_format json or text only.');
  }
  const options: TranscribeOptions = {
    ...DEFAULT_OPTIONS,
    model: readModel(last('model'), config.model, modelIds),
    device: config.device,
    threads: config.threads,
    task,
    language: readLanguage(last('language')),
    temperature: readTemperature(last('temperature')),
    initialPrompt: readPrompt(last('prompt')),
    // In vtt they are written as well; elsewhere they would be work for nothing.
    wordTimestamps: granularities.has('word') || format === 'vtt',
  };
  return { options, format, granularities, isStream };
}

function readModel(name: string | undefined, defaultModel: string, modelIds: readonly string[]): string {
  if (name === undefined) throw invalidField('model', 'The form does not say which model.');
  if (name === DEFAULT_MODEL_NAME) return defaultModel;
  if (modelIds.includes(name)) return name;
  throw modelNotFound(name, modelIds);
}

export function modelNotFound(name: string, modelIds: readonly string[]): ApiError {
  const known = [DEFAULT_MODEL_NAME, ...modelIds].join(', ');
  return new ApiError(404, `There is no model "${name}" here. There are: ${known}.`, {
    param: 'model',
    code: 'model_not_found',
  });
}

function readLanguage(text: string | undefined): TranscribeOptions['language'] {
  if (text === undefined) return 'auto';
  const language = findLanguage(text);
  if (language === null) {
    throw invalidField('language', `"${text}" is no language that Whisper knows: use a code like "en".`);
  }
  return language;
}

const TemperatureSchema = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.transform(Number), v.finite());

function readTemperature(text: string | undefined): number {
  if (text === undefined) return DEFAULT_OPTIONS.temperature;
  const parsed = v.safeParse(v.pipe(TemperatureSchema, v.minValue(0), v.maxValue(1)), text);
  if (!parsed.success) throw invalidField('temperature', 'temperature must be a number from 0 to 1.');
  return parsed.output;
}

function readPrompt(text: string | undefined): string {
  if (text === undefined) return '';
  if (text.length > MAX_PROMPT_CHARACTERS) {
    throw invalidField('prompt', `prompt is longer than ${MAX_PROMPT_CHARACTERS} characters.`);
  }
  return text;
}

function readGranularities(fields: readonly FormField[], format: ResponseFormat): ReadonlySet<Granularity> {
  // Clients write lists as name[], name[0] or name.
  const values = fields.filter(({ name }) => /^timestamp_granularities(\[\d*\])?$/.test(name));
  if (values.length === 0) return new Set(['segment']);
  if (format !== 'verbose_json') {
    throw invalidField(
      'timestamp_granularities',
      'timestamp_granularities goes with the response_format verbose_json only.',
    );
  }
  return new Set(values.map(({ value }) => pick('timestamp_granularities', value, GRANULARITIES)));
}

function readBoolean(name: string, text: string | undefined): boolean {
  if (text === undefined) return false;
  return pick(name, text.toLowerCase(), ['true', 'false']) === 'true';
}

function pick<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw invalidField(name, `${name} must be one of: ${choices.join(', ')}.`);
  return found;
}
