import { expect, test } from 'vitest';
import { commandLineArguments } from '../../../src/start/command-line-arguments.js';

test.each([
  [['app'], null],
  [['app', 'talk.mp3'], null],
  [['app', '--no-sandbox', 'talk.mp3'], null],
  [['app', '--', '--cli'], null],
  [['app', '--cli'], null],
  [['app', '--no-sandbox', '--cli', '--'], []],
  [
    ['app', '--cli', '--', '--threads', '2', '--', '-talk.mp3'],
    ['--threads', '2', '--', '-talk.mp3'],
  ],
])('%j is the command line with %j', (argv, expected) => {
  expect(commandLineArguments(argv)).toEqual(expected);
});
