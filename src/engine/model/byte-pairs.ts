/**
 * Byte-level byte pair encoding as GPT-2 defined it (Radford et al., 2019; openai/gpt-2 encoder.py):
 * text is split into words, a word into its bytes, and neighbouring pieces are merged in the order of their
 * ranks until none is left to merge.
 *
 * Bytes are held as strings of characters U+0000 to U+00FF, one a byte: they can be joined and looked up, and
 * 50,000 of them cost a fraction of as many arrays.
 */

/** Contractions, then letters, digits or other signs with at most one space before, then white space. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Printable Latin-1 stands for itself; the other bytes get the characters from U+0100 on. */
function createByteAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCharCode(isPrintable ? byte : next++);
  });
}

const ALPHABET = createByteAlphabet();
const CHARACTER_TO_BYTE = new Map(
  ALPHABET.map((character, byte) => [character, String.fromCharCode(byte)] as const),
);
/** How most entries begin. */
const SPACE = ALPHABET[0x20]!;

/** Characters that stand for a byte other than their own number. */
const HAS_FOREIGN = /[^!-~\u{a1}-\u{ac}\u{ae}-\u{ff}]/u;
const FOREIGN = new RegExp(HAS_FOREIGN, 'gu');

/** The bytes, one a character, that an entry of Hugging Face's vocabulary stands for. */
export function pieceToBytes(piece: string): string {
  const hasSpace = piece.startsWith(SPACE);
  const rest = hasSpace ? piece.slice(1) : piece;
  // Nothing to replace in most, and replacing is what costs: 50,000 of them are a part of every start.
  if (!HAS_FOREIGN.test(rest)) return hasSpace ? ` ${rest}` : piece;
  return piece.replace(FOREIGN, (character) => CHARACTER_TO_BYTE.get(character) ?? '?');
}

/**
 * The rank of a merge is the id of what it makes: ids are given in the order of merging, and this is how
 * openai/whisper's own tokenizer (tiktoken) defines it.
 */
export class BytePairEncoder {
  /** By the bytes of the token, each as one character. */
  readonly #ids = new Map<string, number>();

  /** @param texts bytes of each token, one a character, by its id; every single byte is one. */
  constructor(texts: readonly string[]) {
    for (const [id, text] of texts.entries()) this.#ids.set(text, id);
  }

  encode(text: string): number[] {
    const bytes = new TextEncoder();
    return (text.match(WORDS) ?? []).flatMap((word) => {
      const pieces = Array.from(bytes.encode(word), (byte) => String.fromCharCode(byte));
      return this.#merge(pieces).flatMap((piece) => this.#ids.get(piece) ?? []);
    });
  }

  #merge(pieces: string[]): string[] {
    for (;;) {
      let best = -1;
      let bestRank = Infinity;
      for (let i = 0; i + 1 < pieces.length; i++) {
        const rank = this.#ids.get(pieces[i]! + pieces[i + 1]!) ?? Infinity;
        if (rank < bestRank) {
          bestRank = rank;
          best = i;
        }
      }
      if (best < 0) return pieces;
      pieces.splice(best, 2, pieces[best]! + pieces[best + 1]!);
    }
  }
}
