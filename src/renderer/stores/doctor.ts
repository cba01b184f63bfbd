/** What the doctor found on this machine; asked when somebody wants to know, since it takes a moment. */
import { create } from 'zustand';
import type { DoctorReport } from '../../shared/doctor.js';
import { call } from '../api.js';
import { describeNpu } from '../devices.js';
import { attempt } from './actions.js';
import { useUi } from './ui.js';

export interface DoctorState {
  readonly report: DoctorReport | null;
  readonly isRunning: boolean;
}

export const useDoctor = create<DoctorState>()(() => ({ report: null, isRunning: false }));

export async function runDoctor(): Promise<void> {
  if (useDoctor.getState().isRunning) return;
  useDoctor.setState({ isRunning: true });
  await attempt(async () => {
    const report = await call('doctor.run', null);
    useDoctor.setState({ report });
    useUi.setState({ npu: describeNpu(report) });
  });
  useDoctor.setState({ isRunning: false });
}

/** For who needs to know of the NPU, and does not mind an answer of some minutes ago. */
export function ensureDoctor(): Promise<void> {
  return useDoctor.getState().report === null ? runDoctor() : Promise.resolve();
}
