/**
 * The models on disk: one folder per model below the models folder. In: a model of the catalogue. Out:
 * whether its files are there and are the right ones, by size and sha256. The surprising thing: hashing
 * 80 MB at every start would be felt, so a stamp file beside a verified model records what each file
 * looked like (size, times, inode); a file that still looks so is not hashed again, any change is.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fetchCommand } from './command.mjs';
import { sha256OfFile } from './hash.mjs';
import { ModelError } from './model-error.mjs';

export { ModelError } from './model-error.mjs';

/** @typedef {import('./catalog.mjs').Model} Model */
/** @typedef {import('./catalog.mjs').ModelFile} ModelFile */

/**
 * @typedef {object} FileProblem
 * @property {string} path as in the catalogue
 * @property {string} problem what is wrong with it, continuing a sentence: "is missing"
 * @property {boolean} isMissing
 */

/**
 * @typedef {object} ModelCheck
 * @property {'ready' | 'missing' | 'corrupt'} state `missing`: nothing is wrong but files that are not there
 * @property {readonly FileProblem[]} problems
 */

const STAMP_NAME = '.verified.json';
/** In an error, before the rest is only counted. */
const NAMED_PROBLEMS = 2;

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string}
 */
export function modelsFolder(env) {
  const ownFolder = env['TILESCRIBE_DATA_DIR'];
  if (ownFolder) return join(ownFolder, 'models');
  const dataHome = env['XDG_DATA_HOME'];
  // The XDG base directory specification says that a relative path there is to be ignored.
  if (dataHome && isAbsolute(dataHome)) return join(dataHome, 'tilescribe', 'models');
  return join(env['HOME'] ?? homedir(), '.local', 'share', 'tilescribe', 'models');
}

/**
 * @param {Model} model
 * @param {string} folder the models folder
 * @returns {string} the model's own folder
 */
export function folderOfModel(model, folder) {
  return join(folder, model.id);
}

/**
 * Rejects only with the signal's reason.
 *
 * @param {Model} model
 * @param {string} folder the models folder
 * @param {{ readonly signal?: AbortSignal }} [options]
 * @returns {Promise<ModelCheck>}
 */
export async function checkModel(model, folder, options = {}) {
  const ownFolder = folderOfModel(model, folder);
  const stamp = await readStamp(ownFolder);
  /** @type {FileProblem[]} */
  const problems = [];
  /** @type {Record<string, string>} */
  const verified = {};
  for (const file of model.files) {
    const found = await checkFile(file, join(ownFolder, file.path), stamp[file.path], options.signal);
    if (found.kind === 'good') verified[file.path] = found.look;
    else problems.push({ path: file.path, problem: found.problem, isMissing: found.isMissing });
  }
  if (model.files.some((file) => verified[file.path] !== stamp[file.path])) {
    await writeStamp(ownFolder, verified);
  }
  if (problems.length === 0) return { state: 'ready', problems };
  return { state: problems.every((problem) => problem.isMissing) ? 'missing' : 'corrupt', problems };
}

/**
 * Throws a ModelError that names what is wrong unless the model is ready.
 *
 * @param {Model} model
 * @param {string} folder the models folder
 * @param {{ readonly signal?: AbortSignal }} [options]
 * @returns {Promise<string>} the model's own folder
 */
export async function requireModel(model, folder, options = {}) {
  const check = await checkModel(model, folder, options);
  const error = explainCheck(model, check);
  if (error) throw error;
  return folderOfModel(model, folder);
}

/**
 * Deletes a model's folder, half-done downloads included.
 *
 * @param {Model} model
 * @param {string} folder the models folder
 * @returns {Promise<void>}
 */
export async function removeModel(model, folder) {
  await rm(folderOfModel(model, folder), { recursive: true, force: true });
}

/**
 * The error to show for a check, or null when the model is ready.
 *
 * @param {Model} model
 * @param {ModelCheck} check
 * @returns {ModelError | null}
 */
