import { expect, test } from 'vitest';
import {
  isAtLeast,
  isFirstNpuGeneration,
  mayLockAnything,
  parseCpu,
  parseGroups,
  parseLibraryVersion,
  parseMemoryLock,
  parseOsRelease,
  parseVersion,
} from '../../../../src/engine/doctor/machine-text.js';

const HAWK_POINT = `processor	: 0
vendor_id	: AuthenticAMD
cpu family	: 25
model		: 117
model name	: AMD Ryzen 7 8845HS w/ Radeon 780M Graphics
flags		: fpu sse2 avx2 avx512f avx512_vnni

processor	: 1
vendor_id	: AuthenticAMD
model		: 1
model name	: another
`;

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max open files            1024                 1048576              files
Max locked memory         8388608              unlimited            bytes
Max address space         unlimited            unlimited            bytes
`;

test('the first processor of /proc/cpuinfo is taken apart', () => {
  const cpu = parseCpu(HAWK_POINT);

  expect(cpu).toMatchObject({
    name: 'AMD Ryzen 7 8845HS w/ Radeon 780M Graphics',
    vendor: 'AuthenticAMD',
    family: 25,
    model: 117,
  });
  expect(cpu?.flags.has('avx512_vnni')).toBe(true);
  expect(parseCpu('processor : 0\nBogoMIPS : 48.00\n')).toBeNull();
  expect(parseCpu('')).toBeNull();
});

test.each([
  ['Phoenix', 'AuthenticAMD', 25, 116, true],
  ['Hawk Point', 'AuthenticAMD', 25, 117, true],
  ['Raphael, Zen 4 without an NPU', 'AuthenticAMD', 25, 97, false],
  ['Strix Point, with another NPU', 'AuthenticAMD', 26, 36, false],
  ['an Intel', 'GenuineIntel', 6, 116, false],
])('%s has an NPU of the first generation: %#', (_name, vendor, family, model, expected) => {
  expect(isFirstNpuGeneration({ name: '', vendor, family, model, flags: new Set() })).toBe(expected);
});

test('the limits of locked memory are bytes, or null for none', () => {
  expect(parseMemoryLock(LIMITS)).toEqual({ soft: 8_388_608, hard: null });
  expect(parseMemoryLock('Max locked memory  what  ever  bytes')).toBeNull();
  expect(parseMemoryLock('')).toBeNull();
});

test('a process with CAP_IPC_LOCK may lock anything', () => {
  expect(mayLockAnything('Name:\tnode\nCapEff:\t000001ffffffffff\n')).toBe(true);
  expect(mayLockAnything('CapEff:\t0000000000004000\n')).toBe(true);
  expect(mayLockAnything('CapEff:\t0000000000002000\n')).toBe(false);
  expect(mayLockAnything('')).toBe(false);
});

test('/etc/os-release is read with and without quotes', () => {
  const text =
    'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nID=debian\n';

  expect(parseOsRelease(text)).toEqual({
    id: 'debian',
    like: [],
    codename: 'trixie',
    version: '13',
    name: 'Debian GNU/Linux 13 (trixie)',
  });
  expect(parseOsRelease("ID=cachyos\nID_LIKE='arch other'\n").like).toEqual(['arch', 'other']);
  expect(parseOsRelease('')).toMatchObject({ id: '', name: 'an unknown distribution' });
});

test('versions are numbers from the most significant on', () => {
  expect(parseVersion('6.14.0-27-generic')).toEqual([6, 14, 0]);
  expect(parseVersion('rolling')).toBeNull();
  expect(parseLibraryVersion('libxrt_coreutil.so.2.25.00')).toEqual([2, 25, 0]);
  expect(parseLibraryVersion('libxrt_coreutil.so')).toBeNull();
  expect(isAtLeast([6, 14, 0], [6, 14])).toBe(true);
  expect(isAtLeast([6, 9, 99], [6, 14])).toBe(false);
  expect(isAtLeast([2, 21], [2, 21, 1])).toBe(false);
  expect(isAtLeast([10], [9, 99])).toBe(true);
});

test('/etc/group is read line by line, and what is no group is passed over', () => {
  expect(parseGroups('root:x:0:\nrender:x:992:ada,bob\n\nbroken\n')).toEqual([
    { name: 'root', id: 0, members: [] },
    { name: 'render', id: 992, members: ['ada', 'bob'] },
  ]);
});
