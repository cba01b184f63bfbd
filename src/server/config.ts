/** What a server is told when it starts, with its defaults. */
import type { DeviceChoice } from '../shared/options.js';

export interface ServerConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Clients must send it as a bearer token; null lets everybody in who reaches the port. */
  readonly apiKey: string | null;
  /** The model that the name `whisper-1` stands for. */
  readonly model: string;
  readonly device: DeviceChoice;
  /** CPU threads; 0 means one per core. */
  readonly threads: number;
  /** Requests that may wait behind those that run; one more is answered 429. */
  readonly queueLimit: number;
  readonly maxFileBytes: number;
  /** From the request's first byte to its answer. */
  readonly timeLimitMs: number;
  /** How long requests under way may go on after SIGTERM. */
  readonly graceMs: number;
}

export const DEFAULT_CONFIG: ServerConfig = {
  host: '127.0.0.1',
  port: 8642,
  apiKey: null,
  model: 'base',
  device: 'auto',
  threads: 0,
  queueLimit: 16,
  maxFileBytes: 1_000_000_000,
  timeLimitMs: 3_600_000,
  graceMs: 30_000,
};

/** Addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
