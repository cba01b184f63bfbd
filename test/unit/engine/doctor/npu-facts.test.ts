/** The probes that read folders, on folders made for them. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findXrt, listNpus } from '../../../../src/engine/doctor/npu-facts.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilescribe-doctor-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function addDevice(address: string, files: Readonly<Record<string, string>>): Promise<string> {
  const device = join(folder, address);
  await mkdir(device);
  for (const [name, text] of Object.entries(files)) await writeFile(join(device, name), `${text}\n`);
  return device;
}

test('only NPUs of AMD are listed, with driver, firmware and device file', async () => {
  await addDevice('0000:00:02.0', { vendor: '0x8086', device: '0x1502' });
  await addDevice('0000:c5:00.0', { vendor: '0x1022', device: '0x15bf' });
  await addDevice('0000:c5:00.1', { vendor: '0x1022', device: '0x17f0' });
  const npu = await addDevice('0000:c6:00.1', {
    vendor: '0x1022',
    device: '0x1502',
    fw_version: '1.5.5.391',
  });
  await mkdir(join(npu, 'accel', 'accel0'), { recursive: true });
  await symlink('/sys/bus/pci/drivers/amdxdna', join(npu, 'driver'));

  expect(await listNpus(folder)).toEqual([
    { address: '0000:c5:00.1', id: '1022:17f0', driver: null, firmware: null, node: null },
    {
      address: '0000:c6:00.1',
      id: '1022:1502',
      driver: 'amdxdna',
      firmware: '1.5.5.391',
      node: '/dev/accel/accel0',
    },
  ]);
  expect(await listNpus(join(folder, 'nowhere'))).toEqual([]);
});

test('XRT is found in the first folder that has it, with its version and its NPU part', async () => {
  const system = join(folder, 'system');
  const vendor = join(folder, 'vendor');
  await mkdir(system);
  await mkdir(vendor);
  expect(await findXrt([system, vendor])).toBeNull();

  await writeFile(join(vendor, 'libxrt_coreutil.so.2.21.75'), '');
  await symlink('libxrt_coreutil.so.2.21.75', join(vendor, 'libxrt_coreutil.so.2'));
  expect(await findXrt([system, vendor])).toEqual({
    path: join(vendor, 'libxrt_coreutil.so.2'),
    version: [2, 21, 75],
    hasNpuDriver: false,
  });

  await writeFile(join(vendor, 'libxrt_driver_xdna.so.2'), '');
  expect((await findXrt([system, vendor]))?.hasNpuDriver).toBe(true);
});
