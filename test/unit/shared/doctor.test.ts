import { expect, test } from 'vitest';
import { formatDoctorReport, hasFailure } from '../../../src/shared/doctor.js';
import type { DoctorReport } from '../../../src/shared/doctor.js';

const GOOD = {
  id: 'engine.disk',
  part: 'engine',
  title: 'Disk',
  state: 'pass',
  found: '5 GB',
  cause: null,
  fix: null,
} as const;
const BAD = {
  id: 'npu.driver',
  part: 'npu',
  title: 'Driver',
  state: 'fail',
  found: 'none',
  cause: 'The driver is not loaded.',
  fix: 'sudo modprobe amdxdna',
} as const;

test('the text has a heading for each part, the cause and the fix of each failure, and a verdict', () => {
  const report: DoctorReport = { version: '1.2.3', lines: [BAD, GOOD] };

  expect(formatDoctorReport(report)).toBe(`Tilescribe 1.2.3

Transcribing
  pass  Disk    5 GB

NPU (AMD XDNA of the first generation)
  fail  Driver  none
        why: The driver is not loaded.
        fix: sudo modprobe amdxdna

1 of 2 lines needs attention.
`);
  expect(hasFailure(report)).toBe(true);
});

test('where nothing fails it says so, without headings that have no lines', () => {
  const report: DoctorReport = { version: '1.2.3', lines: [GOOD] };

  expect(formatDoctorReport(report)).toBe(`Tilescribe 1.2.3

Transcribing
  pass  Disk  5 GB

Nothing needs attention.
`);
  expect(hasFailure(report)).toBe(false);
});
