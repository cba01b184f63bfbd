import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeSnippet } from '../../../src/shared/snippet.js';

it('marks what was searched for, wherever it is', () => {
  const texts = fc.array(fc.constantFrom('a', 'Bc', ' ', '👩', 'é', '.', 'word '), { maxLength: 300 });
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const snippet = makeSnippet(`${before.join('')}NEEDLE${after.join('')}`, 'x.mp3', 'needle');

      expect(snippet?.text.slice(snippet.match?.from, snippet.match?.to)).toBe('NEEDLE');
    }),
  );
});

it('is none where neither text nor name holds it', () => {
  expect(makeSnippet('some text', 'talk.mp3', 'else')).toBeNull();
  expect(makeSnippet('some text', 'talk.mp3', 'TALK')).toEqual({ text: 'some text', match: null });
});