export function explainCheck(model, check) {
  if (check.state === 'ready') return null;
  const command = `"${fetchCommand(model.id)}" in a terminal`;
  const named = check.problems.slice(0, NAMED_PROBLEMS).map(({ path, problem }) => `${path} ${problem}`);
  const more = check.problems.length - named.length;
  const details = [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  if (check.state === 'missing') {
    const isWhollyMissing = check.problems.length === model.files.length;
    return new ModelError(
      'model-missing',
      isWhollyMissing
        ? `The model "${model.id}" is not installed.`
        : `The model "${model.id}" is not installed completely: ${details}.`,
      `Fetch it: "Fetch model" in the app, or ${command}.`,
    );
  }
  return new ModelError(
    'model-corrupt',
    `The model "${model.id}" is damaged: ${details}. It was not used.`,
    `Fetch it again: "Repair" in the app, or ${command}.`,
  );
}

/**
 * @typedef {{ readonly kind: 'good', readonly look: string }
 *   | { readonly kind: 'bad', readonly problem: string, readonly isMissing: boolean }} FileCheck
 */

/**
 * @param {ModelFile} file
 * @param {string} path
 * @param {string | undefined} stampedLook
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<FileCheck>}
 */
async function checkFile(file, path, stampedLook, signal) {
  signal?.throwIfAborted();
  try {
    const look = await describeLook(path, file.sha256);
    if (!look.isFile) return { kind: 'bad', problem: 'is not a file', isMissing: false };
    if (look.bytes !== file.bytes) {
      return { kind: 'bad', problem: `has ${look.bytes} bytes instead of ${file.bytes}`, isMissing: false };
    }
    if (look.text === stampedLook) return { kind: 'good', look: look.text };
    if ((await sha256OfFile(path, signal)) !== file.sha256) {
      return {
        kind: 'bad',
        problem: 'does not have the expected content (sha256 differs)',
        isMissing: false,
      };
    }
    return { kind: 'good', look: look.text };
  } catch (thrown) {
    signal?.throwIfAborted();
    const code = errorCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { kind: 'bad', problem: 'is missing', isMissing: true };
    }
    return { kind: 'bad', problem: `cannot be read (${code ?? String(thrown)})`, isMissing: false };
  }
}

/**
 * What a file looks like from outside, with the hash that this look was verified against. The change
 * time is in it because tools that rewrite a file can put the modification time back, but not this one.
 *
 * @param {string} path
 * @param {string} sha256
 */
async function describeLook(path, sha256) {
  const found = await stat(path, { bigint: true });
  const text = [found.size, found.mtimeNs, found.ctimeNs, found.ino, sha256].join(' ');
  return { isFile: found.isFile(), bytes: Number(found.size), text };
}

/**
 * @param {string} ownFolder
 * @returns {Promise<Record<string, string>>} look by path; empty when there is no usable stamp
 */
async function readStamp(ownFolder) {
  try {
    /** @type {unknown} */
    const data = JSON.parse(await readFile(join(ownFolder, STAMP_NAME), 'utf8'));
    if (typeof data !== 'object' || data === null) return {};
    return Object.fromEntries(
      Object.entries(data).filter(
        /** @returns {entry is [string, string]} */ (entry) => typeof entry[1] === 'string',
      ),
    );
  } catch {
    return {};
  }
}

/**
 * Best effort: without a stamp (a read-only folder, a full disk) the next check hashes again, no more.
 *
 * @param {string} ownFolder
 * @param {Record<string, string>} looks
 */
async function writeStamp(ownFolder, looks) {
  const part = join(ownFolder, `${STAMP_NAME}.${randomUUID()}`);
  try {
    await writeFile(part, JSON.stringify(looks, null, 2) + '\n');
    await rename(part, join(ownFolder, STAMP_NAME));
  } catch {
    await rm(part, { force: true });
  }
}

/**
 * @param {unknown} thrown
 * @returns {string | null} 'ENOENT' and the like
 */
function errorCode(thrown) {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}
