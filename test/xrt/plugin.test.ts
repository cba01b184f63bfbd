/** The plugin and the loader on the real XRT: what works, and that each thing that is missing or fails is named. */
import { beforeAll, describe, expect, test } from 'vitest';
import { PLUGIN_CHECK, buildInside, isChrootUsable, runInside } from './chroot.js';
import type { Machine } from './chroot.js';

const isUsable = await isChrootUsable();
const DEVICE_CHECK = '/mnt/out/device_check';
const DESIGN = '/mnt/out/add-one.xclbin';

describe.skipIf(!isUsable)('the real XRT on a fake NPU', () => {
  beforeAll(buildInside);

  test("XRT's own tool sees the NPU", async () => {
    const { output } = await runInside(['xrt-smi', 'examine']);

    expect(output).toMatch(/\[0000:c6:00\.1\] +\|RyzenAI-npu1 +\|aie2 +\|6x5/);
  });

  test('the plugin exports one symbol, and needs XRT only through its C++ library', async () => {
    const symbols = await runInside(['sh', '-c', 'nm -D --defined-only /mnt/out/libtilescribe_xrt.so']);
    const needed = await runInside(['sh', '-c', 'readelf -d /mnt/out/libtilescribe_xrt.so | grep NEEDED']);

    const own = symbols.stdout.split('\n').filter((line) => / T /.test(line));
    expect(own).toEqual([expect.stringMatching(/ T tilescribe_npu_functions$/)]);
    expect(needed.stdout.match(/libxrt\S+(?=\])/g)).toEqual(['libxrt_coreutil.so.2']);
  });

  test('runs, batches and telemetry work; what is wrong is refused', async () => {
    const { exitCode, output } = await runInside([...PLUGIN_CHECK, 'run']);

    expect(output).not.toContain('FAILED');
    expect(output).toMatch(/XRT: 2\.\d+\.\d+\n/);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['timeout', 1, 'state 8, timeout'],
    ['abort', 2, 'state 6, abort'],
    ['error', 3, 'state 5'],
    ['hang', 1, 'state 8, timeout'],
    ['dead', 1, 'state 8, timeout'],
  ])('after "%s" a reset gives a context that works, with the same buffers', async (fault, state, text) => {
    const { exitCode, output } = await runInside([...PLUGIN_CHECK, 'fault'], { fault: `${fault}@3` });

    expect(output).toContain(`run 3: state ${state}:`);
    expect(output).toContain(text);
    expect(output).toContain('reset: 0\nok: the same run and buffers after a reset');
    expect(exitCode).toBe(0);
  });

  test('a device that is gone stays gone, and the process lives', async () => {
    const { exitCode, output } = await runInside([...PLUGIN_CHECK, 'fault'], { fault: 'gone@3' });

    expect(output).toContain('run 3: state 4:');
    expect(output).toContain('No such device');
    expect(output).toMatch(/reset: 5: no hardware context/);
    expect(exitCode).toBe(3);
  });

  // The numbers are those of throwing/throw.h.
  test.each([
    ['a runtime_error', '0'],
    ['a system_error', '1'],
    ['bad_alloc', '2'],
    ['what is no exception', '3'],
  ])('%s out of any call into XRT stays inside the plugin and is told', async (_name, kind) => {
    const plugin = '/mnt/out/throwing/libtilescribe_xrt.so';
    const { exitCode, output } = await runInside(['/mnt/out/throw_check', plugin, DESIGN, kind]);

    // Releasing a buffer calls nothing of XRT's but a destructor.
    expect(output.match(/^\w+(?=: [1-9]\d*$)/gm)).toEqual([
      ...['allocate', 'close', 'load', 'make_run', 'open', 'release_run', 'reset'],
      ...['run_batch', 'start', 'sync', 'telemetry', 'version', 'wait'],
    ]);
    expect(output).toMatch(/^all$/m);
    expect(exitCode).toBe(0);
  });

  test('the seventh context is refused while six are taken, and had when they are given back', async () => {
    const taken = await runInside([...PLUGIN_CHECK, 'open'], { contexts: 'taken' });
    const again = `"$@" hold 6 </dev/null && "$@" open`;
    const free = await runInside(['sh', '-c', again, 'sh', ...PLUGIN_CHECK]);

    expect(taken.output).toMatch(/code 5: no hardware context: .*-22/);
    expect(free.output).toMatch(/holding\n[^]*code 0: open\n$/);
  });
});

describe.skipIf(!isUsable)('the NPU through the loader, on the real XRT', () => {
  beforeAll(buildInside);

  test('a complete machine passes every check, and does the work', async () => {
    const probe = await runInside([DEVICE_CHECK, 'probe']);
    const work = await runInside([DEVICE_CHECK, 'work', DESIGN]);

    expect(probe.stdout.match(/^\S+: (pass|fail)/gm)).toEqual([
      ...['pci-device: pass', 'driver: pass', 'device-node: pass'],
      ...['memory-lock: pass', 'runtime: pass', 'device-opens: pass'],
    ]);
    expect(work.output.match(/run \d+: right/g)).toHaveLength(10);
    expect(work.output).toContain('a second device: the NPU is already in use by this program');
    expect(work.output).toMatch(
      /RyzenAI-npu1, XRT 2\.\d+\.\d+, firmware 1\.5\.5\.391, power mode default: 10 runs/,
    );
    expect(work.exitCode).toBe(0);
  });

  test.each<[string, Machine, string, RegExp, RegExp]>([
    ['no NPU', { device: 'none' }, 'pci-device', /no NPU on the PCI bus/, /BIOS/],
    ['no permission', { groups: 'none' }, 'device-node', /accel0 may not be opened/, /usermod -aG render/],
    ['too little locked memory', { memoryLockBytes: 8_388_608 }, 'memory-lock', /8 MB/, /doctor/],
  ])('%s is named, with its fix', async (_name, machine, check, found, fix) => {
    const { exitCode, stdout } = await runInside([DEVICE_CHECK, 'probe'], machine);

    const lines = stdout.split('\n');
    const failure = lines.find((line) => line.includes(': fail: ')) ?? '';
    expect(failure).toMatch(new RegExp(`^${check}: fail`));
    expect(failure).toMatch(found);
    expect(lines.find((line) => line.includes('fix: '))).toMatch(fix);
    expect(exitCode).toBe(3);
  });

  test.each<[string, Machine, string]>([
    ['no NPU', { device: 'none' }, "code 1:  No such device with index '0'"],
    ['no permission', { groups: 'none' }, 'code 2: Open /dev/accel/accel0 failed (err=-13)'],
    ['too little locked memory', { memoryLockBytes: 8_388_608 }, 'code 3: mmap('],
  ])('XRT itself, asked without a probe, fails for the same cause: %s', async (_name, machine, text) => {
    const { exitCode, output } = await runInside([...PLUGIN_CHECK, 'open'], machine);

    expect(output).toContain(text);
    expect(exitCode).toBe(3);
  });

  test('an NPU that fails twice is left alone for the session', async () => {
    const { exitCode, output } = await runInside([DEVICE_CHECK, 'work', DESIGN], { fault: 'hang@3,abort@5' });

    expect(output).toMatch(/run 3: failed in state 1\nreset\nrun 4: right\nrun 5: failed in state 2\n/);
    expect(output).toContain('reset: refused: the NPU failed a second time');
    expect(output).toContain('afterwards: the NPU failed twice and is left alone until the next start');
    expect(exitCode).toBe(3);
  });
});
