/**
 * The words that spell English numbers. After EnglishNumberNormalizer of openai/whisper,
 * whisper/normalizers/english.py (MIT, OpenAI).
 */

export const ZEROS: ReadonlySet<string> = new Set(['o', 'oh', 'zero']);

const ONES_IN_ORDER =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
export const ONES: ReadonlyMap<string, bigint> = new Map(
  ONES_IN_ORDER.map((name, index) => [name, BigInt(index + 1)]),
);

/** A number and the ending that follows its figures: `(31, 'st')`. */
export interface Suffixed {
  readonly value: bigint;
  readonly suffix: string;
}

const IRREGULAR_ORDINALS: readonly (readonly [string, Suffixed])[] = [
  ['zeroth', { value: 0n, suffix: 'th' }],
  ['first', { value: 1n, suffix: 'st' }],
  ['second', { value: 2n, suffix: 'nd' }],
  ['third', { value: 3n, suffix: 'rd' }],
  ['fifth', { value: 5n, suffix: 'th' }],
  ['twelfth', { value: 12n, suffix: 'th' }],
];
const HAS_IRREGULAR_ORDINAL: ReadonlySet<bigint> = new Set([1n, 2n, 3n, 5n, 12n]);

export const ONES_SUFFIXED: ReadonlyMap<string, Suffixed> = new Map([
  ...[...ONES].map(([name, value]): [string, Suffixed] => [
    name === 'six' ? 'sixes' : `${name}s`,
    { value, suffix: 's' },
  ]),
  ...IRREGULAR_ORDINALS,
  ...[...ONES]
    .filter(([, value]) => !HAS_IRREGULAR_ORDINAL.has(value))
    .map(([name, value]): [string, Suffixed] => [
      name + (name.endsWith('t') ? 'h' : 'th'),
      { value, suffix: 'th' },
    ]),
]);

export const TENS: ReadonlyMap<string, bigint> = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'
    .split(' ')
    .map((name, index) => [name, BigInt((index + 2) * 10)]),
);
export const TENS_SUFFIXED: ReadonlyMap<string, Suffixed> = new Map(
  [...TENS].flatMap(([name, value]): [string, Suffixed][] => [
    [name.replace('y', 'ies'), { value, suffix: 's' }],
    [name.replace('y', 'ieth'), { value, suffix: 'th' }],
  ]),
);

/** Powers of a thousand from a million on are in order; hundred and thousand come before. */
const LARGE_IN_ORDER =
  'million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion'.split(
    ' ',
  );
export const MULTIPLIERS: ReadonlyMap<string, bigint> = new Map([
  ['hundred', 100n],
  ['thousand', 1000n],
  ...LARGE_IN_ORDER.map((name, index): [string, bigint] => [name, 1000n ** BigInt(index + 2)]),
]);
export const MULTIPLIERS_SUFFIXED: ReadonlyMap<string, Suffixed> = new Map(
  [...MULTIPLIERS].flatMap(([name, value]): [string, Suffixed][] => [
    [`${name}s`, { value, suffix: 's' }],
    [`${name}th`, { value, suffix: 'th' }],
  ]),
);

export const DECIMALS: ReadonlySet<string> = new Set([...ONES.keys(), ...TENS.keys(), ...ZEROS]);

/** Signs that stand before a number. */
export const PRECEDING: ReadonlyMap<string, string> = new Map([
  ['minus', '-'],
  ['negative', '-'],
  ['plus', '+'],
  ['positive', '+'],
]);
/** Words after a number that are written as a sign before it. */
export const CURRENCIES: ReadonlyMap<string, string> = new Map([
  ['pound', '£'],
  ['pounds', '£'],
  ['euro', '€'],
  ['euros', '€'],
  ['dollar', '$'],
  ['dollars', '$'],
  ['cent', '¢'],
  ['cents', '¢'],
]);
export const PREFIX_SIGNS: ReadonlySet<string> = new Set([...PRECEDING.values(), ...CURRENCIES.values()]);

/** Every word that can be part of a spelt-out number. */
export const NUMBER_WORDS: ReadonlySet<string> = new Set([
  ...ZEROS,
  ...ONES.keys(),
  ...ONES_SUFFIXED.keys(),
  ...TENS.keys(),
  ...TENS_SUFFIXED.keys(),
  ...MULTIPLIERS.keys(),
  ...MULTIPLIERS_SUFFIXED.keys(),
  ...PRECEDING.keys(),
  ...CURRENCIES.keys(),
  ...['per', 'percent', 'and', 'double', 'triple', 'point'],
]);
