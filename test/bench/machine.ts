/** The machine the figures are of: what it is, how busy it is, and what it can do (native/bench/machine_bench.cc). */
import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import * as v from 'valibot';

/** Instruction sets that decide which kernels run, as the kernel names them in /proc/cpuinfo. */
const NOTABLE_FEATURES = [
  'avx2',
  'avx_vnni',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'amx_int8',
  'asimddp',
  'i8mm',
];

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly features: readonly string[];
  readonly memoryBytes: number;
  readonly system: string;
}

export function describeMachine(): Machine {
  const information = readFileSync('/proc/cpuinfo', 'utf8');
  const flags = new Set((/^(?:flags|Features)\s*:\s*(.*)$/m.exec(information)?.[1] ?? '').split(' '));
  const family = /^cpu family\s*:\s*(.*)$/m.exec(information)?.[1];
  const model = /^model\s*:\s*(.*)$/m.exec(information)?.[1];
  const numbers = family === undefined || model === undefined ? '' : ` (family ${family}, model ${model})`;
  return {
    processor: `${cpus()[0]?.model ?? 'unknown processor'}${numbers}`,
    cores: cpus().length,
    features: NOTABLE_FEATURES.filter((feature) => flags.has(feature)),
    memoryBytes: totalmem(),
    system: `Linux ${release()}, Node.js ${process.versions.node}`,
  };
}

/** Running processes, the mean of the last minute. */
export function readLoad(): number {
  return loadavg()[0] ?? Number.NaN;
}

/**
 * Of all processors since boot, in clock ticks: `stolen` is what the host of a virtual machine gave to others
 * (proc(5), /proc/stat: user nice system idle iowait irq softirq steal).
 */
export function readTicks(): { readonly stolen: number; readonly total: number } {
  const fields = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? [];
  return { stolen: fields[7] ?? 0, total: fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0) };
}

const RateSchema = v.object({ threads: v.number(), median: v.number(), best: v.number() });
const LimitsSchema = v.object({
  instructions: v.string(),
  int8: v.array(RateSchema),
  read: v.array(v.object({ ...RateSchema.entries, megabytes: v.number() })),
  kernels: v.string(),
  product: v.array(
    v.object({
      rows: v.number(),
      outputs: v.number(),
      inputs: v.number(),
      median: v.number(),
      best: v.number(),
    }),
  ),
});
export type Limits = v.InferOutput<typeof LimitsSchema>;

/** @param only a part of it, or everything. */
export async function measureLimits(
  program: string,
  threads: number,
  repeats: number,
  only: 'int8' | 'read' | null,
): Promise<Limits> {
  const args = ['--threads', String(threads), '--repeats', String(repeats)];
  const { stdout } = await promisify(execFile)(program, [
    ...args,
    ...(only === null ? [] : ['--only', only]),
  ]);
  return v.parse(v.pipe(v.string(), v.parseJson(), LimitsSchema), stdout);
}
