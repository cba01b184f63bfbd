/**
 * What an installed model is, from its own files, whichever kind they are: its sizes and its tokens. This is
 * the one place that knows where each kind has them.
 */
import { join } from 'node:path';
import type { Model } from '../../models/catalog.mjs';
import type { ModelDimensions } from '../backend/backend.js';
import { ByteFile } from './byte-file.js';
import { readGgmlHead } from './ggml-file.js';
import { readHubTexts } from './hub-vocabulary.js';
import { corruptModelError, toReadError } from './model-errors.js';
import { findAlignmentHeads, readDimensions, readGenerationConfig } from './model-files.js';
import type { AlignmentHeads } from './model-files.js';
import { publishedHeads } from './published-heads.js';
import { SPECIAL_COUNT } from './special-tokens.js';
import { Tokenizer } from './tokenizer.js';

export interface ModelDescription {
  readonly dimensions: ModelDimensions;
  readonly tokenizer: Tokenizer;
  readonly alignmentHeads: AlignmentHeads;
}

/** Throws AppError 'model-missing' or 'model-corrupt'. */
export async function describeModel(model: Model, folder: string): Promise<ModelDescription> {
  switch (model.format) {
    case 'onnx': {
      const dimensions = await readDimensions(folder);
      return {
        dimensions,
        tokenizer: new Tokenizer(await readHubTexts(folder)),
        alignmentHeads: findAlignmentHeads(await readGenerationConfig(folder), dimensions),
      };
    }
    case 'ggml':
      return await describeGgml(model.id, folder, model.files[0]?.path ?? '');
  }
}

async function describeGgml(modelId: string, folder: string, path: string): Promise<ModelDescription> {
  let file: ByteFile | null = null;
  try {
    file = await ByteFile.open(join(folder, path));
    const { dimensions, words } = await readGgmlHead(file);
    const textCount = dimensions.vocabularySize - SPECIAL_COUNT;
    if (words.length < textCount) {
      throw corruptModelError(modelId, path, `it names ${words.length} of its ${textCount} text tokens`);
    }
    // Some files name special tokens as well.
    const tokenizer = new Tokenizer(words.slice(0, Math.max(0, textCount)));
    // The file does not say which heads follow the sound.
    const alignmentHeads = findAlignmentHeads(publishedHeads(modelId), dimensions);
    return { dimensions, tokenizer, alignmentHeads };
  } catch (thrown) {
    throw toReadError(thrown, modelId, path);
  } finally {
    await file?.close();
  }
}
