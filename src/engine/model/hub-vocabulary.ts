/** The text tokens of a model from tokenizer.json as Hugging Face tokenizers writes it. */
import * as v from 'valibot';
import { AppError } from '../../shared/errors.js';
import { pieceToBytes } from './byte-pairs.js';
import { readModelJson } from './model-files.js';
import { listSpecialNames, placeSpecialTokens } from './special-tokens.js';

/**
 * As v.record(v.string(), v.number()), which takes 30 ms for so many. Lists of 50,000 keys are cheap, those of values
 * or of entries are not.
 */
const VocabularySchema = v.custom<Readonly<Record<string, number>>>(isVocabulary, 'pieces with their ids');
const TokenizerSchema = v.object({
  model: v.object({ vocab: VocabularySchema }),
  added_tokens: v.array(v.object({ id: v.number(), content: v.string() })),
});
export type TokenizerFile = v.InferOutput<typeof TokenizerSchema>;

function isVocabulary(value: unknown): value is Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) return false;
  const ids = value as Readonly<Record<string, unknown>>;
  return Object.keys(ids).every((piece) => typeof ids[piece] === 'number');
}

/** Bytes, one a character, by token id. Throws AppError 'model-corrupt'. */
export async function readHubTexts(folder: string): Promise<readonly string[]> {
  return textsOf(await readModelJson(folder, 'tokenizer.json', TokenizerSchema));
}

/** Also sees to it that the special tokens are where Whisper puts them. */
export function textsOf(file: TokenizerFile): readonly string[] {
  const added = new Map(file.added_tokens.map(({ content, id }) => [content, id]));
  const { vocab } = file.model;
  const pieces = Object.keys(vocab).filter((piece) => !added.has(piece));
  for (const [id, ...names] of listSpecialNames(placeSpecialTokens(pieces.length))) {
    if (!names.some((name) => added.get(name) === id)) throw misplacedToken(names[0] ?? '');
  }
  const texts: string[] = [];
  for (const piece of pieces) texts[vocab[piece]!] = pieceToBytes(piece);
  for (let id = 0; id < pieces.length; id++) {
    if (texts[id] === undefined) throw misplacedToken(String(id));
  }
  return texts;
}

function misplacedToken(name: string): AppError {
  return new AppError(
    'model-corrupt',
    `The model's tokenizer does not have the token ${name} where Whisper puts it.`,
    'Repair the model, or import one of the models in the catalogue.',
  );
}
