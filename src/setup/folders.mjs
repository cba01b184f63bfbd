/** Where things are: the clone this file belongs to, and the user's cache for downloads. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone, without a slash at its end. */
export const REPO_ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/**
 * Archives that several clones can share; everything in it is verified again when it is used.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string}
 */
export function downloadsFolder(env) {
  const cacheHome = env['XDG_CACHE_HOME'];
  // The XDG base directory specification says that a relative path there is to be ignored.
  if (cacheHome && isAbsolute(cacheHome)) return join(cacheHome, 'tilescribe');
  return join(env['HOME'] ?? homedir(), '.cache', 'tilescribe');
}
