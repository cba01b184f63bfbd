import { describe, expect, it } from 'vitest';
import { describeModel } from '../../../src/engine/model/describe-model.js';
import type { Model } from '../../../src/models/catalog.mjs';
import type { GgmlSketch } from '../weights/ggml-writer.js';
import { PATH, installGgml, sketchGgml } from '../weights/small-ggml.js';

const MODEL: Model = {
  id: 'small-test',
  name: 'Small',
  licence: 'MIT',
  format: 'ggml',
  origin: 'nobody',
  files: [{ path: PATH, bytes: 1, sha256: 'a'.repeat(64) }],
  sources: [{ kind: 'hub', url: 'https://example.org/' }],
};

/** A file with that many tokens, of which that many are named: bytes first, then anything. */
function sketchVocabulary(vocabulary: number, named: number): GgmlSketch {
  const words = Array.from({ length: named }, (_, id) =>
    id < 256 ? Uint8Array.of(id) : Buffer.from(`word ${id}`),
  );
  return { ...sketchGgml(), sizes: { ...sketchGgml().sizes, vocabulary }, words, tensors: [] };
}

const describeSketch = async (sketch: GgmlSketch) =>
  await describeModel(MODEL, (await installGgml(sketch)).folder);

describe('the description of a ggml model', () => {
  it('is that of an English-only model for 51,864 tokens, named special tokens left out', async () => {
    // The converters of 2022 wrote <|endoftext|> as a word too.
    const { dimensions, tokenizer } = await describeSketch(sketchVocabulary(51_864, 50_257));

    expect(dimensions.vocabularySize).toBe(51_864);
    expect(tokenizer.isMultilingual).toBe(false);
    expect(tokenizer.special.endOfText).toBe(50_256);
    expect(tokenizer.decode([104, 105, 50_255, 50_256, 50_363])).toBe('hiword 50255');
  });

  it('is that of a multilingual model for 51,865 tokens', async () => {
    const { tokenizer } = await describeSketch(sketchVocabulary(51_865, 50_257));

    expect(tokenizer.isMultilingual).toBe(true);
    expect(tokenizer.special.endOfText).toBe(50_257);
  });

  it.each([
    ['a vocabulary with too few words', 51_864, 50_255, 'it names 50255 of its 50256 text tokens'],
    ['the vocabulary of large-v3', 51_866, 50_258, 'has 50258 text tokens'],
    ['the vocabulary of no Whisper', 1000, 256, 'has 0 text tokens'],
  ])('%s is model-corrupt', async (_claim, vocabulary, named, message) => {
    await expect(describeSketch(sketchVocabulary(vocabulary, named))).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining(message) as string,
    });
  });

  it('is model-missing without the file', async () => {
    const { folder } = await installGgml(sketchGgml());
    const elsewhere = { ...MODEL, files: [{ path: 'other.bin', bytes: 1, sha256: 'a'.repeat(64) }] };

    await expect(describeModel(elsewhere, folder)).rejects.toMatchObject({ code: 'model-missing' });
  });
});
