/**
 * Where a text may be broken, and how good a place that is. Knows punctuation of all scripts and no
 * grammar. Pure.
 */

/** Best first. 'segment' is an end that Whisper set though no punctuation is there. */
export type BreakKind = 'sentence' | 'clause' | 'segment' | 'word';

/** Quotes and brackets that may follow the sign that ends a sentence. */
const CLOSING = /[\p{Pe}\p{Pf}"'\u200e\u200f]+$/u;
const SENTENCE_END = /[.!?…\u0589\u061f\u06d4\u0964\u0965\u104b\u17d4\u3002\uff01\uff0e\uff1f]$/u;
const CLAUSE_END = /[,;:\u2013\u2014\u060c\u061b\u104a\u3001\uff0c\uff1a\uff1b]$|^-+$/u;
/** A dot after these, or after a single letter, ends no sentence. */
const ABBREVIATION = /^\P{L}*(?:\p{L}|mr|mrs|ms|dr|st|prof|vs|no)\.$/iu;

/** What kind of place comes after `text`, when `next` follows. */
export function findBreakKind(text: string, next: string): BreakKind {
  const bare = text.replace(CLOSING, '');
  if (SENTENCE_END.test(bare)) {
    const goesOn = /^\p{Ll}/u.test(next) || ABBREVIATION.test(bare);
    return goesOn ? 'word' : 'sentence';
  }
  return CLAUSE_END.test(bare) || /^[\p{Ps}\p{Pi}\u2013\u2014]/u.test(next) ? 'clause' : 'word';
}

/** Scripts that write no space between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\u3000-\u303f\uff01-\uff60]/u;
const ENDS_UNSPACED = new RegExp(`${UNSPACED.source}$`, 'u');
const STARTS_UNSPACED = new RegExp(`^${UNSPACED.source}`, 'u');
/** Not first on a line (JIS X 4051, kinsoku): closing signs, small kana, the long-vowel mark, repeat marks. */
const NOT_FIRST =
  /^[\p{Pe}\p{Pf}\p{Po}\p{M}ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶーゝゞヽヾ々〻〜～‐–ฯๆໆ%％℃]/u;
/** Not last on a line: opening signs. */
const NOT_LAST = /[\p{Ps}\p{Pi}$£¥￥＄＃#@]$/u;

const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * The pieces of a run of text without white space between which a line may be broken: one piece, but in
 * scripts without spaces the words that the Unicode segmentation finds. Joined they are the run.
 */
export function splitRun(run: string): readonly string[] {
  if (!UNSPACED.test(run)) return [run];
  const pieces: string[] = [];
  for (const { segment } of WORDS.segment(run)) {
    const last = pieces.at(-1);
    if (last === undefined || isBreakable(last, segment)) pieces.push(segment);
    else pieces[pieces.length - 1] = last + segment;
  }
  return pieces;
}

function isBreakable(before: string, after: string): boolean {
  if (!ENDS_UNSPACED.test(before) && !STARTS_UNSPACED.test(after)) return false;
  return !NOT_LAST.test(before) && !NOT_FIRST.test(after);
}
