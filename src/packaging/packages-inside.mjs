/**
 * Which npm packages a release holds: those that the sources import, and what these need, by the lock file. In:
 * the sources and package-lock.json. Out: packages with version, licence and how they are inside. The packaging, the
 * licence notices and the SBOM all go by this one list.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

/**
 * @typedef {object} InsidePackage
 * @property {string} name
 * @property {string} version
 * @property {string} licence SPDX expression, as the package states it
 * @property {string} integrity sha512, as npm writes it
 * @property {boolean} isBundled part of our own scripts; else a folder in node_modules
 */

const LockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({
      version: v.optional(v.string(), ''),
      license: v.optional(v.string(), ''),
      integrity: v.optional(v.string(), ''),
      dev: v.optional(v.boolean(), false),
      dependencies: v.optional(v.record(v.string(), v.string()), {}),
    }),
  ),
});
/** @typedef {v.InferOutput<typeof LockSchema>['packages']} LockEntries */

/** Folders of src/ that are part of the product. */
const PRODUCT_FOLDERS = [
  'shared',
  'models',
  'node',
  'engine',
  'server',
  'cli',
  'start',
  'main',
  'preload',
  'renderer',
];
/** Needed by onnxruntime-node's installer alone, which is not run. */
const INSTALL_ONLY = new Set(['adm-zip', 'global-agent']);
/** Inside as a whole, with licences of its own. */
const RUNTIME = 'electron';

/**
 * @param {string} root
 * @returns {Promise<readonly InsidePackage[]>} sorted by name
 */
export async function listPackagesInside(root) {
  const lock = v.parse(LockSchema, JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const names = new Set(await listImports(join(root, 'src')));
  names.delete(RUNTIME);
  // A set that grows while it is gone through is gone through to its end.
  for (const name of names) {
    for (const needed of Object.keys(entryOf(lock.packages, name).dependencies)) {
      if (!INSTALL_ONLY.has(needed)) names.add(needed);
    }
  }
  return [...names].sort().map((name) => {
    const { version, license, integrity, dev } = entryOf(lock.packages, name);
    return { name, version, licence: license, integrity, isBundled: dev };
  });
}

/**
 * @param {LockEntries} packages
 * @param {string} name
 */
function entryOf(packages, name) {
  const entry = packages[`node_modules/${name}`];
  if (!entry) throw new Error(`package-lock.json has no ${name}, which the product imports.`);
  return entry;
}

/**
 * @param {string} folder
 * @returns {Promise<readonly string[]>} names of packages
 */
async function listImports(folder) {
  /** @type {string[]} */
  const names = [];
  for (const layer of PRODUCT_FOLDERS) {
    const files = await readdir(join(folder, layer), { recursive: true });
    for (const file of files.filter((path) => /\.(ts|tsx|mjs)$/.test(path))) {
      names.push(...findPackages(await readFile(join(folder, layer, file), 'utf8')));
    }
  }
  return names;
}

/**
 * @param {string} source
 * @returns {readonly string[]}
 */
export function findPackages(source) {
  const imports = /^(?:import|export)\b(?!\s+type\b)(?:[^'";]*?\bfrom)?\s*'([^'.][^']*)'/gm;
  const required = /\bcreateRequire\(import\.meta\.url\)\('([^'.][^']*)'\)/g;
  return [...source.matchAll(imports), ...source.matchAll(required)]
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
