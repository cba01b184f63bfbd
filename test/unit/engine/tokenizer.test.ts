import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textsOf } from '../../../src/engine/model/hub-vocabulary.js';
import { listSpecialNames, placeSpecialTokens } from '../../../src/engine/model/special-tokens.js';
import {
  ENGLISH_TEXTS,
  MULTILINGUAL_TEXTS,
  StreamingText,
  Tokenizer,
} from '../../../src/engine/model/tokenizer.js';
import { at, createFakeTokenizer } from './fake-tokenizer.js';

const tokenizer = createFakeTokenizer();

describe('tokenizer', () => {
  it('merges byte pairs in the order of their ids', () => {
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
    expect(tokenizer.special.timestampBegin).toBe(50364);
    expect(tokenizer.startSequence('de', 'translate')).toEqual([50258, 50261, 50358]);
    expect(tokenizer.startSequence('en', 'transcribe')).toEqual([50258, 50259, 50359]);
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

describe('the tokenizer of an English-only model', () => {
  const english = createFakeTokenizer(ENGLISH_TEXTS);

  it('has its special tokens one place earlier, as whisper.cpp does (src/whisper.cpp, whisper_vocab)', () => {
    expect(english.special).toMatchObject({
      endOfText: 50256,
      startOfTranscript: 50257,
      translate: 50357,
      transcribe: 50358,
      startOfLanguageModel: 50359,
      startOfPrevious: 50360,
      noSpeech: 50361,
      noTimestamps: 50362,
      timestampBegin: 50363,
    });
  });

  it('begins a transcript without language and task, which the model was never taught', () => {
    expect(english.startSequence('en', 'transcribe')).toEqual([50257]);
  });

  it('bars its own special tokens', () => {
    expect(english.suppressed).toEqual(expect.arrayContaining([50257, 50357, 50358, 50359, 50360, 50361]));
    expect(english.suppressedFirst).toEqual([0x20, 50256]);
  });
});

describe('a vocabulary of another model', () => {
  it('is refused with the number of its tokens', () => {
    const make = () => new Tokenizer(Array.from({ length: 300 }, (_, id) => String.fromCharCode(id)));

    expect(make).toThrow(expect.objectContaining({ code: 'model-corrupt' }) as Error);
    expect(make).toThrow('300 text tokens');
  });
});

describe('tokenizer.json', () => {
  const pieces = Object.fromEntries(Array.from({ length: MULTILINGUAL_TEXTS }, (_, id) => [`t${id}`, id]));
  const added = listSpecialNames(placeSpecialTokens(MULTILINGUAL_TEXTS)).map(([id, content = '']) => ({
    id,
    content,
  }));

  it('gives text tokens by id, without the special ones', () => {
    const vocab = { ...pieces, '<|endoftext|>': 50257 };
    const texts = textsOf({ model: { vocab }, added_tokens: added });

    expect(texts).toHaveLength(MULTILINGUAL_TEXTS);
    expect(texts[4711]).toBe('t4711');
  });

  it('is refused with the token that is out of place', () => {
    const moved = added.map((token) => (token.content === '<|de|>' ? { ...token, id: 7 } : token));
    const incomplete = Object.fromEntries(Object.entries(pieces).filter(([, id]) => id !== 5));

    expect(() => textsOf({ model: { vocab: pieces }, added_tokens: moved })).toThrow('the token <|de|>');
    expect(() =>
      textsOf({ model: { vocab: { ...incomplete, t6: 6, x: 99_999 } }, added_tokens: added }),
    ).toThrow('the token 5 ');
  });
});
