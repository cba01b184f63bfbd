/** The text tokens of a model from tokenizer.json as Hugging Face tokenizers writes it. */
import * as v from 'valibot';
import { AppError } from '../../shared/errors.js';
import { pieceToBytes } from './byte-pairs.js';
import { readModelJson } from './model-files.js';
import { listSpecialNames, placeSpecialTokens } from './special-tokens.js';

/** As v.record(v.string(), v.number()), which takes 30 ms for so many. */
const VocabularySchema = v.custom<Readonly<Record<string, number>>>(
  (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((id) => typeof id === 'number'),
  'pieces with their ids',
);
const TokenizerSchema = v.object({
  model: v.object({ vocab: VocabularySchema }),
  added_tokens: v.array(v.object({ id: v.number(), content: v.string() })),
});
export type TokenizerFile = v.InferOutput<typeof TokenizerSchema>;

/** Bytes, one a character, by token id. Throws AppError 'model-corrupt'. */
export async function readHubTexts(folder: string): Promise<readonly string[]> {
  return textsOf(await readModelJson(folder, 'tokenizer.json', TokenizerSchema));
}

/** Also sees to it that the special tokens are where Whisper puts them. */
export function textsOf(file: TokenizerFile): readonly string[] {
  const added = new Map(file.added_tokens.map(({ content, id }) => [content, id]));
  const pieces = Object.entries(file.model.vocab).filter(([piece]) => !added.has(piece));
  for (const [id, ...names] of listSpecialNames(placeSpecialTokens(pieces.length))) {
    if (!names.some((name) => added.get(name) === id)) throw misplacedToken(names[0] ?? '');
  }
  const texts: string[] = [];
  for (const [piece, id] of pieces) texts[id] = pieceToBytes(piece);
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
