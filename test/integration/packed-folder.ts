/** A small folder in the place of a release, and what a packer made of it: for tests of the packages themselves. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TreeRequest } from '../../src/packaging/tree.mjs';

const root = join(import.meta.dirname, '..', '..');

export interface PackedFolder {
  /** Of its own, for what a test takes out of the package. */
  readonly folder: string;
  readonly target: string;
}

export async function withPackedFolder(
  name: string,
  pack: (request: TreeRequest & { readonly target: string }) => Promise<void>,
  check: (packed: PackedFolder) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tilescribe-packed-'));
  try {
    const unpackedFolder = join(folder, 'unpacked');
    mkdirSync(unpackedFolder);
    for (const file of ['tilescribe', 'tilescribe-app', 'chrome-sandbox']) {
      writeFileSync(join(unpackedFolder, file), '#!/bin/sh\n', { mode: 0o755 });
    }
    const target = join(folder, name);
    const release = { root, unpackedFolder, version: '1.2.3', epochSeconds: 1_700_000_000 };
    await pack({ ...release, workFolder: join(folder, 'work'), target });
    check({ folder, target });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
