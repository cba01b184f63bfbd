/**
 * The weights file of an installed model, made when it is not there or does not belong to the model's
 * files as they are now. In: the model's folder, and the sha256 of its files as the catalogue states them
 * and the model store has verified them. Out: the path of a weights file made from exactly these.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors.js';
import { inspectWeights, newerVersionError } from './describe-weights.js';
import { importWeights } from './import-weights.js';
import { WeightsFile } from './weights-file.js';
import type { SourceHashes } from './weights-format.js';
import { sourcePathsOf } from './weights-source.js';
import type { SourceFiles } from './weights-source.js';

export const WEIGHTS_NAME = 'weights-v2.safetensors';
/** What earlier versions made; of no use once there is a file of this one. */
const FORMER_NAMES = ['weights-v1.safetensors'] as const;

export interface EnsureRequest {
  readonly modelFolder: string;
  readonly modelId: string;
  readonly files: SourceFiles;
  /** sha256 by path as in the catalogue; must have the files that weights are made of. */
  readonly sourceHashes: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Throws what `importWeights` throws; and 'model-corrupt' for a file of a newer version, which is left
 * alone: whoever made it still wants it.
 */
export async function ensureWeights(request: EnsureRequest): Promise<string> {
  const target = await makeUnlessThere(request);
  for (const name of FORMER_NAMES) {
    // Best effort: it only takes space. Whoever has it mapped keeps it.
    await rm(join(request.modelFolder, name), { force: true }).catch(() => undefined);
  }
  return target;
}

async function makeUnlessThere(request: EnsureRequest): Promise<string> {
  const { modelFolder, modelId, files, signal } = request;
  const target = join(modelFolder, WEIGHTS_NAME);
  const sourceHashes = pickSourceHashes(request);
  const found = await inspectWeights(target);
  if (found?.kind === 'newer') throw newerVersionError(target, found.version);
  if (found?.kind === 'ours') {
    const made = found.description.sourceHashes;
    if (sourcePathsOf(files).every((path) => made[path] === sourceHashes[path])) return target;
  }
  await importWeights({ modelFolder, modelId, files, target, sourceHashes, signal });
  const made = await WeightsFile.open(target);
  await made.stamp().finally(() => made.close());
  return target;
}

function pickSourceHashes({ files, modelId, sourceHashes }: EnsureRequest): SourceHashes {
  const pick = (path: string): string => {
    const sha256 = sourceHashes[path];
    if (sha256 !== undefined) return sha256;
    throw new AppError(
      'internal',
      `The catalogue does not list ${path} for the model ${modelId}, so its weights cannot be prepared.`,
      'Please report this; the portable engine does not need them.',
    );
  };
  return Object.fromEntries(sourcePathsOf(files).map((path) => [path, pick(path)]));
}
