/** The tokenizer of the real multilingual model against what Hugging Face's files say of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { pieceToBytes } from '../../src/engine/model/byte-pairs.js';
import { readHubTexts } from '../../src/engine/model/hub-vocabulary.js';
import { Tokenizer } from '../../src/engine/model/tokenizer.js';
import { modelsFolder } from '../../src/models/store.mjs';

const folder = join(modelsFolder(process.env), 'base');
const readJson = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, name), 'utf8'));

const GenerationSchema = v.object({
  suppress_tokens: v.array(v.number()),
  begin_suppress_tokens: v.array(v.number()),
  decoder_start_token_id: v.number(),
  eos_token_id: v.number(),
  no_timestamps_token_id: v.number(),
  task_to_id: v.object({ transcribe: v.number(), translate: v.number() }),
});
const MergesSchema = v.object({ model: v.object({ merges: v.array(v.string()) }) });

test('special tokens and suppressed tokens are those of generation_config.json', async () => {
  const tokenizer = new Tokenizer(await readHubTexts(folder));
  const config = v.parse(GenerationSchema, await readJson('generation_config.json'));

  expect(tokenizer.suppressed.toSorted((a, b) => a - b)).toEqual(config.suppress_tokens);
  expect(tokenizer.suppressedFirst).toEqual(config.begin_suppress_tokens);
  expect(tokenizer.special).toMatchObject({
    startOfTranscript: config.decoder_start_token_id,
    endOfText: config.eos_token_id,
    noTimestamps: config.no_timestamps_token_id,
    ...config.task_to_id,
  });
});

test('the list of merges says nothing that the ids do not say: merge number n makes token 256 + n', async () => {
  const texts = await readHubTexts(folder);
  const { merges } = v.parse(MergesSchema, await readJson('tokenizer.json')).model;

  expect(merges).toHaveLength(50_000);
  for (const [rank, pair] of merges.entries()) {
    const made = texts[256 + rank]!;
    expect(made, pair).toBe(pieceToBytes(pair.replace(' ', '')));
  }
});
