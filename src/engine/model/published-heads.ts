/**
 * The heads whose cross-attention follows the sound, of models whose files do not say: openai/whisper's table
 * (whisper/__init__.py, _ALIGNMENT_HEADS: base85 of gzip of one byte for each layer and head), decoded. Decoded
 * the same way, its entry for "base" is the list in that model's generation_config.json.
 */
import type { GenerationConfig } from './model-files.js';

const PUBLISHED: ReadonlyMap<string, NonNullable<GenerationConfig['alignment_heads']>> = new Map([
  [
    'base.en',
    [
      [3, 3],
      [4, 7],
      [5, 1],
      [5, 5],
      [5, 7],
    ],
  ],
  [
    'tiny.en',
    [
      [1, 0],
      [2, 0],
      [2, 5],
      [3, 0],
      [3, 1],
      [3, 2],
      [3, 3],
      [3, 4],
    ],
  ],
  [
    'small.en',
    [
      [6, 6],
      [7, 0],
      [7, 3],
      [7, 8],
      [8, 2],
      [8, 5],
      [8, 7],
      [9, 0],
      [9, 4],
      [9, 8],
      [9, 10],
      [10, 0],
      [10, 1],
      [10, 2],
      [10, 3],
      [10, 6],
      [10, 11],
      [11, 2],
      [11, 4],
    ],
  ],
]);

/** In the form of generation_config.json; of other models it is empty. */
export function publishedHeads(modelId: string): Pick<GenerationConfig, 'alignment_heads'> {
  const heads = PUBLISHED.get(modelId);
  return heads === undefined ? {} : { alignment_heads: heads };
}
