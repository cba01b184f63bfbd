/**
 * Spelt-out English numbers as figures: "forty three thousand and two" → "43002", "two point five
 * dollars" → "$2.5". After EnglishNumberNormalizer of openai/whisper, whisper/normalizers/english.py
 * (MIT, OpenAI), rule by rule, so that error rates compare with published ones.
 *
 * The surprising thing is the running value: an integer while it can still grow by addition
 * ("twenty" + "one"), text once digits are only strung together ("nineteen" "ninety" → "1990").
 */
import {
  CURRENCIES,
  DECIMALS,
  MULTIPLIERS,
  MULTIPLIERS_SUFFIXED,
  NUMBER_WORDS,
  ONES,
  ONES_SUFFIXED,
  PRECEDING,
  PREFIX_SIGNS,
  TENS,
  TENS_SUFFIXED,
  ZEROS,
} from './number-words.js';
import { compilePattern } from './patterns.js';

const FIGURES = /^\d+(\.\d+)?$/;

/** The product of a decimal text and a factor when it is whole, else null. */
function multiplyExactly(decimal: string, factor: bigint): bigint | null {
  const match = /^(\d*)\.?(\d*)$/.exec(decimal);
  if (match === null || !/\d/.test(decimal)) return null;
  const fraction = match[2] ?? '';
  const scale = 10n ** BigInt(fraction.length);
  const product = BigInt((match[1] ?? '') + fraction) * factor;
  return product % scale === 0n ? product / scale : null;
}

function isNumeric(word: string | null): boolean {
  return word !== null && (NUMBER_WORDS.has(word) || FIGURES.test(word));
}

class NumberReader {
  readonly #written: string[] = [];
  #prefix = '';
  #value: bigint | string | null = null;
  #previous: string | null = null;

  /** Reads all words; the written text is in figures. */
  read(words: readonly string[]): string {
    for (let index = 0; index < words.length; index += 1) {
      const word = words[index] ?? '';
      this.#previous = words[index - 1] ?? null;
      const isNextTaken = this.#readWord(word, words[index + 1] ?? null);
      if (isNextTaken) index += 1;
    }
    this.#flush();
    return this.#written.join(' ');
  }

