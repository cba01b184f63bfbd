/**
 * What must be true of an unpacked release, whoever made it: nothing foreign inside, nothing missing, fuses set. In:
 * its folder. Out: a sentence for each thing that is wrong.
 */
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as v from 'valibot';
import { readCatalog } from '../models/catalog.mjs';
import { sha256OfFile } from '../models/hash.mjs';
import { APP_BINARY } from './builder-config.mjs';
import { RELEASE_FUSES, readFuses } from './fuses.mjs';

const REQUIRED = [
  APP_BINARY,
  'tilescribe',
  'chrome-sandbox',
  'LICENSE.tilescribe.txt',
  'LICENSE.electron.txt',
  'LICENSES.chromium.html',
  'THIRD-PARTY-NOTICES.txt',
  'sbom.cdx.json',
  'out/native/tilescribe_native.node',
  'resources/app.asar',
  'resources/apparmor-profile',
  'resources/app.asar.unpacked/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node',
];
/** @typedef {{ readonly files?: Record<string, Node> | undefined, readonly unpacked?: boolean | undefined }} Node */
/** @type {v.GenericSchema<Node>} */
const NodeSchema = v.object({
  files: v.optional(
    v.record(
      v.string(),
      v.lazy(() => NodeSchema),
    ),
  ),
  unpacked: v.optional(v.boolean()),
});
/** x86-64 in an ELF header. */
const MACHINE_X64 = 0x3e;

/**
 * @param {string} folder
 * @param {readonly string[]} modelIds that must be inside
 * @returns {Promise<readonly string[]>}
 */
export async function findFaults(folder, modelIds) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const faults = REQUIRED.filter((path) => !files.includes(path)).map((path) => `${path} is missing.`);
  for (const file of files) {
    if (file.endsWith('.map')) faults.push(`${file} is a source map.`);
    if (/\.(dll|dylib|exe)$/.test(file)) faults.push(`${file} is of another system.`);
    if (!(await isOfThisMachine(join(folder, file)))) faults.push(`${file} is not for Linux on x86-64.`);
  }
  faults.push(...(await findModelFaults(join(folder, 'resources'), modelIds)));
  faults.push(...(await findFuseFaults(join(folder, APP_BINARY))));
  faults.push(...findArchiveFaults(await listArchive(join(folder, 'resources', 'app.asar'))));
  return faults;
}

/**
 * @param {string} path
 * @returns {Promise<boolean>} true for what is no program at all
 */
async function isOfThisMachine(path) {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0);
    const isProgram = bytesRead === 20 && buffer.readUInt32BE(0) === 0x7f454c46;
    return !isProgram || buffer.readUInt16LE(18) === MACHINE_X64;
  } finally {
    await file.close();
  }
}

/**
 * @param {string} resourcesFolder
 * @param {readonly string[]} modelIds
 */
async function findModelFaults(resourcesFolder, modelIds) {
  const { models, voiceDetector } = await readCatalog(resourcesFolder);
  /** @type {string[]} */
  const faults = [];
  for (const { id, files } of [...models, voiceDetector].filter((model) => modelIds.includes(model.id))) {
    for (const { path, sha256 } of files) {
      const found = await sha256OfFile(join(resourcesFolder, 'models', id, path)).catch(() => null);
      if (found !== sha256) faults.push(`The model file ${id}/${path} is not what the catalogue says.`);
    }
  }
  return faults;
}

/** @param {string} binary */
async function findFuseFaults(binary) {
  const found = await readFuses(binary).catch(() => /** @type {Record<string, boolean>} */ ({}));
  return Object.entries(RELEASE_FUSES)
    .filter(([name, wanted]) => found[name] !== wanted)
    .map(([name, wanted]) => `The fuse ${name} is not ${wanted ? 'on' : 'off'}.`);
}

/** @param {readonly string[]} paths */
function findArchiveFaults(paths) {
  if (!paths.includes('out/main/start.js')) return ['The archive has no out/main/start.js.'];
  return paths
    .filter((path) => /\.(map|ts|tsx|node|so(\.\d+)*)$/.test(path) || path.startsWith('src/'))
    .map((path) => `${path} is inside the archive.`);
}

/**
 * The header of an asar archive is JSON after four 32-bit numbers; files that are outside it (`unpacked`) are
 * left out here.
 *
 * @param {string} path
 * @returns {Promise<readonly string[]>}
 */
export async function listArchive(path) {
  if (!(await stat(path).catch(() => null))) return [];
  const content = await readFile(path);
  const header = v.parse(
    NodeSchema,
    JSON.parse(content.subarray(16, 16 + content.readUInt32LE(12)).toString('utf8')),
  );
  /**
   * @param {Node} node
   * @param {string} prefix
   * @returns {string[]}
   */
  const walk = (node, prefix) =>
    Object.entries(node.files ?? {}).flatMap(([name, child]) =>
      child.files ? walk(child, `${prefix}${name}/`) : child.unpacked === true ? [] : [`${prefix}${name}`],
    );
  return walk(header, '');
}
