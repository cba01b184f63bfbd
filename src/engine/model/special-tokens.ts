/**
 * The tokens that are not text. Every Whisper model has them in the same order right behind its text tokens
 * (openai/whisper tokenizer.py, get_encoding), so that the number of text tokens says where each of them is:
 * end of text, start of transcript, 99 languages, translate, transcribe, start of LM, start of previous, no
 * speech, no timestamps, and the timestamps 0.00 to 30.00.
 *
 * The surprising thing: English-only models have the languages and tasks as well, but were never taught them.
 */
import { LANGUAGE_CODES } from '../../shared/languages.js';

export interface SpecialTokens {
  readonly endOfText: number;
  readonly startOfTranscript: number;
  readonly firstLanguage: number;
  readonly translate: number;
  readonly transcribe: number;
  readonly startOfLanguageModel: number;
  readonly startOfPrevious: number;
  readonly noSpeech: number;
  readonly noTimestamps: number;
  readonly timestampBegin: number;
}

/** 0.00 to 30.00 in steps of 0.02. */
const TIMESTAMP_COUNT = 1501;

export function placeSpecialTokens(textCount: number): SpecialTokens {
  const firstLanguage = textCount + 2;
  const translate = firstLanguage + LANGUAGE_CODES.length;
  return {
    endOfText: textCount,
    startOfTranscript: textCount + 1,
    firstLanguage,
    translate,
    transcribe: translate + 1,
    startOfLanguageModel: translate + 2,
    startOfPrevious: translate + 3,
    noSpeech: translate + 4,
    noTimestamps: translate + 5,
    timestampBegin: translate + 6,
  };
}

/** Special tokens of a model, timestamps included. */
export const SPECIAL_COUNT = placeSpecialTokens(0).timestampBegin + TIMESTAMP_COUNT;

/** The names that files give them, timestamps left out; some go by two. */
export function listSpecialNames(special: SpecialTokens): readonly (readonly [id: number, ...string[]])[] {
  return [
    [special.endOfText, '<|endoftext|>'],
    [special.startOfTranscript, '<|startoftranscript|>'],
    ...LANGUAGE_CODES.map((code, index) => [special.firstLanguage + index, `<|${code}|>`] as const),
    [special.translate, '<|translate|>'],
    [special.transcribe, '<|transcribe|>'],
    [special.startOfLanguageModel, '<|startoflm|>'],
    [special.startOfPrevious, '<|startofprev|>'],
    [special.noSpeech, '<|nospeech|>', '<|nocaptions|>'],
    [special.noTimestamps, '<|notimestamps|>'],
  ];
}
