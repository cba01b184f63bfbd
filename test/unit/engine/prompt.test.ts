import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPrompt, encodeHints, fitContext } from '../../../src/engine/decoding/prompt.js';
import { isPromptEcho } from '../../../src/engine/decoding/prompt-echo.js';
import { createFakeTokenizer } from './fake-tokenizer.js';

const tokenizer = createFakeTokenizer();
const LIMIT = 223;
const hintText = (vocabulary: readonly string[], limit = LIMIT): string =>
  tokenizer.decode(encodeHints(vocabulary, limit, tokenizer));

describe('words to expect', () => {
  it('are one list, without blanks around them', () => {
    expect(hintText(['Ngũgĩ', ' Queen’s\n Road ', '', 'XRT'])).toBe(' Ngũgĩ, Queen’s Road, XRT.');
    expect(encodeHints([' '], LIMIT, tokenizer)).toEqual([]);
  });

  it('are whole terms, the first ones, in half of the prompt', () => {
    // Each letter is a token here: " aaaa, bbbb." is 12.
    expect(hintText(['aaaa', 'bbbb', 'cccc'], 25)).toBe(' aaaa, bbbb.');
    expect(hintText(['a'.repeat(200), 'b'], LIMIT)).toBe('');
  });

  it('and the text before never take more than the prompt holds, and the end of the text is kept', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 30 }), { maxLength: 40 }),
        fc.array(fc.nat(255), { maxLength: 400 }),
        fc.integer({ min: 1, max: LIMIT }),
        (vocabulary, previous, limit) => {
          const hints = encodeHints(vocabulary, limit, tokenizer);
          const context = fitContext({ hints, previous }, limit);
          expect(hints.length).toBeLessThanOrEqual(limit / 2);
          expect(context.hints.length + context.previous.length).toBe(
            Math.min(limit, hints.length + previous.length),
          );
          expect(previous.slice(previous.length - context.previous.length)).toEqual(context.previous);
        },
      ),
    );
  });

  it('begin the prompt, which is nothing when there is nothing to tell', () => {
    expect(buildPrompt({ hints: [1], previous: [2, 3] }, [8, 9], 7)).toEqual([7, 1, 2, 3, 8, 9]);
    expect(buildPrompt({ hints: [], previous: [] }, [8, 9], 7)).toEqual([8, 9]);
  });
});

describe('an echo of the prompt', () => {
  const hints = ' Ngũgĩ wa Thiong’o, photosynthesis, XRT.';
  const previous = ' We met at the old station. Thank you very much. 今日はとても良い天気ですから。';

  it.each([
    ['the list alone', 'Ngũgĩ wa Thiong’o photosynthesis XRT', true],
    ['the list, then more', ' Ngũgĩ wa Thiong’o, photosynthesis, XRT. And so we begin.', true],
    ['a piece of the list', ' wa Thiong’o, photosynthesis', true],
    ['a sentence of the text before', ' WE MET at the old station!', true],
    ['Japanese of the text before', '今日はとても良い天気です', true],
    ['a short sentence that may be said twice', ' Thank you very much.', false],
    ['one of the words to expect', ' Photosynthesis.', false],
    ['a sentence with words to expect', ' XRT has photosynthesis, says Ngũgĩ wa Thiong’o.', false],
    ['the sentence and more', ' We met at the old station on Monday.', false],
    ['nothing', ' ...', false],
  ])('%s: %j is %j', (_, text, isEcho) => {
    expect(isPromptEcho(text, { hints, previous })).toBe(isEcho);
  });

  it('of a list of one short word is that word alone', () => {
    expect(isPromptEcho(' XRT.', { hints: ' XRT.', previous: '' })).toBe(true);
    expect(isPromptEcho(' XRT is here.', { hints: ' XRT.', previous: '' })).toBe(false);
  });

  it('does not exist without a prompt', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(isPromptEcho(text, { hints: '', previous: '' })).toBe(false);
      }),
    );
  });
});
