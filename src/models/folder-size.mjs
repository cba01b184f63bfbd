/** How far a program is that says nothing itself: by the size of the folder it writes to. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * @param {string} folder
 * @returns {Promise<number>} bytes of all files in it; what is not there, or vanishes meanwhile, counts as nothing
 */
export async function sizeOfFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      (found) => found.size,
      () => 0,
    );
  }
  return bytes;
}
