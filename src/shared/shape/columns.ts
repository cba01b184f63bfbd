/**
 * How wide text is on the screen, in characters as subtitle guides count them. What a person takes for one
 * character (a grapheme cluster: a letter with its marks, an emoji of several parts) counts once; a
 * full-width one counts twice, which turns 42 characters into 21 and 20 a second into 10, close to what
 * broadcasters in China and Japan allow.
 */

/** East Asian Wide and Fullwidth (Unicode Annex 11), as ranges of whole blocks, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks and direction signs take no place of their own. */
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]*$/u;
const PLAIN = /^[\u0020-\u007e]*$/;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function countColumns(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (INVISIBLE.test(segment)) continue;
    columns += WIDE.test(segment) ? 2 : 1;
  }
  return columns;
}
