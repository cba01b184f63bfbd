/** The cases are those of openai/whisper, tests/test_normalizer.py, and some of the corners around them. */
import { describe, expect, it } from 'vitest';
import { normalizeBasic } from '../../eval/normalize-basic.js';
import { normalizeEnglish, normalizeSpellings } from '../../eval/normalize-english.js';
import { normalizeNumbers } from '../../eval/normalize-numbers.js';

const SPELLINGS = new Map([
  ['mobilisation', 'mobilization'],
  ['cancelation', 'cancellation'],
  ['colour', 'color'],
]);

const NUMBER_CASES: readonly (readonly [string, string])[] = [
  ['two', '2'],
  ['thirty one', '31'],
  ['five twenty four', '524'],
  ['nineteen ninety nine', '1999'],
  ['twenty nineteen', '2019'],
  ['two point five million', '2500000'],
  ['four point two billions', '4200000000s'],
  ['200 thousand', '200000'],
  ['200 thousand dollars', '$200000'],
  ['$20 million', '$20000000'],
  ['€52.4 million', '€52400000'],
  ['£77 thousands', '£77000s'],
  ['two double o eight', '2008'],
  ['three thousand twenty nine', '3029'],
  ['forty three thousand two hundred sixty', '43260'],
  ['forty three thousand two hundred and sixty', '43260'],
  ['nineteen fifties', '1950s'],
  ['thirty first', '31st'],
  ['thirty three thousand and three hundred and thirty third', '33333rd'],
  ['three billion', '3000000000'],
  ['millions', '1000000s'],
  ['july third twenty twenty', 'july 3rd 2020'],
  ['august twenty sixth twenty twenty one', 'august 26th 2021'],
  ['3 14', '3 14'],
  ['3.14', '3.14'],
  ['3 point 2', '3.2'],
  ['3 point 14', '3.14'],
  ['fourteen point 4', '14.4'],
  ['two point two five dollars', '$2.25'],
  ['two hundred million dollars', '$200000000'],
  ['$20.1 million', '$20100000'],
  ['ninety percent', '90%'],
  ['seventy six per cent', '76%'],
  ['double oh seven', '007'],
  ['double zero seven', '007'],
  ['nine one one', '911'],
  ['nine double one', '911'],
  ['one triple oh one', '10001'],
  ['two thousandth', '2000th'],
  ['thirty two thousandth', '32000th'],
  ['minus 500', '-500'],
  ['positive twenty thousand', '+20000'],
  ['two dollars and seventy cents', '$2.70'],
  ['3 cents', '¢3'],
  ['$0.36', '¢36'],
  ['three euros and sixty five cents', '€3.65'],
  ['three and a half million', '3500000'],
  ['forty eight and a half dollars', '$48.5'],
  ['b747', 'b 747'],
  ['10 th', '10th'],
  ['10th', '10th'],
];

describe('numbers', () => {
  it.each(NUMBER_CASES)('%j is %j', (spoken, figures) => {
    expect(normalizeNumbers(spoken)).toBe(figures);
  });

  it.each(NUMBER_CASES)('%j is %j in a whole text, too', (spoken, figures) => {
    expect(normalizeEnglish(spoken, SPELLINGS)).toBe(figures);
  });

  it.each([
    ['one decillion', '1000000000000000000000000000000000'],
    ['one', 'one'],
    ['the ones', 'the ones'],
    ['to the point', 'to the point'],
    ['and so', 'and so'],
    ['negative thoughts', 'negative thoughts'],
    ['five per day', '5 per day'],
    ['double trouble', 'double trouble'],
    ['a day and a half later', 'a day and a half later'],
    ['', ''],
  ])('%j is %j', (spoken, figures) => {
    expect(normalizeNumbers(spoken)).toBe(figures);
  });
});

describe('spelling', () => {
  it.each([
    ['mobilisation', 'mobilization'],
    ['cancelation', 'cancellation'],
  ])('%j is %j', (british, american) => {
    expect(normalizeSpellings(british, SPELLINGS)).toBe(american);
  });
});

describe('English text', () => {
  it.each([
    ["Let's", 'let us'],
    ["he's like", 'he is like'],
    ["she's been like", 'she has been like'],
    ['10km', '10 km'],
    ['10mm', '10 mm'],
    ['RC232', 'rc 232'],
    ['Mr. Park visited Assoc. Prof. Kim Jr.', 'mister park visited associate professor kim junior'],
    ["I won't, you can't, y'all shouldn't've", 'i will not you can not you all should not have'],
    ['Um, [music] the colour (laughs) <noise> of 1,234 cafés', 'the color of 1234 cafes'],
    ['Öst is no saint', 'ost is no saint'],
  ])('%j is %j', (text, normal) => {
    expect(normalizeEnglish(text, SPELLINGS).trim()).toBe(normal);
  });
});

describe('text of other languages', () => {
  it.each([
    ['Grüße, „Welt“!', 'grüße welt '],
    ["L'été [musique] (rires) 2 000", 'l été 2 000'],
    ['你好，世界。', '你好 世界 '],
  ])('%j is %j', (text, normal) => {
    expect(normalizeBasic(text)).toBe(normal);
  });
});
