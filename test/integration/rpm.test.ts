/** The .rpm as rpm itself lists it, made of a small folder in the release's place. Needs rpmbuild. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { makeRpm, requireRpmbuild } from '../../src/packaging/rpm.mjs';
import { withPackedFolder } from './packed-folder.js';

const hasRpmbuild = await requireRpmbuild().then(
  () => true,
  () => false,
);

it.skipIf(!hasRpmbuild)(
  'holds the app, the command and what desktops look for, and says what it needs',
  async () => {
    await withPackedFolder('tilescribe.rpm', makeRpm, ({ target }) => {
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
      expect(ask('--qf', '%{NAME} %{VERSION} %{ARCH} %{BUILDHOST}')).toBe(
        'tilescribe 1.2.3 x86_64 localhost',
      );
      expect(ask('-c')).toBe('/etc/security/limits.d/60-tilescribe.conf\n');
      expect(ask('-R')).toMatch(/^gtk3$/m);
      expect(ask('-R')).not.toMatch(/libgtk|libc\.so/);
      expect(ask('--qf', '[%{FILEUSERNAME}:%{FILEGROUPNAME} ]').split(' ').filter(Boolean)).toEqual(
        files.map(() => 'root:root'),
      );
    });
  },
);
