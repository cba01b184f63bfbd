/** The .rpm as rpm itself lists it, made of a small folder in the release's place. Needs rpmbuild. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeRpm, requireRpmbuild } from '../../src/packaging/rpm.mjs';

const root = join(import.meta.dirname, '..', '..');
const hasRpmbuild = await requireRpmbuild().then(
  () => true,
  () => false,
);

it.skipIf(!hasRpmbuild)(
  'holds the app, the command and what desktops look for, and says what it needs',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tilescribe-rpm-'));
    const unpackedFolder = join(folder, 'unpacked');
    mkdirSync(unpackedFolder);
    for (const name of ['tilescribe', 'tilescribe-app', 'chrome-sandbox']) {
      writeFileSync(join(unpackedFolder, name), '#!/bin/sh\n', { mode: 0o755 });
    }
    const target = join(folder, 'tilescribe.rpm');
    await makeRpm({
      root,
      unpackedFolder,
      workFolder: join(folder, 'work'),
      version: '1.2.3',
      epochSeconds: 1_700_000_000,
      target,
    });
    const ask = (...query: readonly string[]) =>
      execFileSync('rpm', ['-qp', ...query, target], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });

    const files = ask('-l').trim().split('\n');
    expect(files).toEqual(
      expect.arrayContaining([
        '/etc/security/limits.d/60-tilescribe.conf',
        '/opt/tilescribe/tilescribe-app',
        '/usr/bin/tilescribe',
        '/usr/share/applications/tilescribe.desktop',
        '/usr/share/icons/hicolor/scalable/apps/tilescribe.svg',
        '/usr/share/metainfo/org.tilescribe.Tilescribe.metainfo.xml',
      ]),
    );
    // Not a folder that belongs to the system, and no link to a build.
    expect(
      files.filter((file) => !/\/(opt|bin|applications|doc|icons|metainfo|limits\.d)\//.test(file)),
    ).toEqual([]);
    expect(ask('--qf', '%{NAME} %{VERSION} %{ARCH} %{BUILDHOST}')).toBe('tilescribe 1.2.3 x86_64 localhost');
    expect(ask('-c')).toBe('/etc/security/limits.d/60-tilescribe.conf\n');
    expect(ask('-R')).toMatch(/^gtk3$/m);
    expect(ask('-R')).not.toMatch(/libgtk|libc\.so/);
    expect(ask('--qf', '[%{FILEUSERNAME}:%{FILEGROUPNAME} ]').split(' ').filter(Boolean)).toEqual(
      files.map(() => 'root:root'),
    );
    rmSync(folder, { recursive: true });
  },
);
