/**
 * The model catalogue: which models exist, their files with size and sha256, and where they can be
 * fetched, in order. In: resources/models/catalog.json. Out: the same, validated and typed. Validation
 * is by hand because set-up reads the catalogue before any dependency is installed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from './model-error.mjs';

/**
 * @typedef {object} ModelFile
 * @property {string} path relative to the model's folder, with forward slashes
 * @property {number} bytes
 * @property {string} sha256 lower-case hex
 */

/**
 * @typedef {object} HubSource
 * @property {'hub'} kind
 * @property {string} url ends in a slash; a file's path is appended to it
 */

/**
 * @typedef {object} NpmSource
 * @property {'npm'} kind
 * @property {string} package NAME@VERSION
 * @property {string} integrity sha512 of the package's archive, as npm writes it
 * @property {number} bytes size of the archive
 * @property {string} folder where in the archive the model's files are
 */

/** @typedef {HubSource | NpmSource} ModelSource */

/**
 * @typedef {object} Model
 * @property {string} id
 * @property {string} name
 * @property {string} licence
 * @property {'onnx' | 'ggml'} format `onnx`: the files of Hugging Face transformers with int8 ONNX weights, which
 *   every engine runs; `ggml`: the one file of whisper.cpp, for the native engine alone
 * @property {string} origin whose weights these are, and who converted them
 * @property {readonly ModelFile[]} files
 * @property {readonly ModelSource[]} sources in the order in which they are tried
 */

/**
 * @typedef {object} Catalog
 * @property {readonly Model[]} models that transcribe
 * @property {Model} voiceDetector finds where speech is; not a choice of the user's
 */

const CATALOG_VERSION = 1;

/**
 * @param {string} resourcesFolder
 * @returns {Promise<Catalog>}
 */
export async function readCatalog(resourcesFolder) {
  const path = join(resourcesFolder, 'models', 'catalog.json');
  const text = await readFile(path, 'utf8');
  /** @type {unknown} */
  let data;
  try {
    data = JSON.parse(text);
  } catch (thrown) {
    throw new Error(`${path} is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  return parseCatalog(data, path);
}

/**
 * @param {Catalog} catalog
 * @param {string} id
 * @returns {Model}
 */
export function findModel(catalog, id) {
  const model = catalog.models.find((candidate) => candidate.id === id);
  if (model) return model;
  const known = catalog.models.map((candidate) => candidate.id).join(', ');
  throw new ModelError('model-unknown', `There is no model "${id}".`, `Choose one of: ${known}.`);
}

/**
 * Whatever can be fetched and repaired: a model that transcribes, or the voice detector.
 *
 * @param {Catalog} catalog
 * @param {string} id
 * @returns {Model}
 */
export function findInstallable(catalog, id) {
  return id === catalog.voiceDetector.id ? catalog.voiceDetector : findModel(catalog, id);
}

/**
 * @param {unknown} data
 * @param {string} origin what the data is called in error messages
 * @returns {Catalog}
 */
export function parseCatalog(data, origin) {
  const root = takeObject(data, origin);
  if (root['version'] !== CATALOG_VERSION) {
    throw new Error(`${origin}: version must be ${CATALOG_VERSION}`);
  }
  const models = takeArray(root['models'], `${origin}: models`).map((item, index) =>
    parseModel(item, `${origin}: models[${index}]`),
  );
  const voiceDetector = parseModel(root['voiceDetector'], `${origin}: voiceDetector`);
  requireDistinct(
    [...models, voiceDetector].map((model) => model.id),
    `${origin}: model ids`,
  );
  return { models, voiceDetector };
}

/**
 * @param {unknown} data
 * @param {string} at
 * @returns {Model}
 */
function parseModel(data, at) {
  const item = takeObject(data, at);
  const files = takeArray(item['files'], `${at}.files`).map((file, index) =>
    parseFile(file, `${at}.files[${index}]`),
  );
  requireDistinct(
    files.map((file) => file.path),
    `${at}: file paths`,
  );
  return {
    id: takeText(item['id'], `${at}.id`, /^[a-z0-9][a-z0-9.-]{0,40}$/),
    name: takeText(item['name'], `${at}.name`),
    licence: takeText(item['licence'], `${at}.licence`),
    format: takeFormat(item['format'], `${at}.format`),
    origin: takeText(item['origin'], `${at}.origin`),
    files,
    sources: takeArray(item['sources'], `${at}.sources`).map((source, index) =>
      parseSource(source, `${at}.sources[${index}]`),
    ),
  };
}

/**
 * @param {unknown} value
 * @param {string} at
 * @returns {'onnx' | 'ggml'}
 */
function takeFormat(value, at) {
  if (value === 'onnx' || value === 'ggml') return value;
  throw new Error(`${at} must be "onnx" or "ggml", not ${JSON.stringify(value)}`);
}

// Relative, forward slashes, and no part that starts with a dot: nothing can leave the model's folder.
const SAFE_PATH = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/**
 * @param {unknown} data
 * @param {string} at
 * @returns {ModelFile}
 */
function parseFile(data, at) {
  const item = takeObject(data, at);
  return {
    path: takeText(item['path'], `${at}.path`, SAFE_PATH),
    bytes: takeSize(item['bytes'], `${at}.bytes`),
    sha256: takeText(item['sha256'], `${at}.sha256`, /^[0-9a-f]{64}$/),
  };
}

/**
 * @param {unknown} data
 * @param {string} at
 * @returns {ModelSource}
 */
function parseSource(data, at) {
  const item = takeObject(data, at);
  switch (item['kind']) {
    case 'hub':
      return { kind: 'hub', url: takeText(item['url'], `${at}.url`, /^https:\/\/\S+\/$/) };
    case 'npm':
      return {
        kind: 'npm',
        package: takeText(item['package'], `${at}.package`, /^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*@\d\S*$/),
        integrity: takeText(item['integrity'], `${at}.integrity`, /^sha512-[A-Za-z0-9+/]{86}==$/),
        bytes: takeSize(item['bytes'], `${at}.bytes`),
        folder: takeText(item['folder'], `${at}.folder`, SAFE_PATH),
      };
    default:
      throw new Error(`${at}.kind must be "hub" or "npm"`);
  }
}

/**
 * @param {unknown} value
 * @param {string} at
 * @returns {Record<string, unknown>}
 */
function takeObject(value, at) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${at} must be an object`);
  }
  return Object.fromEntries(Object.entries(value));
}

/**
 * @param {unknown} value
 * @param {string} at
 * @returns {unknown[]}
 */
function takeArray(value, at) {
  if (!Array.isArray(value) || value.length === 0)
    throw new Error(`${at} must be a list with at least one item`);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} at
 * @param {RegExp} [pattern]
 * @returns {string}
 */
function takeText(value, at, pattern = /\S/) {
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new Error(`${at} must be text that matches ${String(pattern)}, not ${JSON.stringify(value)}`);
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} at
 * @returns {number}
 */
function takeSize(value, at) {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw new Error(`${at} must be a positive whole number`);
  }
  return value;
}

/**
 * @param {readonly string[]} values
 * @param {string} at
 */
function requireDistinct(values, at) {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) throw new Error(`${at} must be distinct, but "${repeated}" comes twice`);
}
