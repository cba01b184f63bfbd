/** What a run of the benchmark found: plain data, which is also what `--json` prints. */
import type { EngineId } from './engine-ids.js';
import type { Limits, Machine } from './machine.js';

/** One entry of each array for each round. */
export interface FileResult {
  readonly engine: EngineId;
  readonly ms: readonly number[];
  readonly cpuMs: readonly number[];
  /** Of the process after the first round of this set, its start included. */
  readonly peakBytes: number;
  /** Words wrong, of all; from the first round's text. */
  readonly errors: number;
  readonly words: number;
}

export interface FileSetResult {
  readonly name: string;
  readonly seconds: number;
  readonly results: readonly FileResult[];
}

export interface EncoderResult {
  readonly engine: EngineId;
  readonly ms: readonly number[];
  /** Multiply-accumulates of the encoder in one pass. */
  readonly macs: number;
  /** Of the decoder's keys and values of the window, which the timed pass makes as well; 0 where it does not. */
  readonly crossMacs: number;
}

export interface DecoderResult {
  readonly engine: EngineId;
  readonly rows: number;
  /** As many as rows, or one that all share. */
  readonly windows: number;
  /** Of one step, which is one token for each row. */
  readonly ms: readonly number[];
  /** Read by one step, as roofline.ts counts it; null for peers, whose formats differ. */
  readonly bytes: number | null;
}

export interface StartResult {
  readonly engine: EngineId;
  /** From the spawn of the process to the first token, and to the whole text. */
  readonly firstTokenMs: readonly number[];
  readonly wholeMs: readonly number[];
}

export interface Report {
  readonly when: string;
  readonly machine: Machine;
  /** Running processes before and after; above the number of threads asked for, others were at work. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  /** Processor time that the host of a virtual machine gave to others meanwhile, 0 to 1. */
  readonly stolenShare: number;
  readonly isQuick: boolean;
  readonly threads: number;
  readonly runs: number;
  readonly batchSize: number;
  readonly notes: readonly string[];
  /** By engine: how it describes itself. */
  readonly descriptions: Readonly<Record<string, string>>;
  readonly emptyProcessBytes: number | null;
  readonly limits: Limits | null;
  readonly files: readonly FileSetResult[];
  /** int8 GMAC/s with all threads, measured between the encoder's runs. */
  readonly peakBesideEncoder: readonly number[];
  readonly encoder: readonly EncoderResult[];
  /** GB/s with all threads from 75 MB, measured between the decoder's runs. */
  readonly readBesideDecoder: readonly number[];
  readonly decoder: readonly DecoderResult[];
  readonly start: readonly StartResult[];
}
