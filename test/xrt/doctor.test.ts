/** The doctor on whole machines: the real command line inside the system with XRT, by a user who is not root. */
import * as v from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { DoctorReportSchema } from '../../src/shared/doctor.js';
import type { DoctorLine } from '../../src/shared/doctor.js';
import { buildCommandLine } from '../integration/command-line.js';
import { buildInside, isChrootUsable, runWithDesign } from './chroot.js';
import type { Machine } from './chroot.js';

const isUsable = await isChrootUsable();

async function examine(machine: Machine): Promise<readonly DoctorLine[]> {
  const { stdout } = await runWithDesign(['doctor', '--json'], machine);
  return v.parse(DoctorReportSchema, JSON.parse(stdout)).lines.filter(({ part }) => part === 'npu');
}

describe.skipIf(!isUsable)('tilescribe doctor on a machine with a fake NPU', () => {
  beforeAll(async () => {
    await buildInside();
    await buildCommandLine();
  });

  test('all that an NPU needs passes', async () => {
    const lines = await examine({});

    const wanted = ['pci', 'driver', 'firmware', 'device-node', 'memory-lock', 'xrt', 'plugin', 'design'];
    for (const name of wanted) {
      expect(lines.find(({ id }) => id === `npu.${name}`)).toMatchObject({ state: 'pass', fix: null });
    }
    expect(lines.find(({ id }) => id === 'npu.xrt')?.found).toMatch(/^2\.\d+\.\d+ \(\/usr\/lib\//);
  });

  test.each<[string, Machine, string, string]>([
    [
      'no permission',
      { groups: 'none' },
      'npu.device-node',
      'sudo usermod -aG render "$USER", then log out and in again',
    ],
    [
      'too little locked memory',
      { memoryLockBytes: 8_388_608 },
      'npu.memory-lock',
      "echo '@render - memlock unlimited' | sudo tee /etc/security/limits.d/60-tilescribe.conf, " +
        'then log out and in again (with the user in the group render)',
    ],
  ])('%s is the one line that fails, with its fix', async (_name, machine, id, fix) => {
    const failed = (await examine(machine)).filter(({ state }) => state === 'fail');

    expect(failed).toEqual([expect.objectContaining({ id, fix })]);
  });

  test('a machine without an NPU fails nothing of the NPU', async () => {
    const lines = await examine({ device: 'none' });

    expect(lines.some(({ state }) => state === 'fail')).toBe(false);
    expect(lines.find(({ id }) => id === 'npu.pci')).toMatchObject({ state: 'skip', found: 'none' });
  });

  test('the text names what is wrong, and the exit status says that something is', async () => {
    const { exitCode, stdout } = await runWithDesign(['doctor'], { groups: 'none' });

    expect(stdout).toMatch(
      /fail {2}Device file +\/dev\/accel\/accel0 may not be opened\n +why: .*\n +fix: sudo usermod/,
    );
    expect(exitCode).toBe(1);
  });
});
