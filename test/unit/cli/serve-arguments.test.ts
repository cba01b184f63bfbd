import { describe, expect, it } from 'vitest';
import { parseServeCommand } from '../../../src/cli/serve-arguments.js';
import { DEFAULT_CONFIG } from '../../../src/server/config.js';

function parse(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const command = parseServeCommand(args, env);
  if (command.kind !== 'serve') throw new Error('it asks for help');
  return command.config;
}

describe('tilescribe serve', () => {
  it('listens on this machine only unless told otherwise', () => {
    expect(parse([])).toEqual(DEFAULT_CONFIG);
    expect(DEFAULT_CONFIG.host).toBe('127.0.0.1');
  });

  it('takes limits in the units of its options', () => {
    const config = parse([
      '--max-file-size',
      '25',
      '--time-limit',
      '60',
      '--grace-period=5',
      '--queue-size=0',
    ]);

    expect(config).toMatchObject({ maxFileBytes: 25e6, timeLimitMs: 60_000, graceMs: 5000, queueLimit: 0 });
  });

  it('takes the key from the environment, where the list of processes does not show it', () => {
    expect(parse([], { TILESCRIBE_API_KEY: 'secret' }).apiKey).toBe('secret');
  });

  it.each([
    [['--host', '0.0.0.0'], 'api-key'],
    [['--api-key', ''], 'empty'],
    [['--port', '70000'], '--port'],
    [['--port', 'x'], '--port'],
    [['--device', 'gpu'], '--device'],
    [['--model', '../x'], '--model'],
    [['--speed', '9'], '--speed'],
    [['file.wav'], 'file.wav'],
  ])('refuses %j', (args, told) => {
    expect(() => parse(args)).toThrow(told);
  });

  it('is open to other machines with a key', () => {
    expect(parse(['--host', '0.0.0.0', '--api-key', 'k']).host).toBe('0.0.0.0');
  });
});
