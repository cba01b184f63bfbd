import { Tokenizer } from '../../../src/engine/model/tokenizer.js';
import { LANGUAGE_CODES } from '../../../src/shared/languages.js';

/**
 * A tokenizer laid out as multilingual Whisper's, with a vocabulary of single bytes and a few merges, so
 * that rules and segments can be tested without the model's files.
 */
export function createFakeTokenizer(): Tokenizer {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  const vocab: Record<string, number> = {};
  for (let byte = 0; byte < 256; byte++) {
    vocab[printable(byte) ? String.fromCharCode(byte) : String.fromCharCode(next++)] = byte;
  }
  Object.assign(vocab, { he: 256, ll: 257, hell: 258, hello: 259, Ġhello: 260 });
  const names = [
    '<|endoftext|>',
    '<|startoftranscript|>',
    ...LANGUAGE_CODES.map((code) => `<|${code}|>`),
    '<|translate|>',
    '<|transcribe|>',
    '<|startoflm|>',
    '<|startofprev|>',
    '<|nocaptions|>',
    '<|notimestamps|>',
  ];
  const ids = new Map(names.map((name, i) => [name, 50257 + i]));
  return new Tokenizer(
    {
      model: { vocab, merges: ['h e', 'l l', 'he ll', 'hell o', 'Ġ hello'] },
      added_tokens: [...ids].map(([content, id]) => ({ content, id })),
    },
    {
      decoder_start_token_id: 50258,
      eos_token_id: 50257,
      no_timestamps_token_id: 50363,
      suppress_tokens: [1, 50258, 50360, 50361, 50362],
      begin_suppress_tokens: [220, 50257],
      lang_to_id: Object.fromEntries(LANGUAGE_CODES.map((code) => [`<|${code}|>`, ids.get(`<|${code}|>`)!])),
      task_to_id: { transcribe: 50359, translate: 50358 },
    },
  );
}

export const VOCABULARY_SIZE = 51865;
export const END_OF_TEXT = 50257;
/** Timestamp of so many seconds. */
export function at(seconds: number): number {
  return 50364 + Math.round(seconds * 50);
}
