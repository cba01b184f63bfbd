/**
 * What the machine says about its NPU, as data: files of sysfs, /proc and /etc, read and taken apart, nothing judged.
 * Nothing is opened that an NPU would notice, but for the device file, whose permission is tried.
 */
import { constants } from 'node:fs';
import { access, open, readFile, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { isInstalled } from '../../models/command.mjs';
import { readNpuDesign } from '../backend/npu-design.js';
import type { Cpu, Distribution, Group, MemoryLock, Version } from './machine-text.js';
import {
  mayLockAnything,
  parseCpu,
  parseGroups,
  parseLibraryVersion,
  parseMemoryLock,
  parseOsRelease,
  parseVersion,
} from './machine-text.js';

export interface PciNpu {
  /** `0000:c6:00.1` */
  readonly address: string;
  /** `1022:1502`, the first generation, or `1022:17f0`, the second. */
  readonly id: string;
  /** Bound to it; null for none. */
  readonly driver: string | null;
  /** As the driver says it. */
  readonly firmware: string | null;
  /** `/dev/accel/accel0`; null when the driver made none. */
  readonly node: string | null;
}

export interface DeviceNode {
  readonly path: string;
  /** Code of what opening it failed with; null when it may be opened. */
  readonly errorCode: string | null;
  /** The group that it belongs to, by name where it has one. */
  readonly group: string;
  /** The user is a member by /etc/group, though this process may have been started before that. */
  readonly isMember: boolean;
}

export interface XrtInstallation {
  readonly path: string;
  readonly version: Version | null;
  /** The part of XRT for the NPU lies beside it. */
  readonly hasNpuDriver: boolean;
}

export interface NpuFacts {
  readonly cpu: Cpu | null;
  readonly distribution: Distribution;
  readonly kernelRelease: string;
  readonly kernel: Version | null;
  readonly npus: readonly PciNpu[];
  readonly isModuleLoaded: boolean;
  readonly node: DeviceNode | null;
  /** null where there is no limit for this process. */
  readonly memoryLock: MemoryLock | null;
  /** That raises it at login: of the package, or as this doctor advised. */
  readonly hasLimitsFile: boolean;
  readonly xrt: XrtInstallation | null;
  readonly hasXrtHeaders: boolean;
  readonly pluginPath: string;
  readonly isPluginBuilt: boolean;
  /** Why the compiled design cannot be used; null when it is whole. */
  readonly design: { readonly folder: string; readonly problem: string | null; readonly isMissing: boolean };
  /** From a package: there is nothing to build in it. */
  readonly isInstalled: boolean;
}

/** As src/packaging/deb.mjs has it. */
export const LIMITS_FILE = '/etc/security/limits.d/60-tilescribe.conf';
const AMD = '0x1022';
const NPU_MODELS = ['0x1502', '0x17f0'];
const XRT_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/opt/xilinx/xrt/lib',
];
const XRT_HEADERS = ['/usr/include', '/opt/xilinx/xrt/include'].map((folder) =>
  join(folder, 'xrt/experimental/xrt_kernel.h'),
);

/**
 * @param pluginPath where libtilescribe_xrt.so would be
 * @param designFolder where kernels/build leaves what it compiled
 */
export async function gatherNpuFacts(pluginPath: string, designFolder: string): Promise<NpuFacts> {
  const npus = await listNpus('/sys/bus/pci/devices');
  const nodePath = npus.find(({ node }) => node !== null)?.node ?? null;
  const kernelRelease = release();
  const design = await readNpuDesign(designFolder);
  return {
    cpu: parseCpu(await readText('/proc/cpuinfo')),
    distribution: parseOsRelease(await readText('/etc/os-release')),
    kernelRelease,
    kernel: parseVersion(kernelRelease),
    npus,
    isModuleLoaded: await isThere('/sys/module/amdxdna'),
    node: nodePath === null ? null : await inspectNode(nodePath),
    memoryLock: mayLockAnything(await readText('/proc/self/status'))
      ? null
      : parseMemoryLock(await readText('/proc/self/limits')),
    hasLimitsFile: await isThere(LIMITS_FILE),
    xrt: await findXrt(XRT_FOLDERS),
    hasXrtHeaders: (await Promise.all(XRT_HEADERS.map(isThere))).includes(true),
    pluginPath,
    isPluginBuilt: await isThere(pluginPath),
    design: {
      folder: designFolder,
      problem: design.ok ? null : design.reason,
      isMissing: !design.ok && design.isMissing,
    },
    isInstalled: isInstalled(),
  };
}

/** @param bus folder with an entry for each device */
export async function listNpus(bus: string): Promise<readonly PciNpu[]> {
  const addresses = await readdir(bus).catch(() => []);
  const found = await Promise.all(addresses.sort().map((address) => readNpu(bus, address)));
  return found.filter((npu) => npu !== null);
}

async function readNpu(bus: string, address: string): Promise<PciNpu | null> {
  const folder = join(bus, address);
  const vendor = (await readText(join(folder, 'vendor'))).trim();
  const model = (await readText(join(folder, 'device'))).trim();
  if (vendor !== AMD || !NPU_MODELS.includes(model)) return null;
  const driver = await readlink(join(folder, 'driver')).catch(() => null);
  const [node = null] = await readdir(join(folder, 'accel')).catch(() => []);
  const firmware = (await readText(join(folder, 'fw_version'))).trim();
  return {
    address,
    id: `${vendor.slice(2)}:${model.slice(2)}`,
    driver: driver === null ? null : basename(driver),
    firmware: firmware === '' ? null : firmware,
    node: node === null ? null : `/dev/accel/${node}`,
  };
}

async function inspectNode(path: string): Promise<DeviceNode> {
  const groups = parseGroups(await readText('/etc/group'));
  const found = await stat(path).catch(() => null);
  const group = groups.find(({ id }) => id === found?.gid);
  return {
    path,
    errorCode: await tryOpen(path),
    group: group?.name ?? String(found?.gid ?? 'render'),
    isMember: await isMemberOf(group),
  };
}

async function isMemberOf(group: Group | undefined): Promise<boolean> {
  const uid = String(process.getuid?.() ?? '');
  const users = (await readText('/etc/passwd')).split('\n').map((line) => line.split(':'));
  const name = users.find((fields) => fields[2] === uid)?.[0];
  return name !== undefined && group?.members.includes(name) === true;
}

async function tryOpen(path: string): Promise<string | null> {
  try {
    await (await open(path, constants.O_RDWR)).close();
    return null;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  }
}

/** @param folders in which libraries are looked for, the first that has it counts */
export async function findXrt(folders: readonly string[]): Promise<XrtInstallation | null> {
  for (const folder of folders) {
    const whole = await realpath(join(folder, 'libxrt_coreutil.so.2')).catch(() => null);
    if (whole === null) continue;
    return {
      path: join(folder, 'libxrt_coreutil.so.2'),
      version: parseLibraryVersion(basename(whole)),
      hasNpuDriver: await isThere(join(folder, 'libxrt_driver_xdna.so.2')),
    };
  }
  return null;
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
