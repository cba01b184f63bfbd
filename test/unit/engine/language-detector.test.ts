/** When the windows after the first are asked for their language. */
import { describe, expect, it } from 'vitest';
import type { EncodedWindow } from '../../../src/engine/backend/backend.js';
import { LanguageDetector, SURE_SAMPLES } from '../../../src/engine/decoding/language-detector.js';
import { TokenRules } from '../../../src/engine/decoding/token-rules.js';
import type { LanguageCode } from '../../../src/shared/languages.js';
import { createFakeTokenizer, VOCABULARY_SIZE } from './fake-tokenizer.js';
import { createScriptedBackend } from './scripted-backend.js';

const tokenizer = createFakeTokenizer();

interface Heard {
  readonly language: LanguageCode;
  readonly probability: number;
}

/** Detects over windows that sound as told, the first `length` long. */
async function detect(heard: readonly Heard[], length: number, allowed: readonly LanguageCode[] = []) {
  const backend = createScriptedBackend((_, index) => {
    const { language, probability } = heard[index]!;
    return [{ id: tokenizer.languageToken(language), logProbability: Math.log(probability) }];
  });
  const rules = new TokenRules(tokenizer, VOCABULARY_SIZE);
  const detector = new LanguageDetector({ backend, tokenizer, rules, allowed });
  const window = { release: () => undefined };
  let released = 0;
  async function* listAhead(): AsyncGenerator<EncodedWindow> {
    for (let i = 1; i < heard.length; i++) {
      yield await Promise.resolve({
        release: () => {
          released++;
        },
      });
    }
  }
  const found = await detector.detect(window, length, listAhead());
  return { ...found, asked: backend.starts.length, released, open: backend.openSequences() };
}

const ENGLISH = { language: 'en', probability: 0.95 } as const;
const GERMAN = { language: 'de', probability: 0.97 } as const;

describe('the first window', () => {
  it('decides alone when it is long and sure', async () => {
    const found = await detect([GERMAN, ENGLISH, ENGLISH], SURE_SAMPLES);

    expect(found).toMatchObject({ language: 'de', asked: 1 });
    expect(found.probability).toBeCloseTo(0.97);
  });

  it('does not when it is short, though sure', async () => {
    const found = await detect([GERMAN, ENGLISH, ENGLISH], SURE_SAMPLES - 1);

    expect(found).toMatchObject({ language: 'en', asked: 3, released: 2, open: 0 });
    expect(found.probability).toBeCloseTo((2 * 0.95) / 3);
  });

  it('does not when it is long, but in doubt', async () => {
    const doubt = { language: 'la', probability: 0.6 } as const;

    expect(await detect([doubt, ENGLISH, ENGLISH, GERMAN], 480_000)).toMatchObject({
      language: 'en',
      asked: 3,
    });
  });

  it('decides when there is no other', async () => {
    expect(await detect([{ language: 'la', probability: 0.3 }], 8_000)).toMatchObject({
      language: 'la',
      asked: 1,
    });
  });
});

describe('an allowed list', () => {
  it('of one is not discussed, and of several its first is taken when none is heard', async () => {
    expect(await detect([GERMAN, GERMAN], 8_000, ['fr'])).toMatchObject({ language: 'fr', asked: 1 });
    expect(await detect([GERMAN, GERMAN, GERMAN], 8_000, ['fr', 'en'])).toMatchObject({
      language: 'fr',
      probability: 0,
      asked: 3,
    });
  });
});
