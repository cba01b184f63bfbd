/**
 * The lines about the NPU: facts in, one line for each link of the chain out. After the first link that is missing the
 * next ones that hang on it are skipped. A machine without an NPU fails nothing. Pure.
 */
import { dirname } from 'node:path';
import { restoreCommand } from '../../models/command.mjs';
import type { DoctorLine } from '../../shared/doctor.js';
import { isAtLeast, isFirstNpuGeneration } from './machine-text.js';
import { LIMITS_FILE } from './npu-facts.js';
import type { NpuFacts, PciNpu } from './npu-facts.js';
import { chooseXrtCommands } from './xrt-packages.js';

const MEGABYTE = 1_048_576;
/** XRT locks a heap of 64 MB and every buffer, the weights too; the same number is in native/npu/xrt/probe.h. */
export const LOCKED_BYTES_NEEDED = 320 * MEGABYTE;
/** The driver is in Linux itself since then. */
const LEAST_KERNEL = [6, 14];
const LEAST_XRT = [2, 21];
/** Older ones abort commands of today's XRT. */
const LEAST_FIRMWARE = [1, 5, 5, 391];
const FIRST_GENERATION = '1022:1502';
const LOG_IN_AGAIN = 'log out and in again';

/** A line that has no part and title yet. */
type Finding = Pick<DoctorLine, 'state' | 'found' | 'cause' | 'fix'>;

function pass(found: string): Finding {
  return { state: 'pass', found, cause: null, fix: null };
}

function fail(found: string, cause: string, fix: string): Finding {
  return { state: 'fail', found, cause, fix };
}

function skip(found: string, cause: string | null = null): Finding {
  return { state: 'skip', found, cause, fix: null };
}

interface Step {
  readonly id: string;
  readonly title: string;
  readonly find: (facts: NpuFacts, npu: PciNpu) => Finding;
  /** What comes later is skipped when this is missing. */
  readonly isNeeded: boolean;
}

const STEPS: readonly Step[] = [
  { id: 'npu.kernel', title: 'Kernel', find: findKernel, isNeeded: false },
  { id: 'npu.driver', title: 'Driver', find: findDriver, isNeeded: true },
  { id: 'npu.firmware', title: 'Firmware', find: findFirmware, isNeeded: false },
  { id: 'npu.device-node', title: 'Device file', find: findNode, isNeeded: false },
  { id: 'npu.memory-lock', title: 'Locked memory', find: findMemoryLock, isNeeded: false },
  { id: 'npu.xrt', title: 'XRT', find: findRuntime, isNeeded: false },
  { id: 'npu.plugin', title: 'Plugin for XRT', find: findPlugin, isNeeded: false },
  { id: 'npu.design', title: 'Compiled design', find: findDesign, isNeeded: false },
  { id: 'npu.self-test', title: 'Self-test', find: findSelfTest, isNeeded: false },
];

export function judgeNpu(facts: NpuFacts): readonly DoctorLine[] {
  const npu = facts.npus.find(({ id }) => id === FIRST_GENERATION);
  const toLine = (id: string, title: string, finding: Finding): DoctorLine => ({
    id,
    part: 'npu',
    title,
    ...finding,
  });
  const lines = [
    toLine('npu.cpu', 'Processor', findProcessor(facts)),
    toLine('npu.pci', 'NPU on the bus', findDevice(facts, npu)),
  ];
  let missing = npu === undefined ? 'NPU' : null;
  for (const { id, title, find, isNeeded } of STEPS) {
    if (npu === undefined || missing !== null) {
      lines.push(toLine(id, title, skip(`not looked at without the ${missing ?? 'NPU'}`)));
      continue;
    }
    const finding = find(facts, npu);
    lines.push(toLine(id, title, finding));
    if (isNeeded && finding.state === 'fail') missing = title.toLowerCase();
  }
  return lines;
}

function findProcessor({ cpu }: NpuFacts): Finding {
  if (cpu === null) return skip('unknown');
  if (isFirstNpuGeneration(cpu)) return pass(cpu.name);
  return skip(
    cpu.name,
    'Only Ryzen 7040 and 8040 have the NPU that Tilescribe can use; here the CPU does all work.',
  );
}

function findDevice({ cpu, npus }: NpuFacts, npu: PciNpu | undefined): Finding {
  if (npu !== undefined) return pass(`${npu.id} at ${npu.address}`);
  const [other] = npus;
  if (other !== undefined) {
    return skip(
      `${other.id} at ${other.address}`,
      'This NPU is of the second generation, for which there is no design.',
    );
  }
  if (cpu !== null && isFirstNpuGeneration(cpu)) {
    return fail(
      'none',
      'This kind of processor has one, so it is turned off, or it is a model without.',
      'Turn on "NPU", "IPU" or "Ryzen AI" in the firmware settings (BIOS) of this machine.',
    );
  }
  return skip('none');
}

function findKernel({ kernel, kernelRelease, distribution }: NpuFacts, npu: PciNpu): Finding {
  if (npu.driver === 'amdxdna') return pass(kernelRelease);
  if (kernel === null || isAtLeast(kernel, LEAST_KERNEL)) return pass(kernelRelease);
  const fixes: Readonly<Record<string, string>> = {
    bookworm: 'Upgrade to Debian 13 or later, whose backports have such a kernel.',
    trixie: 'sudo apt-get install -y -t trixie-backports linux-image-amd64, then restart',
    noble: 'sudo apt-get install -y linux-generic-hwe-24.04, then restart',
  };
  return fail(
    kernelRelease,
    'The driver of the NPU, amdxdna, is in Linux 6.14 and later.',
    fixes[distribution.codename] ?? 'Upgrade to a kernel of 6.14 or later, then restart.',
  );
}

