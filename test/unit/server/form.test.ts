import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from '../../../src/server/api-error.js';
import { readOrder } from '../../../src/server/form.js';
import type { Order } from '../../../src/server/form.js';

const CONFIG = { model: 'base', device: 'auto', threads: 0 } as const;
const MODELS = ['base', 'tiny'];

function read(fields: Readonly<Record<string, string>> | readonly (readonly [string, string])[]): Order {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  const list = (pairs as (readonly [string, string])[]).map(([name, value]) => ({ name, value }));
  return readOrder([{ name: 'model', value: 'whisper-1' }, ...list], 'transcribe', CONFIG, MODELS);
}

function refusal(fields: Readonly<Record<string, string>>): ApiError {
  try {
    read(fields);
  } catch (thrown) {
    if (thrown instanceof ApiError) return thrown;
  }
  throw new Error('it was accepted');
}

test('whisper-1 is the model the server was started with, and our ids are themselves', () => {
  expect(read({}).options.model).toBe('base');
  expect(read({ model: 'tiny' }).options.model).toBe('tiny');
});

test.each([
  [{ language: 'de' }, { language: 'de' }],
  [{ language: 'German' }, { language: 'de' }],
  [{ prompt: 'Ms Ahluwalia' }, { initialPrompt: 'Ms Ahluwalia' }],
  [{ temperature: '0.4' }, { temperature: 0.4 }],
  [{}, { language: 'auto', temperature: 0, wordTimestamps: false }],
])('%j becomes %j', (fields, options) => {
  expect(read(fields).options).toMatchObject(options);
});

test.each(['timestamp_granularities[]', 'timestamp_granularities[0]', 'timestamp_granularities'])(
  '%s asks for the times of words',
  (name) => {
    const order = read([
      ['response_format', 'verbose_json'],
      [name, 'word'],
    ]);

    expect([...order.granularities]).toEqual(['word']);
    expect(order.options.wordTimestamps).toBe(true);
  },
);

test('both granularities can be asked for at once', () => {
  const order = read([
    ['response_format', 'verbose_json'],
    ['timestamp_granularities[]', 'word'],
    ['timestamp_granularities[]', 'segment'],
  ]);

  expect([...order.granularities].sort()).toEqual(['segment', 'word']);
});

test.each([
  ['response_format', { response_format: 'xml' }],
  ['language', { language: 'klingon' }],
  ['temperature', { temperature: '1.5' }],
  ['temperature', { temperature: 'warm' }],
  ['prompt', { prompt: 'x'.repeat(10_001) }],
  ['stream', { stream: 'yes' }],
  ['stream', { stream: 'true', response_format: 'srt' }],
  ['timestamp_granularities', { 'timestamp_granularities[]': 'word' }],
  ['timestamp_granularities', { response_format: 'verbose_json', 'timestamp_granularities[]': 'letter' }],
])('a wrong %s is named in the refusal: %j', (param, fields) => {
  const error = refusal(fields);

  expect(error.status).toBe(400);
  expect(error.body.error).toMatchObject({ param, type: 'invalid_request_error' });
});

test('an unknown model is 404 and lists those there are', () => {
  const error = refusal({ model: 'gpt-9' });

  expect(error.status).toBe(404);
  expect(error.body.error.code).toBe('model_not_found');
  expect(error.message).toContain('whisper-1, base, tiny');
});

test('any fields at all give an order or an ApiError', () => {
  const name = fc.oneof(
    fc.constantFrom('model', 'language', 'prompt', 'temperature', 'stream', 'response_format'),
    fc.constantFrom('timestamp_granularities[]', '__proto__', 'constructor'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.record({ name, value: fc.string() })), (fields) => {
      try {
        readOrder(fields, 'translate', CONFIG, MODELS);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ApiError);
      }
    }),
  );
});
