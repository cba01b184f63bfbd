/**
 * Where the product itself lies. The command runs as source, bundled (out/main) and installed, at
 * different depths; what all have in common is resources/models/catalog.json in a folder above.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { AppError } from '../shared/errors.js';

const CATALOG = join('models', 'catalog.json');

/** The folder with the read-only data. TILESCRIBE_RESOURCES names it directly. */
export function findResourcesFolder(
  env: Readonly<Record<string, string | undefined>>,
  moduleUrl: string,
): string {
  const chosen = env['TILESCRIBE_RESOURCES'];
  if (chosen !== undefined && chosen !== '') return chosen;
  let folder = dirname(fileURLToPath(moduleUrl));
  for (;;) {
    const candidate = join(folder, 'resources');
    if (existsSync(join(candidate, CATALOG))) return candidate;
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new AppError(
    'internal',
    `Tilescribe's own files are not complete: resources/${CATALOG} was not found.`,
    'Install Tilescribe again, or set TILESCRIBE_RESOURCES to its resources folder.',
  );
}

const PackageSchema = v.object({ version: v.string() });

/** The version in the package.json beside the resources folder. */
export async function readVersion(resourcesFolder: string): Promise<string> {
  const text = await readFile(join(dirname(resourcesFolder), 'package.json'), 'utf8');
  return v.parse(PackageSchema, JSON.parse(text)).version;
}
