/** Golden files: `npx vitest run -u test/unit/eval/report/render.test.ts` writes them anew. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../../eval/report/configurations.js';
import type { Findings } from '../../../eval/report/findings.js';
import { renderReport, replaceBlock } from '../../../eval/report/render.js';
import type { Heard } from '../../../eval/report/result-store.js';
import type { Item } from '../../../eval/report/sounds.js';
import type { Recording } from '../../../eval/manifest.js';
import { toSamples } from '../../../../src/shared/time.js';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'golden');
const SECOND = 16_000;

function item(file: string, language: Recording['language'], seconds: number, text: string): Item {
  return { key: file, recording: { file, path: file, language, seconds, text } };
}

function heard(key: string, text: string, more: Partial<Heard> = {}): Heard {
  return { key, name: key, text, audioSeconds: 10, processorSeconds: 1, segments: [], retries: [], ...more };
}

const RECORDINGS = [
  item('a.wav', 'en', 10, 'one small step for a man'),
  item('b.wav', 'en', 10, 'ask not what your country can do'),
  item('long.wav', 'en', 60, 'the quick brown fox jumps over the lazy dog'),
  item('de.wav', 'de', 5, 'guten Morgen alle zusammen'),
  item('ja.wav', 'ja', 5, '日本語です'),
];
const SOUNDS = [
  item('silence', 'en', 600, ''),
  item('busy tone', 'en', 600, ''),
  item('music', 'en', 600, ''),
];
const JOINED = item('joined', 'en', 120, '');
const GUTEN = heard('de.wav', 'Guten Morgen');
const NIHONGO = heard('ja.wav', '日本でした');

const PERFECT = RECORDINGS.slice(0, 3).map(({ key, recording }) => heard(key, recording.text));
const ASKED = PERFECT.map((one) =>
  one.key === 'b.wav'
    ? { ...one, text: 'asked not what your country can do', retries: ['loop', 'loop'] as const }
    : one,
).map((one) => ({ ...one, retries: [...one.retries] }));

const IN_PLACE = heard('joined', '', {
  segments: [
    { start: toSamples(10.5 * SECOND), end: toSamples(14 * SECOND), text: ' One small step for a man.' },
    { start: toSamples(30 * SECOND), end: toSamples(35 * SECOND), text: ' Thank you.' },
    {
      start: toSamples(61 * SECOND),
      end: toSamples(66 * SECOND),
      text: ' Ask not what your country can do.',
    },
  ],
});

const FINDINGS: Findings = {
  configurations: CONFIGURATIONS.filter(({ id }) =>
    ['cpu', 'cpu-beam5', 'cpu-vad-off', 'cpu-base.en', 'whisper.cpp-q8', 'transformers.js'].includes(id),
  ),
  recordings: RECORDINGS,
  sounds: SOUNDS,
  delayed: [],
  joined: [
    {
      item: JOINED,
      places: [10, 60].map((seconds, index) => ({
        recording: RECORDINGS[index]!.recording,
        start: seconds * SECOND,
        length: 10 * SECOND,
        onset: (seconds + 0.5) * SECOND,
        firstWord: index === 0 ? (seconds + 0.1) * SECOND : null,
      })),
    },
  ],
  heard: new Map([
    ['cpu', toMap([...ASKED, GUTEN, NIHONGO, ...SOUNDS.map(({ key }) => heard(key, '')), IN_PLACE])],
    ['cpu-beam5', toMap([...PERFECT, GUTEN])],
    ['cpu-vad-off', toMap(SOUNDS.map(({ key }) => heard(key, key === 'silence' ? '' : ' you | you you')))],
    ['whisper.cpp-q8', toMap([...PERFECT, heard('joined', 'one small step for a man')])],
  ]),
  spellings: new Map(),
};

function toMap(all: readonly Heard[]): ReadonlyMap<string, Heard> {
  return new Map(all.map((one) => [one.key, one]));
}

const SETTING = {
  when: '2026-01-02 03:04 UTC',
  machine: { processor: 'A processor', cores: 2, features: [], memoryBytes: 1, system: 'Linux 6' },
  load: 1.5,
  sourcesHash: '0123456789abcdef',
  isQuick: false,
  failures: ['cpu-base.en: the model base.en is not installed'],
};

it('the report shows what is known, and names what is missing', async () => {
  await expect(renderReport(FINDINGS, SETTING)).toMatchFileSnapshot(join(GOLDEN, 'accuracy-report.md'));
});

it('a quick report says that it is not for quoting', () => {
  expect(renderReport(FINDINGS, { ...SETTING, isQuick: true })).toContain('QUICK RUN');
});

it('a recording that is not understood by itself either is not lost in the joined sound', () => {
  const misheard = PERFECT.map((one) => (one.key === 'b.wav' ? { ...one, text: 'a cough' } : one));
  const all = [...misheard, heard('joined', 'one small step for a man')];
  const report = renderReport(
    { ...FINDINGS, heard: new Map([...FINDINGS.heard, ['whisper.cpp-q8', toMap(all)]]) },
    SETTING,
  );

  expect(renderReport(FINDINGS, SETTING)).toContain('whisper.cpp-q8 lost b.wav.');
  expect(report).not.toContain('lost b.wav');
  expect(report).toContain('whisper.cpp-q8 finds no word of b.wav, here or by itself.');
});

it('goes file by file where the engine and its fallback differ', () => {
  const shouted = PERFECT.map((one) =>
    one.key === 'a.wav' ? { ...one, text: 'One small step for a MAN!' } : one,
  );
  const report = renderReport(
    {
      ...FINDINGS,
      heard: new Map([...FINDINGS.heard, ['onnx', toMap([...shouted, GUTEN])]]),
      configurations: CONFIGURATIONS,
    },
    SETTING,
  );

  expect(report).toContain('### File by file: cpu and onnx');
  expect(report).toContain('| b.wav | 7 | 1 | 0 |');
  expect(report).toContain(
    'Of 4 recordings 3 have the same text after normalisation, 0 another one with as many errors; 0 have fewer errors with cpu, 1 with onnx',
  );
});

describe('the place of the report in the document', () => {
  const begin = '<!-- eval:begin: the output of `npm run eval -- --report` -->';
  const document = `# By hand\n\n${begin}\n\nold\n\n<!-- eval:end -->\n\nalso by hand\n`;

  it('is filled anew, and nothing else is touched', () => {
    expect(replaceBlock(document, 'new\n')).toBe(document.replace('old', 'new'));
    expect(replaceBlock(replaceBlock(document, '$& $1'), 'old')).toBe(document);
  });

  it('must be there', () => {
    expect(() => replaceBlock('# By hand', 'new')).toThrow('eval:begin');
  });
});
