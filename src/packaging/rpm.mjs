/**
 * Makes the .rpm from the unpacked release with rpmbuild alone, as deb.mjs makes the .deb: electron-builder would
 * download fpm for it. Menus, icons and MIME types are refreshed by the distribution's own triggers.
 */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCaptured } from '../setup/command.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { DEPENDENCIES } from './builder-config.mjs';
import { LIMITS, placeTree, run } from './tree.mjs';

/** Throws a SetupError where there is none. */
export async function requireRpmbuild() {
  if ((await runCaptured('rpmbuild', ['--version'])).exitCode === 0) return;
  throw new SetupError('A .rpm needs rpmbuild, which is not installed.', 'sudo apt-get install rpm');
}

/** @param {import('./tree.mjs').TreeRequest & { readonly target: string }} request `target`: path of the .rpm */
export async function makeRpm({ target, workFolder, ...release }) {
  const tree = join(workFolder, 'tree');
  await rm(workFolder, { recursive: true, force: true });
  await placeTree({ ...release, workFolder: tree });
  await run('chmod', ['-R', 'u+rwX,go+rX,go-w', tree]);
  const spec = join(workFolder, 'tilescribe.spec');
  const made = join(workFolder, 'made');
  await mkdir(made);
  await writeFile(spec, describeRpm(release.version, tree));
  const definitions = {
    _topdir: join(workFolder, 'build'),
    _rpmdir: made,
    _rpmfilename: 'tilescribe.rpm',
    _binary_payload: 'w10.zstdio',
    // The same commit gives the same package.
    _buildhost: 'localhost',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    // Else each Electron app of a system brings the same links into /usr/lib, over which rpm refuses the second.
    _build_id_links: 'none',
    __os_install_post: '%{nil}',
  };
  const defined = Object.entries(definitions).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  await run('rpmbuild', ['-bb', '--target', 'x86_64', ...defined, spec], {
    SOURCE_DATE_EPOCH: String(release.epochSeconds),
  });
  const [file = ''] = await readdir(made);
  await rename(join(made, file), target);
  await rm(workFolder, { recursive: true });
}

/**
 * @param {string} version
 * @param {string} tree
 */
export function describeRpm(version, tree) {
  return `Name: tilescribe
Version: ${version}
Release: 1
Summary: Speech to text on your own machine
License: MIT
Group: Applications/Multimedia
AutoReqProv: no
${DEPENDENCIES.rpm.map((name) => `Requires: ${name}`).join('\n')}

%description
Turns audio and video files into text and subtitles with OpenAI's Whisper, without a network: the multilingual base
model is inside. Holds the window, the command line, and a server with OpenAI's interface.

%install
cp -a "${tree}/." "%{buildroot}/"

%post
# Chromium's own sandbox needs user namespaces; without them it needs its helper to be set-user-ID.
if [ -L /proc/self/ns/user ] && unshare --user true 2>/dev/null; then
  chmod 0755 /opt/tilescribe/chrome-sandbox
else
  chmod 4755 /opt/tilescribe/chrome-sandbox
fi

%files
%defattr(-,root,root)
%config(noreplace) /${LIMITS}
/opt/tilescribe
/usr/bin/tilescribe
/usr/share/applications/tilescribe.desktop
/usr/share/doc/tilescribe
/usr/share/icons/hicolor/*/apps/tilescribe.*
/usr/share/metainfo/org.tilescribe.Tilescribe.metainfo.xml
`;
}
