/**
 * What the title bar offers: each device, and why it cannot be chosen where it cannot. Pure: what is known of
 * the machine comes in, words come out.
 */
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

export function offerDevices(npu: NpuState | null, unknownReason: string): readonly OfferedDevice[] {
  return DEVICE_CHOICES.map((device) => {
    if (device !== 'npu' || npu?.isUsable === true) return { device, reason: null };
    return { device, reason: npu?.reason ?? unknownReason };
  });
}
