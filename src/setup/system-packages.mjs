/**
 * What Tilescribe needs from the operating system, and how to see whether it is there. Pure: takes what
 * was found on the machine, gives what is missing and the one command that installs it. Presence is
 * judged by the library or program itself, not by a package's name, so it holds on any distribution.
 */

/**
 * @typedef {{ readonly kind: 'library' | 'program' | 'file', readonly name: string }} Evidence
 * library: soname in the linker's cache; program: name on the PATH; file: absolute path
 */

/**
 * `media`: any transcription. `app`: the window. `native`: building the native engine. `test`: npm test.
 * `alignment`: npm run eval:words.
 * Not required: `speech`, more for npm test to hear; `format`, to check the format of the C++ sources; `xrt`, to
 * make the system in which the tests run XRT; `plugin`, to build what a release has for XRT; `rpm`, to make a .rpm.
 * @typedef {'media' | 'app' | 'native' | 'test' | 'alignment' | 'speech' | 'format' | 'xrt' | 'plugin' | 'rpm'} Purpose
 */

/**
 * @typedef {object} Requirement
 * @property {string} debianName
 * @property {Purpose} purpose
 * @property {Evidence} evidence
 * @property {boolean} hasTime64Name whether its name ends in t64 since the 64-bit time_t transition
 */

/**
 * @param {Purpose} purpose
 * @param {string} debianName
 * @param {Evidence['kind']} kind
 * @param {string} name
 * @returns {Requirement}
 */
const requirement = (purpose, debianName, kind, name) => ({
  debianName: debianName.replace(/\(t64\)$/, ''),
  purpose,
  evidence: { kind, name },
  hasTime64Name: debianName.endsWith('(t64)'),
});

/** @type {readonly Requirement[]} */
export const REQUIREMENTS = [
  requirement('media', 'ffmpeg', 'program', 'ffmpeg'),
  requirement('app', 'libgtk-3-0(t64)', 'library', 'libgtk-3.so.0'),
  requirement('app', 'libnss3', 'library', 'libnss3.so'),
  requirement('app', 'libasound2(t64)', 'library', 'libasound.so.2'),
  requirement('app', 'libgbm1', 'library', 'libgbm.so.1'),
  requirement('app', 'libxss1', 'library', 'libXss.so.1'),
  requirement('app', 'libatk-bridge2.0-0(t64)', 'library', 'libatk-bridge-2.0.so.0'),
  requirement('app', 'libdrm2', 'library', 'libdrm.so.2'),
  requirement('app', 'libxkbcommon0', 'library', 'libxkbcommon.so.0'),
  requirement('app', 'libcups2(t64)', 'library', 'libcups.so.2'),
  requirement('app', 'libnotify4', 'library', 'libnotify.so.4'),
  requirement('app', 'libsecret-1-0', 'library', 'libsecret-1.so.0'),
  requirement('app', 'fonts-dejavu-core', 'file', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
  requirement('native', 'cmake', 'program', 'cmake'),
  requirement('native', 'g++', 'program', 'c++'),
  requirement('native', 'make', 'program', 'make'),
  requirement('test', 'xvfb', 'program', 'xvfb-run'),
  requirement('test', 'xauth', 'program', 'xauth'),
  requirement('test', 'dbus', 'program', 'dbus-run-session'),
  requirement('alignment', 'pocketsphinx', 'program', 'pocketsphinx_continuous'),
  requirement(
    'alignment',
    'pocketsphinx-en-us',
    'file',
    '/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict',
  ),
  requirement('speech', 'espeak-ng', 'program', 'espeak-ng'),
  requirement(
    'speech',
    'pocketsphinx-testdata',
    'file',
    '/usr/share/pocketsphinx/test/data/librivox/fileids',
  ),
  requirement('format', 'clang-format-14', 'program', 'clang-format-14'),
  requirement('rpm', 'rpm', 'program', 'rpmbuild'),
  requirement('plugin', 'uuid-dev', 'file', '/usr/include/uuid/uuid.h'),
  requirement('xrt', 'debootstrap', 'program', 'debootstrap'),
  requirement('xrt', 'gpgv', 'program', 'gpgv'),
  requirement('xrt', 'debian-archive-keyring', 'file', '/usr/share/keyrings/debian-archive-keyring.gpg'),
];

/**
 * @typedef {object} Machine
 * @property {ReadonlySet<string> | null} libraries sonames; null when the linker's cache cannot be read
 * @property {(program: string) => boolean} hasProgram
 * @property {(path: string) => boolean} hasFile
 * @property {boolean} isDebianLike packages come by apt
 */

/**
 * @param {ReadonlySet<Purpose>} purposes
 * @param {Machine} machine
 * @returns {readonly Requirement[]}
 */
export function findMissing(purposes, machine) {
  return REQUIREMENTS.filter(({ purpose, evidence }) => {
    if (!purposes.has(purpose)) return false;
    switch (evidence.kind) {
      case 'library':
        return machine.libraries !== null && !machine.libraries.has(evidence.name);
      case 'program':
        return !machine.hasProgram(evidence.name);
      case 'file':
        // Where a file is belongs to Debian; elsewhere it proves nothing.
        return machine.isDebianLike && !machine.hasFile(evidence.name);
    }
  });
}

/**
 * @param {readonly Requirement[]} missing
 * @param {boolean} usesTime64Names
 * @returns {readonly string[]}
 */
export function listPackages(missing, usesTime64Names) {
  return missing.map(({ debianName, hasTime64Name }) =>
    hasTime64Name && usesTime64Names ? `${debianName}t64` : debianName,
  );
}

// Releases from before the 64-bit time_t transition that can still be met; all later ones have it.
const OLDER_RELEASES = new Set([
  ...['buster', 'bullseye', 'bookworm'],
  ...['bionic', 'focal', 'jammy', 'kinetic', 'lunar', 'mantic'],
]);

/**
 * Debian 13 and Ubuntu 24.04 renamed some libraries to …t64. A derivative names the release it is made of.
 *
 * @param {string} osRelease content of /etc/os-release
 * @returns {boolean}
 */
export function usesTime64Names(osRelease) {
  const fields = new Map();
  for (const line of osRelease.split('\n')) {
    const match = /^([A-Z_]+)="?([^"]*)"?$/.exec(line.trim());
    if (match) fields.set(match[1], match[2]);
  }
  /** @type {unknown} */
  const codename =
    fields.get('UBUNTU_CODENAME') ?? fields.get('DEBIAN_CODENAME') ?? fields.get('VERSION_CODENAME');
  return typeof codename === 'string' && !OLDER_RELEASES.has(codename);
}

/**
 * @param {string} cache output of `ldconfig -p`
 * @param {string} architecture of Node's process.arch
 * @returns {ReadonlySet<string>} sonames for this architecture
 */
export function parseLinkerCache(cache, architecture) {
  const tag = architecture === 'x64' ? 'x86-64' : architecture === 'arm64' ? 'AArch64' : '';
  const sonames = new Set();
  for (const line of cache.split('\n')) {
    const match = /^\s+(\S+) \(([^)]*)\)/.exec(line);
    if (match?.[1] && match[2]?.includes(tag)) sonames.add(match[1]);
  }
  return sonames;
}

/**
 * The exact command for a user who is not root.
 *
 * @param {readonly string[]} packages
 */
export function formatInstallCommand(packages) {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}
