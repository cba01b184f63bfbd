import { describe, expect, it } from 'vitest';
import { matchRawArguments, readRawArguments, toFilePath } from '../../../src/cli/raw-arguments.js';

const NOT_UTF8 = Buffer.from([0x2f, 0xe9, 0x2e]);

function toCommandLine(...entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(entries.flatMap((entry) => [entry, Buffer.from([0])]));
}

describe('matchRawArguments', () => {
  it('takes the last entries, whatever stands before them', () => {
    const line = toCommandLine(
      Buffer.from('node'),
      Buffer.from('--x'),
      Buffer.from('cli.js'),
      NOT_UTF8,
      Buffer.from(''),
    );

    expect(matchRawArguments(line, [NOT_UTF8.toString('utf8'), ''])).toEqual([NOT_UTF8, Buffer.from('')]);
  });

  it('believes the decoded text where the entries are something else', () => {
    expect(matchRawArguments(toCommandLine(Buffer.from('a new title')), ['a', 'b'])).toEqual([
      Buffer.from('a'),
      Buffer.from('b'),
    ]);
  });

  it('reads the real command line of this process', () => {
    expect(readRawArguments(process.argv.slice(2)).map((raw) => Buffer.from(raw).toString())).toEqual(
      process.argv.slice(2),
    );
  });
});

describe('toFilePath', () => {
  it('is text for UTF-8, a byte order mark included, and bytes for anything else', () => {
    expect(toFilePath(Buffer.from('ä 👍'))).toBe('ä 👍');
    expect(toFilePath(Buffer.from('\ufeffa'))).toBe('\ufeffa');
    expect(toFilePath(NOT_UTF8)).toEqual(Uint8Array.from(NOT_UTF8));
  });
});
