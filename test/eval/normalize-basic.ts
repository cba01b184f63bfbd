/**
 * Whisper's plain text normaliser, for languages other than English, and the character tables that the
 * English one shares with it. After openai/whisper, whisper/normalizers/basic.py (MIT, OpenAI).
 */

/** Letters that NFKD does not take apart. */
const LETTERS_WITH_STROKES: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  æ: 'ae',
  Æ: 'AE',
  ß: 'ss',
  ẞ: 'SS',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'th',
  ł: 'l',
  Ł: 'L',
};

const NONSPACING_MARK = /\p{Mn}/u;
const MARK_SYMBOL_OR_PUNCTUATION = /[\p{M}\p{S}\p{P}]/u;

/** Symbols and punctuation become spaces, diacritics vanish; characters in `keep` stay. */
export function removeSymbolsAndDiacritics(text: string, keep = ''): string {
  let kept = '';
  for (const character of text.normalize('NFKD')) {
    if (keep.includes(character)) kept += character;
    else if (LETTERS_WITH_STROKES[character] !== undefined) kept += LETTERS_WITH_STROKES[character];
    else if (NONSPACING_MARK.test(character)) continue;
    else kept += MARK_SYMBOL_OR_PUNCTUATION.test(character) ? ' ' : character;
  }
  return kept;
}

/** Marks, symbols and punctuation become spaces; composed letters keep their diacritics. */
function removeSymbols(text: string): string {
  return text.normalize('NFKC').replace(/[\p{M}\p{S}\p{P}]/gu, ' ');
}

/** What stands in brackets is not speech: [music], <inaudible>, (laughs). */
export function removeBracketed(text: string): string {
  return text.replace(/[<[][^>\]]*[>\]]/g, '').replace(/\(([^)]+?)\)/g, '');
}

export function normalizeBasic(text: string): string {
  return removeSymbols(removeBracketed(text.toLowerCase())).toLowerCase().replace(/\s+/g, ' ');
}
