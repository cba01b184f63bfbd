import { expect, test } from 'vitest';
import type { NpuFacts } from '../../../../src/engine/doctor/npu-facts.js';
import { judgeNpu } from '../../../../src/engine/doctor/npu-lines.js';
import { parseOsRelease } from '../../../../src/engine/doctor/machine-text.js';

/** A machine on which nothing is missing. */
const COMPLETE: NpuFacts = {
  cpu: { name: 'AMD Ryzen 7 7840U', vendor: 'AuthenticAMD', family: 25, model: 116, flags: new Set() },
  distribution: parseOsRelease('ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME="Debian 13"\n'),
  kernelRelease: '6.16.3-amd64',
  kernel: [6, 16, 3],
  npus: [
    {
      address: '0000:c6:00.1',
      id: '1022:1502',
      driver: 'amdxdna',
      firmware: '1.5.5.391',
      node: '/dev/accel/accel0',
    },
  ],
  isModuleLoaded: true,
  node: { path: '/dev/accel/accel0', errorCode: null, group: 'render', isMember: true },
  memoryLock: { soft: 8_388_608, hard: 1_073_741_824 },
  hasLimitsFile: false,
  xrt: { path: '/usr/lib/libxrt_coreutil.so.2', version: [2, 25, 0], hasNpuDriver: true },
  hasXrtHeaders: true,
  pluginPath: '/app/libtilescribe_xrt.so',
  isPluginBuilt: true,
  design: { folder: '/app/out/npu', problem: null, isMissing: false },
  isInstalled: false,
};

function npuWith(change: Partial<NpuFacts['npus'][number]>): Partial<NpuFacts> {
  return { npus: COMPLETE.npus.map((npu) => ({ ...npu, ...change })) };
}

function judge(change: Partial<NpuFacts> = {}) {
  return judgeNpu({ ...COMPLETE, ...change });
}

const distribution = (text: string): Partial<NpuFacts> => ({ distribution: parseOsRelease(text), xrt: null });

test('a complete machine passes every line', () => {
  const lines = judge().filter(({ id }) => id !== 'npu.self-test');

  expect(new Set(lines.map(({ state }) => state))).toEqual(new Set(['pass']));
});

test('a machine without an NPU fails nothing', () => {
  const cpu = { name: 'AMD EPYC', vendor: 'AuthenticAMD', family: 25, model: 1, flags: new Set<string>() };
  const lines = judge({ cpu, npus: [], node: null, xrt: null });

  expect(new Set(lines.map(({ state }) => state))).toEqual(new Set(['skip']));
});

test('an NPU of the second generation is named, and fails nothing', () => {
  const lines = judge(npuWith({ id: '1022:17f0' }));

  expect(lines.find(({ id }) => id === 'npu.pci')).toMatchObject({
    state: 'skip',
    found: '1022:17f0 at 0000:c6:00.1',
  });
  expect(lines.some(({ state }) => state === 'fail')).toBe(false);
});

test('a processor with an NPU that is not on the bus has it turned off', () => {
  const line = judge({ npus: [] }).find(({ id }) => id === 'npu.pci');

  expect(line).toMatchObject({ state: 'fail', found: 'none' });
  expect(line?.fix).toContain('BIOS');
});

