/**
 * Electron's fuses in a release: bits in its binary that no argument and no environment variable can turn. What
 * would let somebody run other code in our name is off. Playwright cannot drive such a binary (it needs the inspector),
 * which is why the end-to-end tests run Electron as it comes.
 */
import fuses from '@electron/fuses';

const { FuseV1Options, getCurrentFuseWire } = fuses;

/** How the wire says that a fuse is on: the digit 1. */
const ENABLED = 0x31;

/** As electron-builder's configuration names them. */
export const RELEASE_FUSES = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
  enableCookieEncryption: false,
  loadBrowserProcessSpecificV8Snapshot: false,
};

/** @type {Readonly<Record<keyof typeof RELEASE_FUSES, import('@electron/fuses').FuseV1Options>>} */
const OPTIONS = {
  runAsNode: FuseV1Options.RunAsNode,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
};

/**
 * @param {string} binary
 * @returns {Promise<Record<string, boolean>>} by the names of RELEASE_FUSES
 */
export async function readFuses(binary) {
  const wire = await getCurrentFuseWire(binary);
  return Object.fromEntries(
    Object.entries(OPTIONS).map(([name, option]) => [name, Number(wire[option]) === ENABLED]),
  );
}