  #write(text: string): void {
    this.#written.push(this.#prefix + text);
    this.#prefix = '';
    this.#value = null;
  }

  #flush(): void {
    if (this.#value !== null) this.#write(String(this.#value));
  }

  /** The value as text to append figures to; 0 counts as nothing, as in the original. */
  #valueText(): string {
    return this.#value === null || this.#value === 0n ? '' : String(this.#value);
  }

  /** True when the next word was read, too. */
  #readWord(word: string, next: string | null): boolean {
    const sign = PREFIX_SIGNS.has(word.charAt(0)) ? word.charAt(0) : '';
    const figures = word.slice(sign.length);
    const one = ONES.get(word);
    const ten = TENS.get(word);
    const multiplier = MULTIPLIERS.get(word);
    if (FIGURES.test(figures)) this.#readFigures(word, sign, figures);
    else if (!NUMBER_WORDS.has(word)) {
      this.#flush();
      this.#write(word);
    } else if (ZEROS.has(word)) this.#value = `${this.#valueText()}0`;
    else if (one !== undefined) this.#value = this.#addOnes(one);
    else if (ten !== undefined) this.#value = this.#addBelow(ten, 100n);
    else if (multiplier !== undefined) this.#multiply(multiplier);
    else if (!this.#readSuffixed(word)) return this.#readSpecial(word, next);
    return false;
  }

  #readFigures(word: string, sign: string, figures: string): void {
    if (typeof this.#value === 'string' && this.#value.endsWith('.')) {
      this.#value += word;
      return;
    }
    this.#flush();
    if (sign !== '') this.#prefix = sign;
    this.#value = multiplyExactly(figures, 1n) ?? figures;
  }

  /** One to nineteen after the value so far: "twenty" "one" → 21, "two" "one" → "21". */
  #addOnes(ones: bigint): bigint | string {
    const isAfterOnes = this.#previous !== null && ONES.has(this.#previous);
    const isAfterTens = this.#previous !== null && TENS.has(this.#previous);
    if (this.#value !== null && (typeof this.#value === 'string' || isAfterOnes)) {
      const text = String(this.#value);
      return isAfterTens && ones < 10n ? text.slice(0, -1) + String(ones) : text + String(ones);
    }
    return this.#addBelow(ones, ones < 10n ? 10n : 100n);
  }

  /** Adds when the value ends in enough zeros to take the number, else strings the figures together. */
  #addBelow(number: bigint, room: bigint): bigint | string {
    if (this.#value === null) return number;
    if (typeof this.#value === 'bigint' && this.#value % room === 0n) return this.#value + number;
    return String(this.#value) + String(number);
  }

  #multiply(multiplier: bigint): void {
    if (this.#value === null) this.#value = multiplier;
    else if (typeof this.#value === 'string' || this.#value === 0n) {
      const product = multiplyExactly(String(this.#value), multiplier);
      if (product === null) this.#flush();
      this.#value = product ?? multiplier;
    } else this.#value = this.#multiplyResidual(this.#value, multiplier);
  }

  /** "three thousand two" × hundred: only what is below a thousand is multiplied. */
  #multiplyResidual(value: bigint, multiplier: bigint): bigint {
    const residual = value % 1000n;
    return value - residual + residual * multiplier;
  }

  /** Ordinals and plurals end the number at once. */
  #readSuffixed(word: string): boolean {
    const ones = ONES_SUFFIXED.get(word);
    const tens = TENS_SUFFIXED.get(word);
    const multiplier = MULTIPLIERS_SUFFIXED.get(word);
    if (ones !== undefined) this.#write(String(this.#addOnes(ones.value)) + ones.suffix);
    else if (tens !== undefined) this.#write(String(this.#addBelow(tens.value, 100n)) + tens.suffix);
    else if (multiplier !== undefined) this.#writeMultiplied(multiplier.value, multiplier.suffix);
    else return false;
    return true;
  }

  #writeMultiplied(multiplier: bigint, suffix: string): void {
    const value = this.#value;
    if (value === null) this.#write(String(multiplier) + suffix);
    else if (typeof value === 'bigint') {
      this.#write(String(this.#multiplyResidual(value, multiplier)) + suffix);
    } else {
      const product = multiplyExactly(value, multiplier);
      if (product === null) this.#flush();
      this.#write(String(product ?? multiplier) + suffix);
    }
  }

  /** Signs, currencies, percent and the joining words. True when the next word was read, too. */
  #readSpecial(word: string, next: string | null): boolean {
    const sign = PRECEDING.get(word);
    const currency = CURRENCIES.get(word);
    if (sign !== undefined) {
      this.#flush();
      if (isNumeric(next)) this.#prefix = sign;
      else this.#write(word);
      return false;
    }
    if (currency !== undefined) {
      if (this.#value !== null) this.#prefix = currency;
      this.#writeValueOr(word);
      return false;
    }
    if (word === 'percent' || word === 'per') return this.#readPercent(word, next);
    return this.#readJoin(word, next);
  }

  #writeValueOr(word: string): void {
    if (this.#value === null) this.#write(word);
    else this.#flush();
  }

  #readPercent(word: string, next: string | null): boolean {
    const isPercent = word === 'percent' || next === 'cent';
    if (this.#value !== null && isPercent) {
      this.#write(`${String(this.#value)}%`);
      return word === 'per';
    }
    this.#flush();
    this.#write(word);
    return false;
  }

  /** "and", "double", "triple", "point": part of a number only before one. */
  #readJoin(word: string, next: string | null): boolean {
    if (word === 'and' && isNumeric(next) && this.#previous !== null && MULTIPLIERS.has(this.#previous)) {
      return false;
    }
    const repeated = next !== null && ZEROS.has(next) ? 0n : ONES.get(next ?? '');
    if ((word === 'double' || word === 'triple') && repeated !== undefined) {
      this.#value = this.#valueText() + String(repeated).repeat(word === 'double' ? 2 : 3);
      return true;
    }
    if (word === 'point' && isNumeric(next)) {
      if (DECIMALS.has(next ?? '') || FIGURES.test(next ?? '')) this.#value = `${this.#valueText()}.`;
      return false;
    }
    this.#flush();
    this.#write(word);
    return false;
  }
}

/** "three and a half" → "three point five". */
function spellHalves(text: string): string {
  const segments = text.split(compilePattern(String.raw`\band\s+a\s+half\b`));
  const spelt = segments.flatMap((segment, index) => {
    if (segment.trim() === '') return [];
    if (index === segments.length - 1) return [segment];
    const lastWord = segment.trim().split(/\s+/).at(-1) ?? '';
    const isNumber = DECIMALS.has(lastWord) || MULTIPLIERS.has(lastWord);
    return [segment, isNumber ? 'point five' : 'and a half'];
  });
  return spelt.join(' ');
}

function separateFigures(text: string): string {
  return text
    .replace(/([a-z])([0-9])/g, '$1 $2')
    .replace(/([0-9])([a-z])/g, '$1 $2')
    .replace(compilePattern(String.raw`([0-9])\s+(st|nd|rd|th|s)\b`), '$1$2');
}

function finishCurrencies(text: string): string {
  return (
    text
      .replace(
        compilePattern(String.raw`([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b`),
        (_match, currency: string, whole: string, cents: string) =>
          `${currency}${whole}.${cents.padStart(2, '0')}`,
      )
      // The dot is any character in the original, too.
      .replace(
        compilePattern(String.raw`[€£$]0.([0-9]{1,2})\b`),
        (_match, cents: string) => `¢${Number(cents)}`,
      )
      .replace(compilePattern(String.raw`\b1(s?)\b`), 'one$1')
  );
}

export function normalizeNumbers(text: string): string {
  const words = separateFigures(spellHalves(text))
    .split(/\s+/)
    .filter((word) => word !== '');
  return finishCurrencies(new NumberReader().read(words));
}
