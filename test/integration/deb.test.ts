/** The .deb as dpkg itself lists it, made of a small folder in the release's place. Needs dpkg-deb. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LIMITS_FILE } from '../../src/engine/doctor/npu-facts.js';
import { LOCKED_BYTES_NEEDED } from '../../src/engine/doctor/npu-lines.js';
import { makeDeb } from '../../src/packaging/deb.mjs';

const root = join(import.meta.dirname, '..', '..');
const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;

it.skipIf(!hasDpkg)(
  'raises the limit of locked memory to what the NPU takes, in a file that is kept',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tilescribe-deb-'));
    try {
      const unpackedFolder = join(folder, 'unpacked');
      mkdirSync(unpackedFolder);
      for (const name of ['tilescribe', 'tilescribe-app', 'chrome-sandbox']) {
        writeFileSync(join(unpackedFolder, name), '#!/bin/sh\n', { mode: 0o755 });
      }
      const target = join(folder, 'tilescribe.deb');
      await makeDeb({
        root,
        unpackedFolder,
        workFolder: join(folder, 'work'),
        version: '1.2.3',
        epochSeconds: 1_700_000_000,
        target,
      });
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
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
