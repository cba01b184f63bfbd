import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../eval/manifest.js';
import type { Recording } from '../../eval/manifest.js';
import { scoreText, summarize } from '../../eval/score.js';
import type { FileScore } from '../../eval/score.js';
import { formatSummary, formatTable } from '../../eval/table.js';

const NO_SPELLINGS = new Map<string, string>();

function score(file: string, language: Recording['language'], text: string, heard: string): FileScore {
  const recording = { file, path: file, text, seconds: 2, language };
  const errors = scoreText(recording, heard, NO_SPELLINGS);
  return { recording, heard, failure: null, errors, audioSeconds: 2, elapsedSeconds: 1 };
}

describe('parseManifest', () => {
  it('resolves files against the folder of the list and skips empty lines', () => {
    const line = JSON.stringify({ file: 'en/a.flac', text: 'A', seconds: 1.5, language: 'en', kind: 'x' });

    expect(parseManifest(`${line}\n\n`, '/lists')).toEqual([
      { file: 'en/a.flac', text: 'A', seconds: 1.5, language: 'en', path: '/lists/en/a.flac' },
    ]);
  });

  it.each([
    ['not json', /line 1/],
    ['{"file":"a"}', /line 1/],
    ['{"file":"a","text":"b","seconds":1,"language":"xx"}', /line 1/],
  ])('names the line that is wrong: %s', (content, message) => {
    expect(() => parseManifest(content, '/')).toThrow(message);
  });
});

describe('scores', () => {
  it('English words are compared after normalising', () => {
    expect(scoreText({ language: 'en', text: "IT'S TWENTY ONE" }, 'It is 21.', NO_SPELLINGS)).toMatchObject({
      substitutions: 0,
      deletions: 0,
      insertions: 0,
      length: 3,
    });
  });

  it('Chinese is counted by character', () => {
    expect(scoreText({ language: 'zh', text: '你好 世界' }, '你好，世', NO_SPELLINGS)).toMatchObject({
      deletions: 1,
      length: 4,
    });
  });

  it('sets are folder and language, and all English comes last', () => {
    const sets = summarize([
      score('en/a', 'en', 'a b', 'a b'),
      score('long/b', 'de', 'a b', 'a'),
      score('en/c', 'en', 'a b', 'x b'),
      score('long/d', 'en', 'a b c d', 'a b c d'),
      score('e', 'ja', '你', '你'),
    ]);

    expect(sets.map((set) => [set.name, set.files, set.rate, set.unit])).toEqual([
      ['en en', 2, 0.25, 'word'],
      ['long de', 1, 0.5, 'word'],
      ['long en', 1, 0, 'word'],
      ['ja', 1, 0, 'character'],
      ['all English', 3, 0.125, 'word'],
    ]);
    expect(sets[0]).toMatchObject({ audioSeconds: 4, elapsedSeconds: 2, realTimeFactor: 0.5 });
  });

  it('a file that failed counts as heard empty', () => {
    const failed = { ...score('en/a', 'en', 'a b', ''), failure: 'broken' };

    expect(summarize([failed])[0]).toMatchObject({ failed: 1, rate: 1 });
  });
});

describe('tables', () => {
  it('align their columns', () => {
    expect(
      formatTable([
        ['name', 'n'],
        ['a', '100'],
      ]),
    ).toBe('name    n\na     100\n');
  });

  it('a summary has a line per set', () => {
    const printed = formatSummary(summarize([score('en/a', 'en', 'a b', 'a')]));

    expect(printed.split('\n')[1]).toMatch(/^en en +1 +0 +50\.00 % +1 +0 +1 +0 +2 +word +2\.0 +0\.500$/);
  });
});
