import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplacer } from '../../../src/shared/replacements.js';
import type { Replacement } from '../../../src/shared/replacements.js';
import { speakEvenly } from './shape/talk.js';

const SIGNS = Array.from('ab .-+*?^$|()[]{}\\/&!#%,:;<=>@`~\'"_é語');
const replacer = (...pairs: readonly (readonly [from: string, to: string])[]) =>
  createReplacer(pairs.map(([from, to]) => ({ from, to })));

describe('replacing in text', () => {
  it.each([
    ['whole words only', 'tile', 'Tile', ' tile tiles textile tile.', ' Tile tiles textile Tile.'],
    ['case as typed', 'Tile', 'x', ' tile TILE Tile', ' tile TILE x'],
    ['several words', 'tile scribe', 'Tilescribe', ' The tile scribe, a tile.', ' The Tilescribe, a tile.'],
    ['words with accents', 'Ngugi', 'Ngũgĩ', ' Ngugi Ngugié', ' Ngũgĩ Ngugié'],
    ['signs that mean something elsewhere', 'c++ (a.b)', '$& \\1', ' c++ (a.b) caab', ' $& \\1 caab'],
    ['by nothing', 'um', '', ' um, well', ' , well'],
    ['scripts without spaces', '東京', 'とうきょう', '私は東京都に', '私はとうきょう都に'],
    ['right to left', 'שלום', 'היי', ' שלום, שלומי', ' היי, שלומי'],
    ['at the hyphen', 'co', 'Co', ' co-op cop', ' Co-op cop'],
  ])('%s', (_, from, to, text, replaced) => {
    expect(replacer([from, to]).text(text)).toBe(replaced);
  });

  it('takes the longest that fits and never replaces what it wrote', () => {
    const { text } = replacer(['a', 'b'], ['b', 'a'], ['a b', 'c']);

    expect(text(' a, b, a b')).toBe(' b, a, c');
  });

  it('takes any pair as it is typed', () => {
    const signs = fc.string({
      unit: fc.constantFrom(...SIGNS),
      minLength: 1,
    });
    fc.assert(
      fc.property(
        signs.filter((from) => from.trim() !== ''),
        (from) => {
          expect(replacer([from, 'X']).text(from.trim())).toBe('X');
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('replacing in words', () => {
  const words = speakEvenly(' The tile scribe, a tile.', 0, 1).words!;

  it('joins the words that a replacement spans, with the time of all of them', () => {
    const replaced = replacer(['tile scribe', 'Tilescribe'], ['tile', 'brick']).words(words);

    expect(replaced.map(({ text, start, end }) => [text, start / 16_000, end / 16_000])).toEqual([
      [' The', 0, 0.9],
      [' Tilescribe,', 1, 2.9],
      [' a', 3, 3.9],
      [' brick.', 4, 4.9],
    ]);
  });

  it('spells what replacing in the text spells, in the order of time', () => {
    const letter = fc.constantFrom('a', 'b', ' ', ' a', 'c.', '語', '');
    const texts = fc.array(
      fc.array(letter, { maxLength: 3 }).map((parts) => parts.join('')),
      { maxLength: 10 },
    );
    const pair: fc.Arbitrary<Replacement> = fc.record({
      from: fc.constantFrom('a', 'b', 'a b', 'a a', 'c', '. ', '語', '語語', 'c. a'),
      to: fc.constantFrom('', 'x', 'a', 'long text'),
    });
    fc.assert(
      fc.property(texts, fc.array(pair, { maxLength: 4 }), (spoken, pairs) => {
        const { text, words: replaceWords } = createReplacer(pairs);
        const before = spoken.map((word, i) => ({
          ...words[0]!,
          text: word,
          start: words[0]!.start,
          end: words[0]!.end,
          probability: i / 10,
        }));
        const after = replaceWords(before);
        expect(after.map((word) => word.text).join('')).toBe(text(spoken.join('')));
        expect(after.length).toBeLessThanOrEqual(before.length);
      }),
      { numRuns: 500 },
    );
  });
});
