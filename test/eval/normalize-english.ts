/**
 * Whisper's English text normaliser: two transcripts of the same words come out the same whatever their
 * punctuation, contractions, numbers and spelling. After EnglishTextNormalizer of openai/whisper,
 * whisper/normalizers/english.py (MIT, OpenAI). The table of British spellings comes with the model
 * (normalizer.json).
 */
import { removeBracketed, removeSymbolsAndDiacritics } from './normalize-basic.js';
import { normalizeNumbers } from './normalize-numbers.js';
import { compilePattern } from './patterns.js';

export type Spellings = ReadonlyMap<string, string>;

/** Order matters: "won't" before "n't", "'s been" before "'s". */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = (
  [
    [String.raw`\bwon't\b`, 'will not'],
    [String.raw`\bcan't\b`, 'can not'],
    [String.raw`\blet's\b`, 'let us'],
    [String.raw`\bain't\b`, 'aint'],
    [String.raw`\by'all\b`, 'you all'],
    [String.raw`\bwanna\b`, 'want to'],
    [String.raw`\bgotta\b`, 'got to'],
    [String.raw`\bgonna\b`, 'going to'],
    [String.raw`\bi'ma\b`, 'i am going to'],
    [String.raw`\bimma\b`, 'i am going to'],
    [String.raw`\bwoulda\b`, 'would have'],
    [String.raw`\bcoulda\b`, 'could have'],
    [String.raw`\bshoulda\b`, 'should have'],
    [String.raw`\bma'am\b`, 'madam'],
    [String.raw`\bmr\b`, 'mister '],
    [String.raw`\bmrs\b`, 'missus '],
    [String.raw`\bst\b`, 'saint '],
    [String.raw`\bdr\b`, 'doctor '],
    [String.raw`\bprof\b`, 'professor '],
    [String.raw`\bcapt\b`, 'captain '],
    [String.raw`\bgov\b`, 'governor '],
    [String.raw`\bald\b`, 'alderman '],
    [String.raw`\bgen\b`, 'general '],
    [String.raw`\bsen\b`, 'senator '],
    [String.raw`\brep\b`, 'representative '],
    [String.raw`\bpres\b`, 'president '],
    [String.raw`\brev\b`, 'reverend '],
    [String.raw`\bhon\b`, 'honorable '],
    [String.raw`\basst\b`, 'assistant '],
    [String.raw`\bassoc\b`, 'associate '],
    [String.raw`\blt\b`, 'lieutenant '],
    [String.raw`\bcol\b`, 'colonel '],
    [String.raw`\bjr\b`, 'junior '],
    [String.raw`\bsr\b`, 'senior '],
    [String.raw`\besq\b`, 'esquire '],
    [String.raw`'d been\b`, ' had been'],
    [String.raw`'s been\b`, ' has been'],
    [String.raw`'d gone\b`, ' had gone'],
    [String.raw`'s gone\b`, ' has gone'],
    [String.raw`'d done\b`, ' had done'],
    [String.raw`'s got\b`, ' has got'],
    [String.raw`n't\b`, ' not'],
    [String.raw`'re\b`, ' are'],
    [String.raw`'s\b`, ' is'],
    [String.raw`'d\b`, ' would'],
    [String.raw`'ll\b`, ' will'],
    [String.raw`'t\b`, ' not'],
    [String.raw`'ve\b`, ' have'],
    [String.raw`'m\b`, ' am'],
  ] as const
).map(([source, replacement]) => [compilePattern(source), replacement]);

const FILLERS = compilePattern(String.raw`\b(hmm|mm|mhm|mmm|uh|um)\b`);

export function normalizeSpellings(text: string, spellings: Spellings): string {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => spellings.get(word) ?? word)
    .join(' ');
}

function expandContractions(text: string): string {
  let expanded = text.replace(FILLERS, '').replace(/\s+'/g, "'");
  for (const [pattern, replacement] of REPLACEMENTS) expanded = expanded.replace(pattern, replacement);
  return expanded;
}

/** Signs stay only beside the figures they belong to. */
function settleSigns(text: string): string {
  return text
    .replace(/([$¢€£])\s+([0-9])/g, '$1$2')
    .replace(/([0-9])\s+%/g, '$1%')
    .replace(/[.$¢€£]([^0-9])/g, ' $1')
    .replace(/([^0-9])%/g, '$1 ')
    .replace(/\s+/g, ' ');
}

export function normalizeEnglish(text: string, spellings: Spellings): string {
  const expanded = expandContractions(removeBracketed(text.toLowerCase()));
  const cleaned = removeSymbolsAndDiacritics(
    expanded.replace(/(\d),(\d)/g, '$1$2').replace(/\.([^0-9]|$)/g, ' $1'),
    '.%$¢€£',
  );
  return settleSigns(normalizeSpellings(normalizeNumbers(cleaned), spellings));
}
