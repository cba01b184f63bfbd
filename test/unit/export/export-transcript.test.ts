/**
 * Golden files hold what each format looks like. After a wanted change of a format write them anew
 * with `UPDATE_GOLDEN=1 npx vitest run --project unit test/unit/export` and read the difference.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEXT_FORMATS, exportTranscript } from '../../../src/shared/export/index.js';
import { samplesToMs, toSamples } from '../../../src/shared/time.js';
import type { Transcript } from '../../../src/shared/transcript.js';
import { AWKWARD, EMPTY, makeSegment } from './awkward-transcript.js';

function withText(...texts: readonly string[]): Transcript {
  const segments = texts.map((text, index) =>
    makeSegment(index, index * 16_000, index * 16_000 + 16_000, text),
  );
  return { ...AWKWARD, segments };
}

describe('golden files', () => {
  it.each(TEXT_FORMATS)('%s equals its golden file, byte for byte', (format) => {
    const url = new URL(`../../golden/awkward.${format}`, import.meta.url);
    const printed = exportTranscript(AWKWARD, format);

    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(url, printed);

    expect(printed).toBe(readFileSync(url, 'utf8'));
  });
});

describe('every format', () => {
  it.each(TEXT_FORMATS)('%s of text ends with exactly one line feed', (format) => {
    const printed = exportTranscript(withText(' a', ' b'), format);

    expect(printed).toMatch(/[^\n]\n$/);
  });

  it('prints an empty transcript as a valid, empty file', () => {
    expect(exportTranscript(EMPTY, 'txt')).toBe('');
    expect(exportTranscript(EMPTY, 'srt')).toBe('');
    expect(exportTranscript(EMPTY, 'vtt')).toBe('WEBVTT\n');
    expect(exportTranscript(EMPTY, 'csv')).toBe('start,end,text\n');
    expect(JSON.parse(exportTranscript(EMPTY, 'json'))).toEqual({ text: '', segments: [], language: 'en' });
  });
});

describe('subtitles', () => {
  it('srt numbers its cues from 1 without gaps though empty segments are left out', () => {
    const printed = exportTranscript(withText(' a', ' ', ' b', '', ' c'), 'srt');

    expect(printed.match(/^\d+$/gm)).toEqual(['1', '2', '3']);
  });

  it('no text can end a cue early or start a new one', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('-', '>', '\n', '\r', ' ', 'a', '&', '<') }));

    fc.assert(
      fc.property(texts, (lines) => {
        const count = lines.filter((line) => line.trim() !== '').length;
        for (const format of ['srt', 'vtt'] as const) {
          const printed = exportTranscript(withText(...lines), format);
          const blocks = printed.split('\n\n').filter((block) => block.includes(' --> '));

          expect(blocks).toHaveLength(count);
          expect(printed.match(/-->/g) ?? []).toHaveLength(count);
        }
      }),
    );
  });

  it('a vtt cue always ends after it starts', () => {
    const printed = exportTranscript(AWKWARD, 'vtt');
    const times = [...printed.matchAll(/^(\S+) --> (\S+)$/gm)];

    expect(times).toHaveLength(10);
    for (const [, start = '', end = ''] of times) expect(end > start).toBe(true);
  });
});

describe('data', () => {
  it('json has the fields of openai/whisper and no others', () => {
    const printed = JSON.parse(exportTranscript(AWKWARD, 'json')) as { segments: object[] };

    expect(Object.keys(printed)).toEqual(['text', 'segments', 'language']);
    expect(Object.keys(printed.segments[0] ?? {})).toEqual(
      'id seek start end text tokens temperature avg_logprob compression_ratio no_speech_prob'.split(' '),
    );
    expect(printed.segments).toHaveLength(AWKWARD.segments.length);
  });

  it('json counts seek in frames of 10 ms and times in seconds', () => {
    const transcript = { ...AWKWARD, segments: [makeSegment(0, 480_000 + 24_680, 512_345, ' a')] };
    const printed = JSON.parse(exportTranscript(transcript, 'json')) as { segments: object[] };

    expect(printed.segments[0]).toMatchObject({ seek: 3000, start: 31.543, end: 32.022 });
  });

  it('all formats agree on every time to the millisecond', () => {
    const bound = 200 * 3600 * 16_000;
    fc.assert(
      fc.property(fc.nat(bound), fc.integer({ min: 16, max: bound }), (start, length) => {
        const transcript = { ...AWKWARD, segments: [makeSegment(0, start, start + length, ' a')] };
        const ms = [samplesToMs(start), samplesToMs(start + length)];

        expect(exportTranscript(transcript, 'csv')).toBe(`start,end,text\n${ms.join(',')},"a"\n`);
        expect(readClocks(exportTranscript(transcript, 'srt'))).toEqual(ms);
        expect(readClocks(exportTranscript(transcript, 'vtt'))).toEqual(ms);
        const json = JSON.parse(exportTranscript(transcript, 'json')) as {
          segments: [{ start: number; end: number }];
        };
        expect([json.segments[0].start, json.segments[0].end]).toEqual(ms.map((time) => time / 1000));
      }),
    );
  });
});

describe('words with times', () => {
  const words = ([' One', ' two', ' & <b>', ' -->', ' last.'] as const).map((text, i) => ({
    text,
    start: toSamples(16_000 * (i + 1)),
    end: toSamples(16_000 * (i + 2)),
    probability: 0.5 + i / 10,
  }));
  const text = words.map((word) => word.text).join('');
  const segment = { ...makeSegment(0, 16_000, 96_000, text), words };
  const transcript: Transcript = { ...AWKWARD, segments: [segment] };

  it('are in json under the names of openai/whisper', () => {
    const printed = JSON.parse(exportTranscript(transcript, 'json')) as { segments: [{ words: object[] }] };

    expect(printed.segments[0].words).toHaveLength(5);
    expect(printed.segments[0].words[1]).toEqual({ word: ' two', start: 2, end: 3, probability: 0.6 });
  });

  it('are in vtt as timestamps inside the cue, and the text is the same without them', () => {
    const printed = exportTranscript(transcript, 'vtt');

    expect(printed).toBe(
      'WEBVTT\n\n00:00:01.000 --> 00:00:06.000\n' +
        'One<00:00:02.000> two<00:00:03.000> &amp; &lt;b&gt;<00:00:04.000> --&gt;<00:00:05.000> last.\n',
    );
  });

  it('in vtt never go back, leave the cue or stand for other text', () => {
    const wrong = words.map((word, i) => ({
      ...word,
      start: toSamples([0, 90_000, 80_000, 96_000, 99_000][i]!),
    }));

    expect(exportTranscript({ ...transcript, segments: [{ ...segment, words: wrong }] }, 'vtt')).toContain(
      '\nOne<00:00:05.625> two &amp; &lt;b&gt; --&gt; last.\n',
    );
    const other = { ...segment, text: ' Other text.' };
    expect(exportTranscript({ ...transcript, segments: [other] }, 'vtt')).toContain('\nOther text.\n');
  });

  it('change nothing in the formats that have no place for them', () => {
    const plain: Transcript = { ...AWKWARD, segments: [makeSegment(0, 16_000, 96_000, text)] };

    for (const format of ['txt', 'srt', 'csv'] as const) {
      expect(exportTranscript(transcript, format)).toBe(exportTranscript(plain, format));
    }
  });
});

function readClocks(printed: string): number[] {
  return [...printed.matchAll(/(\d{2,}):(\d\d):(\d\d)[.,](\d{3})/g)].map((match) => {
    const [hours = 0, minutes = 0, seconds = 0, ms = 0] = match.slice(1).map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
  });
}
