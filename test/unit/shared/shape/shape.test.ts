/**
 * Golden files show the subtitles of one talk. After a wanted change write them anew with
 * `UPDATE_GOLDEN=1 npx vitest run --project unit test/unit/shared/shape` and read the difference.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportTranscript } from '../../../../src/shared/export/index.js';
import { countColumns } from '../../../../src/shared/shape/columns.js';
import { DEFAULT_SHAPE, shapeCues } from '../../../../src/shared/shape.js';
import type { Cue } from '../../../../src/shared/shape.js';
import { RATE, shape, speak, speakEvenly, speakWords, TALK, textOf } from './talk.js';

function linesOf(cues: readonly Cue[]): readonly (readonly string[])[] {
  return cues.map(({ lines }) => lines);
}

describe('golden files', () => {
  it.each([
    ['talk.srt', 'srt', DEFAULT_SHAPE],
    ['talk.vtt', 'vtt', DEFAULT_SHAPE],
    ['talk-narrow.srt', 'srt', { ...DEFAULT_SHAPE, maxLineWidth: 20, maxLineCount: 1 }],
  ] as const)('%s equals the shaped talk, byte for byte', (name, format, options) => {
    const url = new URL(`../../../golden/${name}`, import.meta.url);
    const printed = exportTranscript(TALK, format, options);

    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(url, printed);

    expect(printed).toBe(readFileSync(url, 'utf8'));
  });
});

describe('where text is broken', () => {
  it('after a sentence rather than after a clause, after a clause rather than after a word', () => {
    const cues = shape([
      speakEvenly(
        ' We came by the early morning train. Then it rained, so that we all stayed in the old house.',
        0,
        3,
      ),
    ]);

    expect(linesOf(cues)).toEqual([
      ['We came by the early morning train.'],
      ['Then it rained,', 'so that we all stayed in the old house.'],
    ]);
  });

  it('not after a title, an initial or a dot inside a sentence', () => {
    const cues = shape([speak(0, 4, ' He met Mr. Smith and J. F. Kennedy, i.e. two men.')]);

    expect(linesOf(cues)).toEqual([['He met Mr. Smith and J. F. Kennedy,', 'i.e. two men.']]);
  });

  it('never over a pause of three seconds', () => {
    const cues = shape([
      speakWords([
        [' one', 0, 0.4],
        [' two', 3.5, 3.9],
      ]),
    ]);

    expect(cues).toEqual([
      { start: 0, end: 13_328, lines: ['one'] },
      { start: 56_000, end: 56_000 + 13_328, lines: ['two'] },
    ]);
  });

  it('Chinese and Japanese between words, no line beginning with a closing sign', () => {
    const text = '今日はとても良い天気ですから、「みんな」で近くの公園まで散歩に行きましょう。';
    const cues = shape([speak(0, 20, text)], { maxLineWidth: 12 });

    expect(textOf(cues.map(({ lines }) => ({ text: lines.join('') })))).toBe(text);
    for (const line of cues.flatMap(({ lines }) => lines)) {
      expect(countColumns(line)).toBeLessThanOrEqual(12);
      expect(line).not.toMatch(/^[、。」ょ]|「$/);
    }
  });

  it('a word wider than a line has a line of its own and stays whole', () => {
    const word = 'x'.repeat(60);
    const cues = shape([speak(0, 6, ` before ${word} after`)]);

    expect(cues.flatMap(({ lines }) => lines)).toEqual(['before', word, 'after']);
  });
});

describe('when subtitles are shown', () => {
  it('from the first word, past the last as long as reading takes, up to the gap before the next', () => {
    const cues = shape([
      speakWords([[' Thirteen more.', 1, 1.93]]),
      speakWords([[' And twenty letters.', 1.95, 2.2]]),
    ]);

    // The gap is 0.08 s; 19 characters take 0.95 s to read.
    expect(cues.map(({ start, end }) => [start / RATE, end / RATE])).toEqual([
      [1, 1.87],
      [1.95, 2.9],
    ]);
  });

  it('two that are too quick to read one by one are shown together', () => {
    const cues = shape([
      speakWords([[' Twenty letters here.', 1, 1.3]]),
      speakWords([[' And twenty letters.', 1.95, 2.2]]),
    ]);

    expect(cues).toEqual([
      { start: RATE, end: 3 * RATE, lines: ['Twenty letters here. And twenty letters.'] },
    ]);
  });

  it('nothing is shown after the end of the source', () => {
    expect(shape([speak(0, 1, ' Bye.')], {}, 1)).toEqual([{ start: 0, end: RATE, lines: ['Bye.'] }]);
    expect(shapeCues([speak(0, 0.5, ' Bye.')], null, DEFAULT_SHAPE)[0]?.end).toBe(RATE / 2);
  });

  it('a sound without end is shown no longer than the longest duration', () => {
    expect(shape([speak(0, 30, ' Ooooooh')])).toEqual([{ start: 0, end: 7 * RATE, lines: ['Ooooooh'] }]);
  });

  it('without times of words, time runs evenly over the characters of a segment', () => {
    const cues = shape([speak(10, 20, ' 1234. 6789.')], { maxLineWidth: 5, maxLineCount: 1 });

    // 11 characters in 10 s; the second word begins after 6 of them.
    expect(cues.map(({ start }) => start)).toEqual([10 * RATE, Math.round((10 + 60 / 11) * RATE)]);
  });

  it('words whose text is not that of the segment are not believed', () => {
    const segment = { ...speakEvenly(' one two', 0, 1), text: ' three four' };

    expect(shape([segment])).toEqual(shape([speak(0, 1.9, ' three four')]));
  });
});

describe('width', () => {
  it.each([
    ['naïve café', 10],
    ['cafe\u0301', 4],
    ['你好', 4],
    ['ｱ한글', 5],
    ['👩‍👩‍👧', 2],
    ['\u200fשלום\u200e', 4],
    ['', 0],
  ])('of %j is %d columns', (text, columns) => {
    expect(countColumns(text)).toBe(columns);
  });
});
