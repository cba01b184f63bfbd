/**
 * What the title bar offers: each device, and why it cannot be chosen where it cannot. Pure: what is known of
 * the machine comes in, words come out.
 */
import type { DoctorReport } from '../shared/doctor.js';
import type { DeviceChoice as EngineDevice } from '../shared/options.js';

const USUAL = ['auto', 'npu', 'cpu'] as const satisfies readonly EngineDevice[];
export type DeviceChoice = (typeof USUAL)[number] | 'npu-emulated';

/** What the control shows for what the engine is asked for: ONNX Runtime is the processor, too. */
export function shownDevice(device: EngineDevice): DeviceChoice {
  return device === 'onnx' ? 'cpu' : device;
}

/** What is known of the machine's NPU; null until somebody has looked. */
export interface NpuState {
  readonly isUsable: boolean;
  /** Why it cannot be used, and what would help; '' where it can. */
  readonly reason: string;
}

export interface OfferedDevice {
  readonly device: DeviceChoice;
  /** null when it can be chosen. */
  readonly reason: string | null;
}

/** The first thing that is missing is the reason: what comes after depends on it. */
export function describeNpu({ lines }: DoctorReport): NpuState {
  const npu = lines.filter(({ part }) => part === 'npu');
  const wrong = npu.find(({ state }) => state !== 'pass');
  if (wrong === undefined) return { isUsable: npu.length > 0, reason: '' };
  const { title, found, cause, fix } = wrong;
  return {
    isUsable: false,
    // The remedy may be a command: nothing is added to that.
    reason: [`${title}: ${found}${/[.!?]$/.test(found) ? '' : '.'}`, cause, fix]
      .filter((part) => part !== null)
      .join(' '),
  };
}

/** @param isDeveloper offers the emulated NPU too. @param unknown said while nobody has looked. */
export function offerDevices(
  npu: NpuState | null,
  unknown: string,
  isDeveloper: boolean,
): readonly OfferedDevice[] {
  const usual = USUAL.map((device) => {
    if (device !== 'npu') return { device, reason: null };
    if (npu === null) return { device, reason: unknown };
    return { device, reason: npu.isUsable ? null : npu.reason };
  });
  return isDeveloper ? [...usual, { device: 'npu-emulated', reason: null }] : usual;
}
