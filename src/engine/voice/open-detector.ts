/** Which voice detector listens: the native one where it is built, else ONNX Runtime. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '../../models/catalog.mjs';
import { requireModel } from '../../models/store.mjs';
import { loadAddon } from '../backend/native-addon.js';
import type { VoiceModel } from './voice-model.js';
import { NativeSilero } from './silero-native.js';
import { OnnxSilero } from './silero-onnx.js';
import { readSileroWeights, SILERO_FILE } from './silero-weights.js';

export interface DetectorRequest {
  /** The voice detector of the catalogue. */
  readonly model: Model;
  readonly modelsFolder: string;
  /** Where the native addon would be; null to leave it out. */
  readonly addonPath: string | null;
  readonly signal: AbortSignal;
}

/** Throws ModelError `model-missing` or `model-corrupt`, AppError `model-corrupt`, or the signal's reason. */
export async function openDetector(request: DetectorRequest): Promise<VoiceModel> {
  const { model, modelsFolder, addonPath, signal } = request;
  const folder = await requireModel(model, modelsFolder, { signal });
  const loaded = addonPath === null ? null : loadAddon(addonPath);
  if (loaded?.ok === true) {
    const weights = readSileroWeights(await readFile(join(folder, SILERO_FILE)), model.id);
    return new NativeSilero(loaded.addon, weights);
  }
  return await OnnxSilero.open(folder);
}
