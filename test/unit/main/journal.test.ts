import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, JOURNAL_FILE } from '../../../src/main/journal.js';
import { createJob } from '../../../src/shared/job.js';
import { compactHistory, createdLine, migrateLine, replayJournal } from '../../../src/shared/journal.js';
import type { JournalLine } from '../../../src/shared/journal-lines.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import type { TranscribeOptions } from '../../../src/shared/options.js';
import { toSamples } from '../../../src/shared/time.js';
import { makeCheckpoint, MADE_STATS } from '../made-checkpoint.js';
import { makeSegment } from './fake-engine.js';

const DURABLE = { isDurable: true };

let path: string;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-journal-'));
  path = join(folder, JOURNAL_FILE);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function created(): JournalLine {
  return createdLine(createJob('job-1', 'talk.mp3', DEFAULT_OPTIONS, 5), '/talk.mp3', 3);
}

function commit(index: number): JournalLine {
  return {
    kind: 'commit',
    segments: [makeSegment(index, ` Text ${index}.`)],
    processed: toSamples((index + 1) * 480_000),
    elapsedMs: index,
    isSilent: false,
    checkpoint: makeCheckpoint({ segmentCount: index + 1 }),
  };
}

async function write(...lines: readonly JournalLine[]): Promise<void> {
  const journal = await Journal.create(path, created());
  for (const line of lines) await journal.append(line, DURABLE);
  await journal.close();
}

describe('a journal on disk', () => {
  it('says after any tear what its whole lines say, and goes on behind them', async () => {
    await write(commit(0), commit(1), { kind: 'done', stats: MADE_STATS, warning: null });
    const whole = readFileSync(path);
    const ends = [...whole.entries()].flatMap(([index, byte]) => (byte === 10 ? [index + 1] : []));

    for (const cut of [ends[0]!, ends[0]! + 1, ends[1]! - 1, ends[1]!, ends[1]! + 7, ends[2]! + 3]) {
      writeFileSync(path, whole);
      truncateSync(path, cut);
      const opened = await Journal.open(path);
      const count = ends.filter((end) => end <= cut).length - 1;
      expect(opened?.replay.history.segments).toHaveLength(Math.min(count, 2));
      await opened?.journal.append(commit(7), DURABLE);
      await opened?.journal.close();

      const text = replayJournal(readFileSync(path, 'utf8'))?.history.segments.at(-1)?.text;
      expect(text).toBe(' Text 7.');
    }
  });

  it('keeps lines of kinds that it does not know, through compaction too', async () => {
    await write(commit(0));
    const strange = '{"kind":"mood","value":"good"}';
    appendFileSync(path, `${strange}\n`);
    const opened = await Journal.open(path);
    if (opened === null) throw new Error('not opened');
    expect(opened.replay).toMatchObject({ damagedCount: 0, unknownLines: [strange] });

    await opened.journal.compact(compactHistory(opened.replay.history), opened.replay.unknownLines);
    await opened.journal.append(commit(1), DURABLE);
    await opened.journal.close();

    const again = replayJournal(readFileSync(path, 'utf8'));
    expect(again?.unknownLines).toEqual([strange]);
    expect(again?.history.segments.map(({ text }) => text)).toEqual([' Text 0.', ' Text 1.']);
  });

  it('keeps what was skipped within speech, through compaction too', async () => {
    const skipped = [{ kind: 'noise', start: toSamples(10), end: toSamples(20) }] as const;
    await write({ ...commit(0), skipped: [...skipped] } as JournalLine, commit(1));
    const opened = await Journal.open(path);
    if (opened === null) throw new Error('not opened');
    expect(opened.replay.history.skipped).toEqual(skipped);

    await opened.journal.compact(compactHistory(opened.replay.history), []);
    await opened.journal.close();

    expect(replayJournal(readFileSync(path, 'utf8'))?.history.skipped).toEqual(skipped);
  });

  it('passes over a spoiled line in its middle, keeps the text around it and counts it', async () => {
    await write(commit(0));
    appendFileSync(path, '{"kind":"commit","segm\u0000\n');
    appendFileSync(path, `${JSON.stringify(commit(1))}\n`);

    const replay = replayJournal(readFileSync(path, 'utf8'));

    expect(replay?.damagedCount).toBe(1);
    expect(replay?.history.segments).toHaveLength(2);
  });

  it('leaves a journal of a newer version alone', async () => {
    writeFileSync(path, `${JSON.stringify({ ...created(), version: 99 })}\n`);
    const before = readFileSync(path, 'utf8');

    expect(await Journal.open(path)).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('what a journal says', () => {
  it('is the same after compaction, whatever happened', () => {
    const line = fc.oneof(
      fc.nat({ max: 5 }).map(commit),
      fc.constantFrom<JournalLine>(
        { kind: 'language', language: 'en', probability: 0.9 },
        { kind: 'span', span: { kind: 'speech', start: toSamples(0), end: toSamples(100) } },
        { kind: 'resumed' },
        { kind: 'cancelled' },
        { kind: 'restarted', options: DEFAULT_OPTIONS },
        { kind: 'done', stats: MADE_STATS, warning: 'cut short' },
        { kind: 'moved', order: 7.5 },
        { kind: 'listed', isListed: false },
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = [created(), ...lines].map((one) => `${JSON.stringify(one)}\n`).join('');
        const history = replayJournal(text)!.history;

        const compacted = compactHistory(history)
          .map((one) => `${JSON.stringify(one)}\n`)
          .join('');

        expect(replayJournal(compacted)?.history).toEqual(history);
      }),
    );
  });

  it('does not lose text for a checkpoint that it cannot read', () => {
    const line = { ...commit(0), checkpoint: { start: 'here' } };
    const history = replayJournal(`${JSON.stringify(created())}\n${JSON.stringify(line)}\n`)?.history;

    expect(history?.segments).toHaveLength(1);
    expect(history?.checkpoint).toMatchObject({ start: 480_000, previous: [] });
  });

  it('takes a cancel that nobody answered as made, and text that came meanwhile as text', () => {
    const lines = [created(), { kind: 'cancel-asked' }, commit(0)];
    const replay = replayJournal(lines.map((one) => `${JSON.stringify(one)}\n`).join(''));

    expect(replay?.history.job.state).toBe('cancelled');
    expect(replay?.history.segments).toHaveLength(1);
    expect(replay?.damagedCount).toBe(0);
  });

  it('takes options field by field: an unknown one is passed over, a missing one is the default', () => {
    const older: Partial<TranscribeOptions> = { ...DEFAULT_OPTIONS };
    delete older.batchSize;
    const line = { ...created(), options: { ...older, language: 'de', vad: 'psychic', future: 1 } };
    const history = replayJournal(`${JSON.stringify(line)}\n`)?.history;

    expect(history?.job.options).toEqual({ ...DEFAULT_OPTIONS, language: 'de' });
  });

  it('brings old lines forward one version at a time', () => {
    const steps = [(line: unknown) => [line, 2], (line: unknown) => [line, 3]];

    expect(migrateLine('x', 1, steps)).toEqual([['x', 2], 3]);
    expect(migrateLine('x', 2, steps)).toEqual(['x', 3]);
    expect(migrateLine('x', 3, steps)).toBe('x');
  });
});
