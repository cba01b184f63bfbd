/** The command line of `tilescribe serve`. Values are checked here; what they mean is in src/server/config.ts. */
import { parseArgs } from 'node:util';
import { DEFAULT_CONFIG, isLoopback } from '../server/config.js';
import type { ServerConfig } from '../server/config.js';
import { DEVICES } from '../shared/options.js';
import { wrongUsage } from './wrong-usage.js';

const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string' },
  'api-key': { type: 'string' },
  model: { type: 'string' },
  device: { type: 'string' },
  threads: { type: 'string' },
  'queue-size': { type: 'string' },
  'max-file-size': { type: 'string' },
  'time-limit': { type: 'string' },
  'grace-period': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type ServeCommand =
  { readonly kind: 'help' } | { readonly kind: 'serve'; readonly config: ServerConfig };

type Environment = Readonly<Record<string, string | undefined>>;

/** @param args what comes after `serve`. */
export function parseServeCommand(args: readonly string[], env: Environment): ServeCommand {
  const values = readValues(args);
  if (values.help === true) return { kind: 'help' };
  const host = values.host ?? DEFAULT_CONFIG.host;
  if (host === '') throw wrongUsage('--host must name an address.');
  // The environment is for keys that should not be seen in the list of processes.
  const apiKey = values['api-key'] ?? env['TILESCRIBE_API_KEY'] ?? null;
  if (apiKey === '') throw wrongUsage('The API key is empty.');
  if (apiKey === null && !isLoopback(host)) {
    throw wrongUsage(`On ${host} others can reach the server: it needs an --api-key there.`);
  }
  const number = (name: keyof typeof values, fallback: number, range: readonly [number, number]): number =>
    readNumber(name, values[name], fallback, range);
  return {
    kind: 'serve',
    config: {
      host,
      apiKey,
      port: number('port', DEFAULT_CONFIG.port, [0, 65_535]),
      model: readModel(values.model),
      device: readDevice(values.device),
      threads: number('threads', DEFAULT_CONFIG.threads, [0, 256]),
      queueLimit: number('queue-size', DEFAULT_CONFIG.queueLimit, [0, 10_000]),
      maxFileBytes: 1e6 * number('max-file-size', DEFAULT_CONFIG.maxFileBytes / 1e6, [1, 100_000]),
      timeLimitMs: 1000 * number('time-limit', DEFAULT_CONFIG.timeLimitMs / 1000, [1, 86_400]),
      graceMs: 1000 * number('grace-period', DEFAULT_CONFIG.graceMs / 1000, [0, 86_400]),
    },
  };
}

function readValues(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (thrown) {
    throw wrongUsage(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function readNumber(
  name: string,
  value: string | boolean | undefined,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  if (value === undefined) return fallback;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw wrongUsage(`--${name} must be a whole number from ${least} to ${most}, not "${String(value)}".`);
}

function readModel(value: string | undefined): string {
  if (value === undefined) return DEFAULT_CONFIG.model;
  if (/^[a-z0-9][a-z0-9.-]{0,40}$/.test(value)) return value;
  throw wrongUsage(`--model must be the id of a model, not "${value}".`);
}

function readDevice(value: string | undefined): ServerConfig['device'] {
  const found = DEVICES.find((device) => device === (value ?? DEFAULT_CONFIG.device));
  if (found === undefined) throw wrongUsage(`--device must be one of: ${DEVICES.join(', ')}.`);
  return found;
}
