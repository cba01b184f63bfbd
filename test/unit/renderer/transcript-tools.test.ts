/** What the transcript view computes: undo, search, review, playback, coverage, order of the queue. */
import { describe, expect, it } from 'vitest';
import {
  describeDevice,
  describeNpu,
  listPlaces,
  offerDevices,
  shownDevice,
} from '../../../src/renderer/devices.js';
import { findMatches, firstMatchFrom } from '../../../src/renderer/find.js';
import { placeAfterDrop, placeAfterMove } from '../../../src/renderer/reorder.js';
import { listDoubtful, MAX_DOUBTFUL, stepDoubtful } from '../../../src/renderer/review.js';
import {
  formatReplacements,
  parseLanguages,
  parseReplacements,
  parseVocabulary,
} from '../../../src/renderer/setting-lists.js';
import { findSpoken } from '../../../src/renderer/spoken.js';
import { matchTokens } from '../../../src/renderer/token-tail.js';
import type { LiveToken } from '../../../src/renderer/token-tail.js';
import { EMPTY_STACKS, pushEdit, stepBack, stepForward } from '../../../src/renderer/undo-stack.js';
import { columnsOf, listMissing, listStretches } from '../../../src/renderer/waveform.js';
import { editText } from '../../../src/shared/edit/builders.js';
import { applyEdit } from '../../../src/shared/edit/edit.js';
import { seconds, segment } from './events.js';
import type { ModelStatus } from '../../../src/shared/contract.js';
import type { DoctorReport } from '../../../src/shared/doctor.js';

function wordAt(text: string, start: number, probability: number) {
  return { text, start: seconds(start), end: seconds(start + 0.4), probability };
}

describe('undo', () => {
  const before = [segment(0), segment(1)];

  function typed(text: string, from: readonly ReturnType<typeof segment>[]) {
    const edit = editText(from, 0, text);
    if (edit === null) throw new Error('nothing changed');
    return { edit, segments: applyEdit(from, edit) ?? [] };
  }

  it('takes back the typing of one stay in a segment as one step, and does it again', () => {
    const first = typed('Segm', before);
    const second = typed('Segment zero', first.segments);
    const stacks = pushEdit(pushEdit(EMPTY_STACKS, first.edit, 'text 1'), second.edit, 'text 1');
    const back = stepBack(stacks);

    expect(stacks.undo).toHaveLength(1);
    expect(back === null ? null : applyEdit(second.segments, back.edit)).toEqual(before);
    const again = back === null ? null : stepForward(back.stacks);
    expect(again === null ? null : applyEdit(before, again.edit)?.[0]?.text).toBe(' Segment zero');
  });

  it('keeps stays apart, and forgets what was undone when something new is done', () => {
    const first = typed('One', before);
    const second = typed('Two', first.segments);
    const stacks = pushEdit(pushEdit(EMPTY_STACKS, first.edit, 'text 1'), second.edit, 'text 2');

    expect(stacks.undo).toHaveLength(2);
    const back = stepBack(stacks);
    expect(pushEdit(back?.stacks ?? EMPTY_STACKS, second.edit, null).redo).toEqual([]);
  });
});

describe('search', () => {
  const texts = [{ text: ' Ask not what' }, { text: ' you can ask, ask' }];

  it('finds every place, whatever its case unless asked', () => {
    expect(findMatches(texts, 'ask', false)).toEqual([
      { at: 0, from: 1, to: 4 },
      { at: 1, from: 9, to: 12 },
      { at: 1, from: 14, to: 17 },
    ]);
    expect(findMatches(texts, 'Ask', true)).toHaveLength(1);
    expect(findMatches(texts, ' ', false)).toEqual([]);
  });

  it('keeps its places where a letter changes its length with its case', () => {
    expect(findMatches([{ text: 'İstanbul is big' }], 'big', false)).toEqual([{ at: 0, from: 12, to: 15 }]);
  });

  it('begins at the segment that the reader is at, and goes round', () => {
    const matches = findMatches(texts, 'ask', false);

    expect(firstMatchFrom(matches, 1)).toBe(1);
    expect(firstMatchFrom(matches, 2)).toBe(0);
  });
});

