/**
 * Byte-level byte pair encoding as GPT-2 defined it (Radford et al., 2019; openai/gpt-2 encoder.py):
 * text is split into words, each byte of a word becomes one printable character, and neighbouring
 * pieces are merged in the order of the merge list until none is left to merge.
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

const BYTE_TO_CHARACTER = createByteAlphabet();
const CHARACTER_TO_BYTE = new Map(BYTE_TO_CHARACTER.map((character, byte) => [character, byte]));

/** The bytes that a vocabulary entry stands for. */
export function pieceToBytes(piece: string): Uint8Array {
  return Uint8Array.from(piece, (character) => CHARACTER_TO_BYTE.get(character) ?? 0x3f);
}

export class BytePairEncoder {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;

  /** @param merges pairs "a b", most frequent first. */
  constructor(ids: ReadonlyMap<string, number>, merges: readonly string[]) {
    this.#ids = ids;
    this.#ranks = new Map(merges.map((pair, rank) => [pair, rank]));
  }

  encode(text: string): number[] {
    const bytes = new TextEncoder();
    return (text.match(WORDS) ?? []).flatMap((word) => {
      const characters = Array.from(bytes.encode(word), (byte) => BYTE_TO_CHARACTER[byte]!);
      return this.#merge(characters).flatMap((piece) => this.#ids.get(piece) ?? []);
    });
  }

  #merge(pieces: string[]): string[] {
    for (;;) {
      let best = -1;
      let bestRank = Infinity;
      for (let i = 0; i + 1 < pieces.length; i++) {
        const rank = this.#ranks.get(`${pieces[i]!} ${pieces[i + 1]!}`) ?? Infinity;
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
