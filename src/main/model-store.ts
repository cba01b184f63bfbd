/** Ties the catalogue and the files on disk (src/models, shared with set-up) to the shelf. */
import { readCatalog, findModel } from '../models/catalog.mjs';
import { fetchModel } from '../models/fetch.mjs';
import { importModel } from '../models/import.mjs';
import { checkModel, explainCheck, removeModel } from '../models/store.mjs';
import type { Model } from '../models/catalog.mjs';
import type { ModelStore } from './models.js';

export interface ModelFolders {
  readonly resourcesFolder: string;
  readonly modelsFolder: string;
}

export async function openModelStore({ resourcesFolder, modelsFolder }: ModelFolders): Promise<ModelStore> {
  const catalog = await readCatalog(resourcesFolder);
  return {
    models: catalog.models.map(describeModel),
    async check(id) {
      const model = findModel(catalog, id);
      const error = explainCheck(model, await checkModel(model, modelsFolder));
      return error === null ? null : { code: error.code, message: error.message, remedy: error.remedy };
    },
    async fetch(id, onProgress, signal) {
      await fetchModel(findModel(catalog, id), modelsFolder, {
        signal,
        onProgress: ({ receivedBytes, totalBytes }) => {
          onProgress(totalBytes === 0 ? 0 : receivedBytes / totalBytes);
        },
      });
    },
    async remove(id) {
      await removeModel(findModel(catalog, id), modelsFolder);
    },
    async import(id, folder) {
      await importModel(findModel(catalog, id), folder, modelsFolder);
    },
  };
}

function describeModel({ id, name, format, files }: Model): ModelStore['models'][number] {
  const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const onnxReason = format === 'onnx' ? null : 'ONNX Runtime does not read files of whisper.cpp';
  return {
    id,
    name,
    sizeBytes,
    devices: [
      { device: 'cpu', reason: null },
      { device: 'onnx', reason: onnxReason },
    ],
  };
}
