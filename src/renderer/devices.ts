/**
 * What the title bar offers: each device, and why it cannot be chosen where it cannot. Pure: what is known of
 * the machine comes in, words come out.
 */
import type { DoctorReport } from '../shared/doctor.js';
import { DEVICES } from '../shared/options.js';

export const DEVICE_CHOICES = ['auto', 'npu', 'cpu'] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

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
    reason: [`${title}: ${found}`, cause, fix].filter((part) => part !== null).join(' '),
  };
}

export interface DeviceWords {
  /** Nobody has looked yet. */
  readonly unknown: string;
  /** The machine has one, but this version's engine has no use for it. */
  readonly unbuilt: string;
}

export function offerDevices(npu: NpuState | null, words: DeviceWords): readonly OfferedDevice[] {
  const built: readonly string[] = DEVICES;
  return DEVICE_CHOICES.map((device) => {
    if (device !== 'npu') return { device, reason: null };
    if (npu === null) return { device, reason: words.unknown };
    if (!npu.isUsable) return { device, reason: npu.reason };
    return { device, reason: built.includes(device) ? null : words.unbuilt };
  });
}
