/**
 * What the title bar offers: each device, and why it cannot be chosen where it cannot. Pure: what is known of
 * the machine comes in, words come out.
 */
import type { ModelStatus } from '../shared/contract.js';
import type { DoctorLine, DoctorReport } from '../shared/doctor.js';
import type { DeviceChoice as EngineDevice } from '../shared/options.js';

const USUAL = ['auto', 'npu', 'cpu'] as const satisfies readonly EngineDevice[];
export type DeviceChoice = (typeof USUAL)[number] | 'npu-emulated';

/** What the control shows for what the engine is asked for: ONNX Runtime is the processor, too. */
export function shownDevice(device: EngineDevice): DeviceChoice {
  return device === 'onnx' ? 'cpu' : device;
}

/** What is known of a device of this machine; null until somebody has looked. */
export interface DeviceState {
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
export function describeNpu({ lines }: DoctorReport): DeviceState {
  const npu = lines.filter(({ part }) => part === 'npu');
  const wrong = npu.find(({ state }) => state !== 'pass');
  if (wrong === undefined) return { isUsable: npu.length > 0, reason: '' };
  return { isUsable: false, reason: explainLine(wrong) };
}

/** The remedy may be a command: nothing is added to that. */
function explainLine({ title, found, cause, fix }: DoctorLine): string {
  return [`${title}: ${found}${/[.!?]$/.test(found) ? '' : '.'}`, cause, fix]
    .filter((part) => part !== null)
    .join(' ');
}

export type ModelDevice = ModelStatus['devices'][number]['device'];

/** The line of the doctor that says whether a device of its own computes at all. */
const ENGINE_LINE = { cpu: 'engine.native', onnx: 'engine.onnx' } as const;

/** Whether a device works on this machine, whatever the model. The doctor is the one who knows. */
export function describeDevice(device: ModelDevice, report: DoctorReport | null): DeviceState | null {
  if (report === null) return null;
  if (device === 'npu') return describeNpu(report);
  const line = report.lines.find(({ id }) => id === ENGINE_LINE[device]);
  if (line === undefined) return null;
  const isUsable = line.state === 'pass';
  return { isUsable, reason: isUsable ? '' : explainLine(line) };
}

export interface ModelPlace {
  readonly device: ModelDevice;
  /** null while nobody has looked at the machine. */
  readonly isUsable: boolean | null;
  /** Why not, where that is the model's doing; what the machine lacks is the same for all models. */
  readonly reason: string | null;
}

export function listPlaces(
  devices: ModelStatus['devices'],
  report: DoctorReport | null,
): readonly ModelPlace[] {
  return devices.map(({ device, reason }) => ({
    device,
    isUsable: reason === null ? (describeDevice(device, report)?.isUsable ?? null) : false,
    reason,
  }));
}

/** @param isDeveloper offers the emulated NPU too. @param unknown said while nobody has looked. */
export function offerDevices(
  npu: DeviceState | null,
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