describe('review', () => {
  it('lists doubtful words in order, no sure ones, no marks, none that a person wrote', () => {
    const words = [
      wordAt(' sure', 0, 0.9),
      wordAt(' maybe', 1, 0.5),
      wordAt(' —', 2, 0.1),
      { text: ' typed', start: seconds(3), end: seconds(4), isEdited: true as const },
    ];

    expect(listDoubtful([segment(0, { words })]).map(({ text, word }) => [text, word])).toEqual([
      ['maybe', 1],
    ]);
  });

  it('keeps the least certain when there are too many', () => {
    const words = Array.from({ length: 500 }, (_, i) => wordAt(` w${i}`, i, 0.001 * (i + 1)));
    const listed = listDoubtful([segment(0, { words })]);

    expect(listed).toHaveLength(MAX_DOUBTFUL);
    expect(listed.at(-1)?.text).toBe('w199');
  });

  it('begins where one listens, then goes on and round', () => {
    const words = [{ start: seconds(1) }, { start: seconds(5) }];

    expect(stepDoubtful(words, null, seconds(2), 1)).toBe(1);
    expect(stepDoubtful(words, null, seconds(2), -1)).toBe(0);
    expect(stepDoubtful(words, 1, 0, 1)).toBe(0);
    expect(stepDoubtful([], null, 0, 1)).toBeNull();
  });
});

describe('playback', () => {
  const segments = [
    segment(0, { words: [wordAt(' One', 0, 1), wordAt(' two', 1, 1)] }),
    segment(1, { start: seconds(8), end: seconds(9), words: [wordAt(' three', 8, 1)] }),
  ];

  it.each([
    [1.2, { at: 0, word: 1 }],
    [0.7, { at: 0, word: -1 }],
    [6, { at: -1, word: -1 }],
    [8.1, { at: 1, word: 0 }],
  ])('at %f s is at %o', (time, spoken) => {
    expect(findSpoken(segments, seconds(time))).toEqual(spoken);
  });
});

describe('tokens of committed segments', () => {
  const token = (text: string): LiveToken => ({
    id: 1,
    text,
    probability: 1,
    latencyMs: null,
    alternatives: null,
  });

  it('are told apart by the texts they make, and left out where they made another text', () => {
    const tokens = [token(''), token(' One'), token(' two'), token(' three')];
    const matched = matchTokens([{ text: ' One two' }, { text: ' Three' }], tokens);

    expect(matched[0]?.map(({ text }) => text)).toEqual(['', ' One', ' two']);
    expect(matched[1]).toBeNull();
  });
});

describe('the recording at a glance', () => {
  it('shows the loudest of each column', () => {
    const peaks = new Uint8Array(new Int8Array([-64, 10, 0, 32, -128, 0, 0, 0]).buffer);

    expect([...columnsOf({ samplesPerPeak: 100, peaks }, 400, 2)]).toEqual([0.5, 1]);
  });

  it('calls silence skipped where it is long and has no text, and marks retried segments', () => {
    const spans = [
      { kind: 'speech', start: seconds(0), end: seconds(5) },
      { kind: 'silence', start: seconds(5), end: seconds(5.5) },
      { kind: 'noise', start: seconds(5.5), end: seconds(20) },
      { kind: 'failed', start: seconds(20), end: seconds(25) },
    ] as const;
    const stretches = listStretches(spans, [segment(0, { reasons: ['retried'] })]);

    expect(stretches.map(({ kind }) => kind)).toEqual(['heard', 'heard', 'skipped', 'failed', 'retried']);
    expect(listMissing(stretches).map(({ kind }) => kind)).toEqual(['skipped', 'failed']);
  });

  it('offers the longest stretches without text, in order, when there are too many', () => {
    const stretches = Array.from({ length: 60 }, (_, i) => ({
      kind: 'skipped' as const,
      start: 1000 * i,
      end: 1000 * i + 10 * (i + 1),
    }));

    expect(listMissing(stretches).map(({ start }) => start)).toEqual(
      Array.from({ length: 50 }, (_, i) => 1000 * (i + 10)),
    );
  });
});

