import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamingText } from '../../../src/engine/model/tokenizer.js';
import { AppError } from '../../../src/shared/errors.js';
import { at, createFakeTokenizer } from './fake-tokenizer.js';

const tokenizer = createFakeTokenizer();

describe('tokenizer', () => {
  it('merges byte pairs in the order of the merge list', () => {
    expect(tokenizer.encode('hello hello hell')).toEqual([259, 260, 0x20, 258]);
  });

  it('gives any text back, byte for byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  it('leaves special tokens and timestamps out of the text', () => {
    expect(tokenizer.decode([50258, 50259, 50359, at(0), 259, at(1.5), 50257])).toBe('hello');
  });

  it('knows the places of languages and tasks', () => {
    expect(tokenizer.languageToken('en')).toBe(50259);
    expect(tokenizer.languageToken('su')).toBe(50357);
    expect(tokenizer.languageOf(50261)).toBe('de');
    expect(tokenizer.taskToken('translate')).toBe(50358);
    expect(tokenizer.special.timestampBegin).toBe(50364);
  });
});

describe('streaming text', () => {
  it('holds the bytes of a character back until it is whole', () => {
    const stream = new StreamingText(tokenizer);
    const tokens = tokenizer.encode('a€😀');

    const pieces = tokens.map((token) => stream.push(token));

    expect(pieces).toEqual(['a', '', '', '€', '', '', '', '😀']);
  });

  it('never emits half a surrogate pair, and loses nothing, however text is split into tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const stream = new StreamingText(tokenizer);
        const pieces = tokenizer.encode(text).map((token) => stream.push(token));
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
        expect(pieces.join('')).toBe(text);
      }),
    );
  });

  it('marks a character that a timestamp cuts off, and starts afresh after it', () => {
    const stream = new StreamingText(tokenizer);
    const [first] = tokenizer.encode('€');

    expect([stream.push(first!), stream.push(at(2)), stream.push(259)]).toEqual(['', '\uFFFD', 'hello']);
  });
});

describe('a tokenizer file of another model', () => {
  it('is refused with the token that is out of place', () => {
    const good = createFakeTokenizer();
    const Constructor = good.constructor as new (file: unknown, config: unknown) => unknown;

    expect(
      () =>
        new Constructor(
          { model: { vocab: {}, merges: [] }, added_tokens: [] },
          { lang_to_id: {}, eos_token_id: 1, decoder_start_token_id: 2, no_timestamps_token_id: 3 },
        ),
    ).toThrow(AppError);
  });
});
