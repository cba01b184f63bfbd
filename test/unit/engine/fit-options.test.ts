import { describe, expect, it } from 'vitest';
import { fitOptions } from '../../../src/engine/model/fit-options.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';

const MODEL = { id: 'base.en' };
const [ENGLISH, MULTILINGUAL] = [{ isMultilingual: false }, { isMultilingual: true }];

describe('options for an English-only model', () => {
  it('have English as their language, asked for or not', () => {
    for (const language of ['auto', 'en'] as const) {
      const options = fitOptions({ ...DEFAULT_OPTIONS, language }, MODEL, ENGLISH);
      expect(options).toEqual({ ...DEFAULT_OPTIONS, language: 'en' });
    }
  });

  it.each([
    [{ language: 'de' } as const, 'The model "base.en" cannot transcribe German: it knows English alone.'],
    [{ task: 'translate' } as const, 'The model "base.en" cannot translate: it knows English alone.'],
  ])('are refused when they ask for %o', (change, message) => {
    expect(() => fitOptions({ ...DEFAULT_OPTIONS, ...change }, MODEL, ENGLISH)).toThrow(
      expect.objectContaining({ code: 'model-english-only', message }) as Error,
    );
  });

  it('are left as they are for a multilingual model', () => {
    const options = { ...DEFAULT_OPTIONS, language: 'de', task: 'translate' } as const;
    expect(fitOptions(options, MODEL, MULTILINGUAL)).toBe(options);
  });
});