describe('the order of the queue', () => {
  const jobs = [
    { id: 'a', state: 'running' },
    { id: 'b', state: 'queued' },
    { id: 'c', state: 'queued' },
    { id: 'd', state: 'queued' },
  ] as const;

  it('moves waiting files among waiting files', () => {
    expect(placeAfterMove(jobs, 'c', 'ArrowUp')).toBe('b');
    expect(placeAfterMove(jobs, 'c', 'ArrowDown')).toBeNull();
    expect(placeAfterMove(jobs, 'b', 'ArrowDown')).toBe('d');
    expect(placeAfterMove(jobs, 'b', 'ArrowUp')).toBeUndefined();
    expect(placeAfterMove(jobs, 'a', 'ArrowDown')).toBeUndefined();
    expect(placeAfterMove(jobs, 'd', 'Home')).toBe('b');
  });

  it('drops a file before or after another one', () => {
    expect(placeAfterDrop(jobs, 'd', { id: 'b', side: 'before' })).toBe('b');
    expect(placeAfterDrop(jobs, 'b', { id: 'c', side: 'after' })).toBe('d');
    expect(placeAfterDrop(jobs, 'b', { id: 'd', side: 'after' })).toBeNull();
    expect(placeAfterDrop(jobs, 'b', { id: 'a', side: 'before' })).toBeUndefined();
  });
});

describe('settings that are lists', () => {
  it('are read as people write them', () => {
    expect(parseVocabulary(' Ada \n\nAda\nBob')).toEqual(['Ada', 'Bob']);
    expect(parseLanguages('english, nl\nKlingon')).toEqual(['en', 'nl']);
    const replacements = parseReplacements('tile scribe = Tilescribe\nno sign\n= nothing\num =');
    expect(replacements).toEqual([
      { from: 'tile scribe', to: 'Tilescribe' },
      { from: 'um', to: '' },
    ]);
    expect(parseReplacements(formatReplacements(replacements))).toEqual(replacements);
  });
});

describe('devices', () => {
  it('are offered with the reason of those that cannot be used', () => {
    const offered = (npu: Parameters<typeof offerDevices>[0], isDeveloper = false) =>
      offerDevices(npu, 'unknown', isDeveloper).map(({ device, reason }) => [device, reason]);

    expect(offered(null)).toEqual([
      ['auto', null],
      ['npu', 'unknown'],
      ['cpu', null],
    ]);
    expect(offered({ isUsable: false, reason: 'no driver' })[1]).toEqual(['npu', 'no driver']);
    expect(offered({ isUsable: true, reason: '' })[1]).toEqual(['npu', null]);
    expect(offered(null, true)[3]).toEqual(['npu-emulated', null]);
  });

  it('of a model are those that it can use on a machine that has them', () => {
    const line = { part: 'engine', title: 'Engine', found: 'not built', cause: null, fix: null } as const;
    const report: DoctorReport = {
      version: '1',
      lines: [
        { ...line, id: 'engine.native', state: 'pass' },
        { ...line, id: 'engine.onnx', state: 'skip', title: 'ONNX Runtime' },
        { ...line, id: 'npu.cpu', part: 'npu', state: 'fail', title: 'Processor', found: 'too old' },
      ],
    };
    const all = (['cpu', 'onnx', 'npu'] as const).map((device) => ({ device, reason: null }));
    const usable = (devices: ModelStatus['devices'], of: DoctorReport | null) =>
      listPlaces(devices, of).map(({ isUsable }) => isUsable);

    expect(usable(all, report)).toEqual([true, false, false]);
    expect(usable(all, null)).toEqual([null, null, null]);
    const [place] = listPlaces([{ device: 'cpu', reason: 'too large' }], report);
    expect(place).toEqual({ device: 'cpu', isUsable: false, reason: 'too large' });
    expect(describeDevice('onnx', report)?.reason).toBe('ONNX Runtime: not built.');
    expect(describeDevice('npu', report)?.reason).toBe('Processor: too old.');
  });

  it('are shown by what computes', () => {
    expect((['auto', 'cpu', 'onnx', 'npu'] as const).map(shownDevice)).toEqual(['auto', 'cpu', 'cpu', 'npu']);
  });

  it('name the first thing that the NPU lacks, with its remedy', () => {
    const line = { id: 'a', part: 'npu', title: 'Driver', found: 'none', cause: null, fix: null } as const;
    const report = {
      version: '1',
      lines: [
        { ...line, state: 'pass' },
        { ...line, state: 'fail', cause: 'Too old.', fix: 'sudo modprobe amdxdna' },
      ],
    } as const;

    const npu = describeNpu({ version: report.version, lines: [...report.lines] });
    expect(npu).toEqual({ isUsable: false, reason: 'Driver: none. Too old. sudo modprobe amdxdna' });
  });
});