test.each<[string, Partial<NpuFacts>, string, RegExp]>([
  [
    'an old kernel on Debian 13',
    { ...npuWith({ driver: null }), kernel: [6, 12], isModuleLoaded: false },
    'npu.kernel',
    /^sudo apt-get install -y -t trixie-backports linux-image-amd64/,
  ],
  [
    'no driver',
    { ...npuWith({ driver: null }), isModuleLoaded: false },
    'npu.driver',
    /^sudo modprobe amdxdna$/,
  ],
  ['a driver that gave up', npuWith({ driver: null }), 'npu.driver', /^sudo dmesg/],
  [
    'another driver',
    npuWith({ driver: 'vfio-pci' }),
    'npu.driver',
    /vfio-pci\/unbind && sudo modprobe amdxdna$/,
  ],
  [
    'old firmware',
    npuWith({ firmware: '1.5.2.380' }),
    'npu.firmware',
    /^sudo apt-get update && sudo apt-get upgrade/,
  ],
  ['no device file', { node: null }, 'npu.device-node', /^sudo dmesg/],
  [
    'no permission',
    { node: { path: '/dev/accel/accel0', errorCode: 'EACCES', group: 'render', isMember: false } },
    'npu.device-node',
    /^sudo usermod -aG render "\$USER"/,
  ],
  [
    'a login before the group',
    { node: { path: '/dev/accel/accel0', errorCode: 'EACCES', group: 'render', isMember: true } },
    'npu.device-node',
    /^Log out and in again/,
  ],
  [
    'a device file that does not open',
    { node: { path: '/dev/accel/accel0', errorCode: 'ENODEV', group: 'render', isMember: true } },
    'npu.device-node',
    /^sudo dmesg/,
  ],
  [
    'too little locked memory',
    { memoryLock: { soft: 8_388_608, hard: 8_388_608 } },
    'npu.memory-lock',
    /^echo '@render - memlock unlimited' \| sudo tee \/etc\/security\/limits\.d\/60-tilescribe\.conf, then log out/,
  ],
  [
    'too little locked memory before the first login after the package was installed',
    { memoryLock: { soft: 8_388_608, hard: 8_388_608 }, hasLimitsFile: true },
    'npu.memory-lock',
    /^Log out and in again \(with the user in the group render\)$/,
  ],
  ['no XRT on Debian 13', { xrt: null }, 'npu.xrt', /trixie-backports libxrt2 libxrt-npu2$/],
  [
    'no XRT on Debian testing',
    distribution('ID=debian\nVERSION_CODENAME=forky\n'),
    'npu.xrt',
    /^sudo apt-get install -y libxrt2 libxrt-npu2$/,
  ],
  [
    'no XRT on Debian 12',
    distribution('ID=debian\nVERSION_CODENAME=bookworm\n'),
    'npu.xrt',
    /^Upgrade to Debian 13/,
  ],
  [
    'no XRT on Ubuntu 26.04',
    distribution('ID=ubuntu\nVERSION_ID="26.04"\n'),
    'npu.xrt',
    /^sudo apt-get install -y libxrt2/,
  ],
  ['no XRT on Ubuntu 24.04', distribution('ID=ubuntu\nVERSION_ID="24.04"\n'), 'npu.xrt', /xdna-driver/],
  [
    'no XRT on Arch',
    distribution('ID=arch\n'),
    'npu.xrt',
    /^sudo pacman -S --needed xrt xrt-plugin-amdxdna$/,
  ],
  [
    'an XRT before NPUs',
    { xrt: { path: '/usr/lib/x', version: [2, 13, 0], hasNpuDriver: false } },
    'npu.xrt',
    /libxrt-npu2$/,
  ],
  [
    'XRT without its NPU part',
    { xrt: { path: '/usr/lib/x', version: [2, 25, 0], hasNpuDriver: false } },
    'npu.xrt',
    /libxrt-npu2$/,
  ],
  ['no plugin, though the headers are there', { isPluginBuilt: false }, 'npu.plugin', /^npm run build$/],
  [
    'no plugin and no headers',
    { isPluginBuilt: false, hasXrtHeaders: false },
    'npu.plugin',
    /libxrt-dev uuid-dev g\+\+ && npm run build$/,
  ],
  [
    'no design',
    { design: { folder: '/app/out/npu', problem: 'no compiled design is there', isMissing: true } },
    'npu.design',
    /^kernels\/build$/,
  ],
  [
    'a damaged design',
    { design: { folder: '/app/out/npu', problem: 'a.bin has another hash', isMissing: false } },
    'npu.design',
    /^kernels\/build$/,
  ],
])('%s is one failed line with its cause and fix', (_name, change, id, fix) => {
  const failed = judge(change).filter(({ state }) => state === 'fail');

  const line = failed.find((candidate) => candidate.id === id);
  expect(line?.fix).toMatch(fix);
  expect(line?.cause).toMatch(/\w.*\.$/);
  // An old kernel has no driver either.
  expect(failed.length).toBe(id === 'npu.kernel' ? 2 : 1);
});

test('without its driver nothing further is looked at', () => {
  const lines = judge(npuWith({ driver: null }));

  const after = lines.slice(lines.findIndex(({ id }) => id === 'npu.driver') + 1);
  expect(after.length).toBeGreaterThan(3);
  expect(new Set(after.map(({ state }) => state))).toEqual(new Set(['skip']));
});

test('a limit of locked memory counts by what it can be raised to', () => {
  const line = (hard: number | null) =>
    judge({ memoryLock: { soft: 1, hard } }).find(({ id }) => id === 'npu.memory-lock');

  // XRT locks 273 MB (test/xrt/decoder.test.ts).
  expect(line(320 * 1_048_576)?.state).toBe('pass');
  expect(line(320 * 1_048_576 - 1)?.state).toBe('fail');
  expect(line(null)?.state).toBe('pass');
});

test('what was installed from a package is not told to build in it', () => {
  const missing = {
    folder: '/opt/tilescribe/out/npu',
    problem: 'no compiled design is there',
    isMissing: true,
  };
  const damaged = { ...missing, problem: 'a.bin has another hash', isMissing: false };
  const fixesOf = (change: Partial<NpuFacts>) => {
    const lines = judge({ ...change, isInstalled: true, isPluginBuilt: false });
    return lines.flatMap(({ id, fix }) => (fix === null ? [] : [`${id}: ${fix}`]));
  };

  for (const change of [
    { design: missing },
    { design: damaged },
    { design: missing, hasXrtHeaders: false },
  ]) {
    expect(fixesOf(change)).toEqual([
      'npu.plugin: Install Tilescribe again.',
      "npu.design: In Tilescribe's sources: kernels/build && sudo cp -r out/npu /opt/tilescribe/out",
    ]);
  }
});
