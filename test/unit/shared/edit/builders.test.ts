/** What a person does to a transcript: texts, times of words, and the way back. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  editText,
  mergeWithNext,
  nameSpeakerAt,
  replacePlaces,
  splitSegment,
} from '../../../../src/shared/edit/builders.js';
import { applyEdit, invertEdit } from '../../../../src/shared/edit/edit.js';
import type { Edit } from '../../../../src/shared/edit/edit.js';
import { toSamples } from '../../../../src/shared/time.js';
import type { Segment, Word } from '../../../../src/shared/transcript.js';

function segmentOf(index: number, text: string, start: number): Segment {
  const texts = text.match(/\s*\S+/gu) ?? [];
  const words: Word[] = texts.map((word, position) => ({
    text: word,
    start: toSamples(start + position * 1000),
    end: toSamples(start + position * 1000 + 800),
    probability: 0.9,
  }));
  return {
    index,
    start: toSamples(start),
    end: toSamples(start + texts.length * 1000),
    text,
    tokens: [1, 2, 3],
    windowStart: toSamples(0),
    temperature: 0,
    averageLogProbability: -0.2,
    compressionRatio: 1.3,
    noSpeechProbability: 0.01,
    words,
  };
}

const SEGMENTS = [
  segmentOf(0, ' Ask not what your country', 0),
  segmentOf(1, ' can do for you, ask', 10_000),
  segmentOf(2, ' what you can do', 20_000),
];

function after(edit: Edit | null): readonly Segment[] {
  if (edit === null) throw new Error('there is no edit');
  const segments = applyEdit(SEGMENTS, edit);
  if (segments === null) throw new Error('the edit does not fit');
  return segments;
}

const joined = (segment: Segment | undefined) => segment?.words?.map(({ text }) => text).join('');

describe('text', () => {
  it('keeps the times of words that are as they were, and claims nothing of the new ones', () => {
    const [segment] = after(editText(SEGMENTS, 0, 'Ask not what our big country'));

    expect(segment?.text).toBe(' Ask not what our big country');
    expect(joined(segment)).toBe(segment?.text);
    expect(segment?.words?.map(({ start, probability }) => [start, probability])).toEqual([
      [0, 0.9],
      [1000, 0.9],
      [2000, 0.9],
      [2800, undefined],
      [3400, undefined],
      [4000, 0.9],
    ]);
    expect(segment).toMatchObject({ isEdited: true, tokens: [] });
  });

  it('does not take a word for kept that has only grown', () => {
    const [segment] = after(editText(SEGMENTS, 0, 'Ask nothing what your country'));

    expect(segment?.words?.[1]).toMatchObject({ text: ' nothing', isEdited: true });
  });

  it('is no edit when nothing changed, and a deletion when nothing is left', () => {
    expect(editText(SEGMENTS, 0, ' Ask not what your country ')).toBeNull();
    expect(after(editText(SEGMENTS, 0, '  ')).map(({ text }) => text)).toEqual([
      ' can do for you, ask',
      ' what you can do',
    ]);
  });
});

describe('splitting and joining', () => {
  it('splits between words, where the second half begins', () => {
    const [first, second] = after(splitSegment(SEGMENTS, 0, ' Ask not'.length));

    expect([first?.text, second?.text]).toEqual([' Ask not', ' what your country']);
    expect([first?.end, second?.start]).toEqual([2000, 2000]);
    expect([joined(first), joined(second)]).toEqual([' Ask not', ' what your country']);
  });

  it('splits inside a word by its letters', () => {
    const [first, second] = after(splitSegment(SEGMENTS, 0, ' Ask not what your coun'.length));

    expect([joined(first), joined(second)]).toEqual([' Ask not what your coun', 'try']);
    expect(second?.start).toBe(4000 + 500);
  });

  it('makes no empty segment', () => {
    expect(splitSegment(SEGMENTS, 0, 1)).toBeNull();
    expect(splitSegment(SEGMENTS, 0, 1000)).toBeNull();
  });

  it('joins what it split', () => {
    const split = after(splitSegment(SEGMENTS, 0, ' Ask not'.length));
    const edit = mergeWithNext(split, 0);
    const merged = edit === null ? null : applyEdit(split, edit);

    expect(merged?.map(({ text }) => text)).toEqual(SEGMENTS.map(({ text }) => text));
    expect(merged?.[0]?.words).toEqual(SEGMENTS[0]?.words);
    expect(mergeWithNext(SEGMENTS, 2)).toBeNull();
  });
});

describe('replacing', () => {
  it('replaces several places of a segment at once, and keeps the words between them', () => {
    const edit = replacePlaces(
      SEGMENTS,
      [
        { at: 0, from: 1, to: 4 },
        { at: 0, from: 9, to: 13 },
        { at: 2, from: 1, to: 5 },
      ],
      'Which',
    );
    const [first, second, third] = after(edit);

    expect([first?.text, second?.text, third?.text]).toEqual([
      ' Which not Which your country',
      ' can do for you, ask',
      ' Which you can do',
    ]);
    expect(first?.words?.[1]).toEqual(SEGMENTS[0]?.words?.[1]);
    expect(second).toBe(SEGMENTS[1]);
  });
});

describe('speakers', () => {
  it('are named and taken away', () => {
    const named = after(nameSpeakerAt(SEGMENTS, 1, 'Kennedy'));
    const edit = nameSpeakerAt(named, 1, '');

    expect(named[1]?.speaker).toBe('Kennedy');
    expect(edit === null ? null : applyEdit(named, edit)?.[1]).toEqual(SEGMENTS[1]);
    expect(nameSpeakerAt(SEGMENTS, 1, '')).toBeNull();
  });
});

describe('any edit', () => {
  const at = fc.integer({ min: 0, max: 2 });
  const edits = fc.oneof(
    fc.tuple(at, fc.string()).map(([place, text]) => editText(SEGMENTS, place, text)),
    fc.tuple(at, fc.nat(40)).map(([place, offset]) => splitSegment(SEGMENTS, place, offset)),
    at.map((place) => mergeWithNext(SEGMENTS, place)),
  );

  it('can be taken back, and leaves words that are the text, in order of time', () => {
    fc.assert(
      fc.property(edits, (edit) => {
        if (edit === null) return;
        const changed = after(edit);

        expect(applyEdit(changed, invertEdit(edit))).toEqual(SEGMENTS);
        for (const segment of changed) {
          expect(joined(segment)).toBe(segment.text);
          const times = segment.words?.flatMap(({ start, end }) => [start, end]) ?? [];
          expect(times).toEqual([...times].sort((a, b) => a - b));
        }
      }),
    );
  });
});
