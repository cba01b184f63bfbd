/** Words of the doctor. */
import type { DoctorLine, DoctorPart } from '../../shared/doctor.js';
import { DOCTOR_PART, DOCTOR_STATE } from './names.js';

export const doctor = {
  lead: 'What works on this computer, what does not, and what would help.',
  again: 'Look again',
  running: 'Looking…',
  copy: 'Copy as text',
  copied: 'Report copied',
  copyFix: 'Copy the remedy',
  fixCopied: 'Remedy copied',
  part: (part: DoctorPart) => DOCTOR_PART[part],
  state: (state: DoctorLine['state']) => DOCTOR_STATE[state],
} as const;
