/** The .deb as dpkg itself lists it, made of a small folder in the release's place. Needs dpkg-deb. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LIMITS_FILE } from '../../src/engine/doctor/npu-facts.js';
import { LOCKED_BYTES_NEEDED } from '../../src/engine/doctor/npu-lines.js';
import { makeDeb } from '../../src/packaging/deb.mjs';
import { withPackedFolder } from './packed-folder.js';

const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;

it.skipIf(!hasDpkg)(
  'raises the limit of locked memory to what the NPU takes, in a file that is kept',
  async () => {
    await withPackedFolder('tilescribe.deb', makeDeb, ({ folder, target }) => {
      const control = join(folder, 'control');
      const files = join(folder, 'files');
      execFileSync('dpkg-deb', ['--control', target, control]);
      execFileSync('dpkg-deb', ['--extract', target, files]);

      expect(readFileSync(join(control, 'conffiles'), 'utf8')).toBe(`${LIMITS_FILE}\n`);
      const limits = readFileSync(join(files, LIMITS_FILE), 'utf8');
      // pam_limits counts locked memory in KB.
      const kilobytes = Number(/^@render - memlock (\d+)$/m.exec(limits)?.[1]);
      expect(kilobytes * 1024).toBeGreaterThanOrEqual(LOCKED_BYTES_NEEDED);
      expect(limits.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toHaveLength(1);
    });
  },
);
