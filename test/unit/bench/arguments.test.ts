import { expect, test } from 'vitest';
import { readChoices } from '../../bench/arguments.js';

test('without arguments everything is measured five times with two threads', () => {
  expect(readChoices([])).toEqual({
    parts: ['machine', 'files', 'encoder', 'decoder', 'start'],
    engines: [
      'cpu',
      'cpu-batched',
      'cpu-base.en',
      'onnx',
      'whisper.cpp-q8',
      'whisper.cpp-f16',
      'transformers.js',
    ],
    threads: 2,
    runs: 5,
    batchSize: 8,
    sets: ['jfk', 'queue', '10min'],
    isQuick: false,
    format: 'text',
    section: null,
  });
});

test('a quick run is one run, unless a number is given', () => {
  expect(readChoices(['--quick']).runs).toBe(1);
  expect(readChoices(['--quick', '--runs', '3']).runs).toBe(3);
});

test('parts and engines come in their own order, whatever order they were given in', () => {
  const choices = readChoices(['--only', 'decoder,machine', '--engines', 'whisper.cpp-q8,cpu']);

  expect(choices.parts).toEqual(['machine', 'decoder']);
  expect(choices.engines).toEqual(['cpu', 'whisper.cpp-q8']);
});

test('the sounds of whole files can be named, or the hour be added to those that are usual', () => {
  expect(readChoices(['--sets', '10min,jfk']).sets).toEqual(['jfk', '10min']);
  expect(readChoices(['--long']).sets).toEqual(['jfk', 'queue', '10min', '60min']);
});

test('what is written into the documents is Markdown', () => {
  expect(readChoices(['--write', 'one-thread'])).toMatchObject({ format: 'markdown', section: 'one-thread' });
});

test.each([
  [['--json'], 'json'],
  [['--markdown'], 'markdown'],
])('%j asks for %s', (args, format) => {
  expect(readChoices(args).format).toBe(format);
});

test.each([
  [
    ['--only', 'files,speed'],
    '--only knows machine, files, encoder, decoder, start, speculation, not "speed"',
  ],
  [['--engines', 'gpu'], 'not "gpu"'],
  [['--threads', '0'], '--threads must be a whole number from 1 to 256, not "0"'],
  [['--runs', '2.5'], '--runs must be a whole number'],
  [['--batch', '65'], '--batch must be a whole number from 1 to 64'],
  [['--json', '--markdown'], '--json and --markdown cannot both be'],
  [['--long', '--quick'], '--long and --quick cannot both be'],
  [['--sets', '5min'], '--sets knows jfk, queue, 2min, 10min, 60min, not "5min"'],
  [['--long', '--sets', 'jfk'], '--long and --sets cannot both be'],
  [['--write', 'One Thread'], '--write wants a name'],
  [['--write', 'hour', '--json'], 'writes Markdown'],
  [['--only', 'speculation', '--write', 'hour'], 'stands alone'],
  [['--only', 'speculation,files'], 'stands alone'],
  [['--only', 'speculation', '--json'], 'stands alone'],
  [['--speed'], "Unknown option '--speed'"],
])('%j is refused with what is wrong', (args, message) => {
  expect(() => readChoices(args)).toThrow(message);
});
