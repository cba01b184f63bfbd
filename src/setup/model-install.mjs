/** A model of the catalogue on this machine, fetched or taken from a folder when it is not. */
import { join } from 'node:path';
import { findInstallable, readCatalog } from '../models/catalog.mjs';
import { fetchModel } from '../models/fetch.mjs';
import { importModel } from '../models/import.mjs';
import { ModelError, checkModel, modelsFolder } from '../models/store.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {import('./progress.mjs').Reporter} Reporter */

/**
 * @param {string} root
 * @param {{ readonly model: string, readonly fromFolder: string | null }} wish
 * @param {Reporter} reporter
 * @returns {Promise<void>}
 */
export async function ensureModel(root, wish, reporter) {
  try {
    const model = findInstallable(await readCatalog(join(root, 'resources')), wish.model);
    const folder = modelsFolder(process.env);
    if ((await checkModel(model, folder)).state === 'ready') return;
    const step = reporter.startStep(`Fetching the model ${model.name}`);
    try {
      if (wish.fromFolder === null) {
        await fetchModel(model, folder, {
          onProgress: ({ receivedBytes, totalBytes }) => {
            step.updateBytes(receivedBytes, totalBytes);
          },
          onNote: reporter.say,
        });
      } else {
        await importModel(model, wish.fromFolder, folder);
      }
      step.finish('verified');
    } catch (thrown) {
      step.abandon();
      throw thrown;
    }
  } catch (thrown) {
    if (thrown instanceof ModelError) throw new SetupError(thrown.message, thrown.remedy, { cause: thrown });
    throw thrown;
  }
}
