/** Looks at what every transcription needs, without starting one: the engines, ffmpeg, the models, the disk. */
import { createRequire } from 'node:module';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { readCatalog } from '../../models/catalog.mjs';
import type { Model } from '../../models/catalog.mjs';
import { isInstalled } from '../../models/command.mjs';
import { checkModel } from '../../models/store.mjs';
import { findFfmpeg } from '../../node/ffmpeg-location.js';
import { DEFAULT_OPTIONS } from '../../shared/options.js';
import { loadAddon } from '../backend/native-addon.js';
import type { EngineFacts, ModelFacts } from './engine-lines.js';

export interface DoctorFolders {
  readonly resourcesFolder: string;
  readonly modelsFolder: string;
  readonly addonPath: string;
}

export async function gatherEngineFacts(folders: DoctorFolders): Promise<EngineFacts> {
  const { resourcesFolder, modelsFolder, addonPath } = folders;
  const catalog = await readCatalog(resourcesFolder);
  const look = async (model: Model, isNeeded: boolean): Promise<ModelFacts> => ({
    id: model.id,
    name: model.name,
    state: (await checkModel(model, modelsFolder)).state,
    isNeeded,
  });
  const models: ModelFacts[] = [];
  // One after the other: a model that was never verified is hashed, which is work for the disk.
  for (const model of catalog.models) models.push(await look(model, model.id === DEFAULT_OPTIONS.model));
  return {
    native: lookAtAddon(addonPath),
    onnx: await lookAtOnnx(),
    ffmpegPath: (await findFfmpeg())?.ffmpegPath ?? null,
    models,
    voiceDetector: await look(catalog.voiceDetector, false),
    disk: await lookAtDisk(modelsFolder),
    hasApt: await access('/usr/bin/apt-get').then(
      () => true,
      () => false,
    ),
    isInstalled: isInstalled(),
  };
}

function lookAtAddon(path: string): EngineFacts['native'] {
  const loaded = loadAddon(path);
  return loaded.ok ? { kernels: loaded.addon.bestKernels() } : { reason: loaded.reason };
}

const PackageSchema = v.object({ version: v.string() });

async function lookAtOnnx(): Promise<EngineFacts['onnx']> {
  try {
    await import('../onnx-runtime.js');
    const description: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json');
    return { version: v.parse(PackageSchema, description).version };
  } catch (thrown) {
    const text = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
    return { reason: `cannot be loaded: ${text}` };
  }
}

/** The folder may not be there yet; the disk is that of the nearest one above that is. */
async function lookAtDisk(folder: string): Promise<EngineFacts['disk']> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return { folder, freeBytes: bavail * bsize };
  } catch {
    const parent = dirname(folder);
    return parent === folder ? null : lookAtDisk(parent);
  }
}
