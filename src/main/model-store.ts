/** Ties the catalogue and the files on disk (src/models, shared with set-up) to the shelf. */
import { readCatalog, findModel } from '../models/catalog.mjs';
import { fetchModel } from '../models/fetch.mjs';
import { importModel } from '../models/import.mjs';
import { countPartialBytes } from '../models/partial-file.mjs';
import { checkModel, explainCheck, folderOfModel, removeModel } from '../models/store.mjs';
import type { Model } from '../models/catalog.mjs';
import type { ModelStore } from './models.js';

/** Of width 512 with 8 heads, which is what native/npu/program.cc plans for; a test asks the engine. */
const NPU_MODELS = ['base', 'base.en'];

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
    async keptBytes(id) {
      const model = findModel(catalog, id);
      const { problems } = await checkModel(model, modelsFolder);
      const good = model.files.filter(({ path }) => problems.every((problem) => problem.path !== path));
      const parts = await countPartialBytes(folderOfModel(model, modelsFolder), model.files);
      return parts + good.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    async fetch(id, { onProgress, onNote }, signal) {
      await fetchModel(findModel(catalog, id), modelsFolder, { signal, onProgress, onNote });
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
  const onnxReason = format === 'onnx' ? null : 'ONNX Runtime does not read files of whisper.cpp.';
  const npuReason = NPU_MODELS.includes(id) ? null : 'The NPU’s design is for models of the size of base.';
  return {
    id,
    name,
    sizeBytes,
    devices: [
      { device: 'cpu', reason: null },
      { device: 'onnx', reason: onnxReason },
      { device: 'npu', reason: npuReason },
    ],
  };
}