function findDriver({ isModuleLoaded }: NpuFacts, npu: PciNpu): Finding {
  if (npu.driver === 'amdxdna') return pass('amdxdna');
  if (npu.driver !== null) {
    return fail(
      npu.driver,
      'Another driver has the NPU.',
      `echo ${npu.address} | sudo tee /sys/bus/pci/drivers/${npu.driver}/unbind && sudo modprobe amdxdna`,
    );
  }
  if (isModuleLoaded) {
    return fail(
      'amdxdna is loaded, but does not run the NPU',
      'It gave up when it started the NPU; the kernel log says why, most often missing firmware.',
      'sudo dmesg | grep amdxdna',
    );
  }
  return fail('none', 'The driver amdxdna is not loaded.', 'sudo modprobe amdxdna');
}

function findFirmware({ distribution }: NpuFacts, { firmware }: PciNpu): Finding {
  if (firmware === null) return skip('the driver does not tell its version');
  const version = firmware.split('.').map(Number);
  if (isAtLeast(version, LEAST_FIRMWARE)) return pass(firmware);
  const isDebianLike = distribution.id === 'debian' || distribution.like.includes('debian');
  return fail(
    firmware,
    `Firmware before ${LEAST_FIRMWARE.join('.')} is known to abort commands of today's XRT.`,
    isDebianLike
      ? 'sudo apt-get update && sudo apt-get upgrade, then restart'
      : 'Update the package linux-firmware, then restart.',
  );
}

function findNode({ node }: NpuFacts): Finding {
  if (node === null) {
    return fail(
      'none',
      'The driver made no device file; the kernel log says why.',
      'sudo dmesg | grep amdxdna',
    );
  }
  const { path, errorCode, group, isMember } = node;
  if (errorCode === null) return pass(`${path} may be opened`);
  if (errorCode !== 'EACCES' && errorCode !== 'EPERM') {
    return fail(
      `${path}: ${errorCode}`,
      'It cannot be opened; the kernel log says why.',
      'sudo dmesg | grep amdxdna',
    );
  }
  if (isMember) {
    return fail(
      `${path} may not be opened`,
      `This user is in the group ${group}, but logged in before that.`,
      `Log out and in again, or start Tilescribe from: newgrp ${group}`,
    );
  }
  return fail(
    `${path} may not be opened`,
    `It belongs to the group ${group}, in which this user is not.`,
    `sudo usermod -aG ${group} "$USER", then ${LOG_IN_AGAIN}`,
  );
}

function findMemoryLock({ memoryLock, hasLimitsFile }: NpuFacts): Finding {
  // The soft limit is raised to the hard one before the NPU is opened.
  const hard = memoryLock?.hard ?? null;
  if (hard === null) return pass('no limit');
  const found = `${Math.floor(hard / MEGABYTE)} MB`;
  if (hard >= LOCKED_BYTES_NEEDED) return pass(found);
  const cause = `XRT keeps its buffers locked in memory and needs ${LOCKED_BYTES_NEEDED / MEGABYTE} MB (ulimit -l).`;
  const member = '(with the user in the group render)';
  // Of the package, or written before: it is read at login.
  if (hasLimitsFile)
    return fail(found, `${cause} ${LIMITS_FILE} is there.`, `Log out and in again ${member}`);
  return fail(
    found,
    cause,
    `echo '@render - memlock unlimited' | sudo tee ${LIMITS_FILE}, then ${LOG_IN_AGAIN} ${member}`,
  );
}

function findRuntime({ xrt, distribution }: NpuFacts): Finding {
  const { runtime } = chooseXrtCommands(distribution);
  if (xrt === null) return fail('not found', `XRT is not installed on ${distribution.name}.`, runtime);
  const found = `${xrt.version?.join('.') ?? 'unknown version'} (${xrt.path})`;
  if (xrt.version !== null && !isAtLeast(xrt.version, LEAST_XRT)) {
    return fail(found, `This XRT knows no NPU; it takes ${LEAST_XRT.join('.')} or later.`, runtime);
  }
  if (!xrt.hasNpuDriver) return fail(found, 'The part of XRT that drives the NPU is not installed.', runtime);
  return pass(found);
}

function findPlugin(facts: NpuFacts): Finding {
  const { isPluginBuilt, pluginPath, hasXrtHeaders, distribution, isInstalled } = facts;
  const restore = restoreCommand('npm run build', isInstalled);
  if (isPluginBuilt) return pass(pluginPath);
  if (isInstalled) return fail('not there', 'It is a part of the package.', restore);
  if (hasXrtHeaders) return fail('not built', 'It was not built since XRT was installed.', restore);
  return fail(
    'not built',
    "It is built on this machine, for which XRT's headers are missing.",
    chooseXrtCommands(distribution).headers,
  );
}

function findDesign({ design, isInstalled }: NpuFacts): Finding {
  const { folder, problem, isMissing } = design;
  if (problem === null) return pass(`${folder}, every file with the hash of its manifest`);
  const build = isInstalled
    ? `In Tilescribe's sources: kernels/build && sudo cp -r out/npu ${dirname(folder)}`
    : 'kernels/build';
  if (!isMissing) return fail('damaged', `${problem}.`, build);
  return fail(
    'none',
    `It is compiled on a machine with a network, from kernels/ (docs/npu.md)${isInstalled ? ' of the sources; no package has one yet' : ''}.`,
    build,
  );
}

/** Opening the NPU takes its context from whoever has it, so that the doctor leaves this to the job that needs it. */
function findSelfTest(): Finding {
  return skip(
    'made whenever a model is opened on the NPU',
    "Known answers must come out, every integer equal, and the CPU's tokens for a known sound; its time for a token is then compared with the CPU's.",
  );
}
