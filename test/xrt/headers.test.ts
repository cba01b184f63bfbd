/**
 * The plugin compiles without a warning against the headers of the oldest and of the newest XRT that it is made for,
 * and the one made with the oldest, which is what a package has, runs on the newest.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { OLDEST_PLUGIN, areHeadersThere, buildInside, compileAgainst } from './chroot.js';
import { buildReleasePluginInto, isChrootUsable, pluginCheck, runInside } from './chroot.js';

const isUsable = await isChrootUsable();

describe.skipIf(!isUsable)('the plugin against the headers of the XRT inside', () => {
  test('no warning', async () => {
    const { exitCode, output } = await compileAgainst('installed');

    // Of this version or later: Debian's testing goes on.
    expect(output).toMatch(/^XRT 2\.(2[5-9]|[3-9]\d)\n$/);
    expect(exitCode).toBe(0);
  });
});

describe.skipIf(!isUsable || !areHeadersThere())('the plugin against the headers of the oldest XRT', () => {
  beforeAll(buildInside);

  test('as a release has it, compiled on this machine, it runs on the XRT inside', async () => {
    const plugin = await buildReleasePluginInto('release');
    const { exitCode, output } = await runInside([...pluginCheck(plugin), 'run']);

    expect(output).not.toContain('FAILED');
    expect(exitCode).toBe(0);
  });

  test('no warning; it runs on the XRT inside', async () => {
    const compiled = await compileAgainst('oldest');
    const { exitCode, output } = await runInside([...pluginCheck(OLDEST_PLUGIN), 'run']);

    expect(compiled.output).toBe('XRT 2.21\n');
    expect(compiled.exitCode).toBe(0);
    expect(output).not.toContain('FAILED');
    expect(output).toMatch(/XRT: 2\.(2[5-9]|[3-9]\d)\.\d+\n/);
    expect(exitCode).toBe(0);
  });
});
