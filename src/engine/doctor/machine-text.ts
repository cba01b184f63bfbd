/**
 * Texts of the kernel and of the distribution, taken apart. Pure; a text that is not as expected gives nulls and
 * empty lists, because every one of them differs somewhere.
 */

export interface Cpu {
  readonly name: string;
  readonly vendor: string;
  readonly family: number;
  readonly model: number;
  readonly flags: ReadonlySet<string>;
}

/** @param text of /proc/cpuinfo */
export function parseCpu(text: string): Cpu | null {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const cut = line.indexOf(':');
    const name = line.slice(0, cut).trim();
    // The first processor speaks for all.
    if (cut !== -1 && !fields.has(name)) fields.set(name, line.slice(cut + 1).trim());
  }
  const name = fields.get('model name');
  if (name === undefined) return null;
  return {
    name,
    vendor: fields.get('vendor_id') ?? '',
    family: Number(fields.get('cpu family') ?? Number.NaN),
    model: Number(fields.get('model') ?? Number.NaN),
    flags: new Set((fields.get('flags') ?? '').split(' ').filter(Boolean)),
  };
}

/** Zen 4 with an NPU of the first generation: family 25, models 112 to 127 (Phoenix and Hawk Point). */
export function isFirstNpuGeneration(cpu: Cpu): boolean {
  return cpu.vendor === 'AuthenticAMD' && cpu.family === 25 && cpu.model >= 112 && cpu.model <= 127;
}

export interface MemoryLock {
  /** Bytes; null without a limit. */
  readonly soft: number | null;
  readonly hard: number | null;
}

/** @param text of /proc/self/limits */
export function parseMemoryLock(text: string): MemoryLock | null {
  const match = /^Max locked memory\s+(\S+)\s+(\S+)/m.exec(text);
  if (match === null) return null;
  const toBytes = (word = ''): number | null => (word === 'unlimited' ? null : Number(word));
  const [soft, hard] = [toBytes(match[1]), toBytes(match[2])];
  return Number.isNaN(soft) || Number.isNaN(hard) ? null : { soft, hard };
}

const CAP_IPC_LOCK = 14n;

/** Whether the limit of locked memory does not bind. @param status of /proc/self/status */
export function mayLockAnything(status: string): boolean {
  const match = /^CapEff:\s*([0-9a-f]+)$/m.exec(status);
  return match !== null && ((BigInt(`0x${match[1] ?? '0'}`) >> CAP_IPC_LOCK) & 1n) === 1n;
}

export interface Distribution {
  /** `debian`, `ubuntu`, `fedora`, `arch`, …; empty where unknown. */
  readonly id: string;
  readonly like: readonly string[];
  /** `bookworm`; empty for those that have none. */
  readonly codename: string;
  /** `24.04`, `43`; empty for those that have none. */
  readonly version: string;
  readonly name: string;
}

/** @param text of /etc/os-release */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(["']?)(.*)\2$/.exec(line.trim());
    if (match !== null) fields.set(match[1] ?? '', match[3] ?? '');
  }
  return {
    id: fields.get('ID') ?? '',
    like: (fields.get('ID_LIKE') ?? '').split(' ').filter(Boolean),
    codename: fields.get('VERSION_CODENAME') ?? '',
    version: fields.get('VERSION_ID') ?? '',
    name: fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? 'an unknown distribution',
  };
}

/** Numbers of a version, most significant first: of `6.14.0-27-generic`, `libxrt_coreutil.so.2.25.00`. */
export type Version = readonly number[];

/** @param text beginning with a version, like `uname -r` gives it */
export function parseVersion(text: string): Version | null {
  const match = /^(\d+(?:\.\d+)+)/.exec(text);
  return match === null ? null : (match[1] ?? '').split('.').map(Number);
}

/** The version at the end of a library's whole name. */
export function parseLibraryVersion(fileName: string): Version | null {
  return parseVersion(/\.so\.(.*)$/.exec(fileName)?.[1] ?? '');
}

export function isAtLeast(version: Version, least: Version): boolean {
  for (let i = 0; i < Math.max(version.length, least.length); i++) {
    const difference = (version[i] ?? 0) - (least[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

export interface Group {
  readonly name: string;
  readonly id: number;
  readonly members: readonly string[];
}

/** @param text of /etc/group */
export function parseGroups(text: string): readonly Group[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , id = '', members = ''] = line.split(':');
    return /^\d+$/.test(id) ? [{ name, id: Number(id), members: members.split(',').filter(Boolean) }] : [];
  });
}
