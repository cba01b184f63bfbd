import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../../eval/report/configurations.js';
import { createDelayedTables } from '../../../eval/report/delayed-table.js';
import type { Findings } from '../../../eval/report/findings.js';
import type { Heard } from '../../../eval/report/result-store.js';
import type { Item } from '../../../eval/report/sounds.js';

const SAID = 'one small step for a man';

function item(key: string): Item {
  return { key, recording: { file: key, path: key, language: 'en', seconds: 10, text: SAID } };
}

function heard(texts: Readonly<Record<string, string>>): ReadonlyMap<string, Heard> {
  return new Map(
    Object.entries(texts).map(([key, text]) => [
      key,
      { key, name: key, text, audioSeconds: 10, processorSeconds: 1, segments: [], retries: [] },
    ]),
  );
}

function findingsOf(own: Readonly<Record<string, string>>, peer: Readonly<Record<string, string>>): Findings {
  return {
    configurations: CONFIGURATIONS,
    recordings: [item('a'), item('b')],
    sounds: [],
    joined: [],
    delayed: [
      { key: 'a', items: [item('a later')] },
      { key: 'b', items: [item('b later')] },
    ],
    heard: new Map([
      ['cpu-base.en', heard(own)],
      ['whisper.cpp-q8', heard(peer)],
    ]),
    spellings: new Map(),
  };
}

const RIGHT = { a: SAID, 'a later': SAID, b: SAID, 'b later': SAID };

describe('recordings that are heard several times', () => {
  it('are summed hearing by hearing and in all, and compared recording by recording', () => {
    const peer = { ...RIGHT, 'a later': 'one small step', b: 'one small step for the man' };

    const [table] = createDelayedTables(findingsOf({ ...RIGHT, a: 'small step for a man' }, peer));

    expect(table!.rows).toEqual([
      ['cpu, base.en, in order, greedy', '8.33 %', '0.00 %', expect.stringMatching(/^4\.17 % \(/)],
      ['whisper.cpp, base.en q8_0, greedy', '8.33 %', '25.00 %', expect.stringMatching(/^16\.67 % \(/)],
    ]);
    expect(table!.remarks[0]).toContain(
      'cpu-base.en less whisper.cpp-q8: -12.50 (-16.67 to -8.33) points; fewer errors in 2 recordings, more in 0.',
    );
  });

  it('have no row where one hearing is missing, and no table where nobody has heard all', () => {
    const half = { a: SAID, b: SAID, 'b later': SAID };

    expect(createDelayedTables(findingsOf(RIGHT, half))[0]!.rows).toHaveLength(1);
    expect(createDelayedTables(findingsOf(half, half))).toEqual([]);
  });
});
