/**
 * Tokens that are written but not spoken: brackets, music notes, dashes and quotes that open a word
 * (openai/whisper tokenizer.py, non_speech_tokens). Pure.
 */

const SYMBOLS = [
  ...Array.from('"#()*+/:;<=>@[\\]^_`{|}~「」『』'),
  ...'<< >> <<< >>> -- --- -( -[ (\' (" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪'.split(' '),
];
/** All from one block of Unicode, so that their first token stands for no letter where they take several. */
const MUSIC = Array.from('♩♪♫♬♭♮♯');

/** In ascending order. */
export function findNonSpeechTokens(encode: (text: string) => readonly number[]): readonly number[] {
  const found = new Set<number>();
  const add = (text: string, isFirstEnough: boolean): void => {
    const [first, ...rest] = encode(text);
    if (first !== undefined && (rest.length === 0 || isFirstEnough)) found.add(first);
  };
  // Between words they are part of speech, at the beginning of one they are not.
  add(' -', true);
  add(" '", true);
  for (const start of ['', ' ']) {
    for (const symbol of SYMBOLS) add(start + symbol, false);
    for (const symbol of MUSIC) add(start + symbol, true);
  }
  return [...found].sort((a, b) => a - b);
}
