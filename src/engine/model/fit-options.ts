/** What is asked of a model against what it can do. */
import type { Model } from '../../models/catalog.mjs';
import { AppError } from '../../shared/errors.js';
import { LANGUAGES } from '../../shared/languages.js';
import { namedLanguage } from '../../shared/options.js';
import type { TranscribeOptions } from '../../shared/options.js';
import type { Tokenizer } from './tokenizer.js';

/**
 * The options with English as the language of an English-only model, which cannot tell languages apart.
 * Throws AppError 'model-english-only' for another language, and for translation.
 */
export function fitOptions(
  options: TranscribeOptions,
  model: Pick<Model, 'id'>,
  { isMultilingual }: Pick<Tokenizer, 'isMultilingual'>,
): TranscribeOptions {
  if (isMultilingual) return options;
  const { task } = options;
  const language = namedLanguage(options);
  if (language !== null && language !== 'en') {
    throw englishOnly(
      `The model "${model.id}" cannot transcribe ${LANGUAGES[language]}: it knows English alone.`,
    );
  }
  if (task === 'translate') {
    throw englishOnly(`The model "${model.id}" cannot translate: it knows English alone.`);
  }
  return { ...options, language: 'en' };
}

function englishOnly(message: string): AppError {
  return new AppError(
    'model-english-only',
    message,
    'Choose a multilingual model, like "base", or transcribe English with this one.',
  );
}
