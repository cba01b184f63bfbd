import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nameJobFolder } from '../../../src/main/job-folder.js';
import { JobRecord } from '../../../src/main/job-record.js';
import { Library } from '../../../src/main/library.js';
import type { StoredJob } from '../../../src/main/library.js';
import { createJob } from '../../../src/shared/job.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { toSamples } from '../../../src/shared/time.js';
import { makeCheckpoint, MADE_STATS } from '../made-checkpoint.js';
import { makeSegment } from './fake-engine.js';

let root: string;
let library: Library;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tilescribe-library-'));
  library = new Library(root);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function recordOf({ history, store }: StoredJob, failures: unknown[] = []): JobRecord {
  return new JobRecord(history, store, {
    onChange: () => undefined,
    onUnsaved: (_, thrown) => failures.push(thrown),
  });
}

async function keep(id: string, fileName: string, text: string, createdAtMs = 1): Promise<JobRecord> {
  const job = createJob(id, fileName, DEFAULT_OPTIONS, createdAtMs);
  const record = recordOf(await library.create(job, `/${fileName}`, createdAtMs));
  await record.add({
    kind: 'commit',
    segments: [makeSegment(0, text)],
    processed: toSamples(480_000),
    elapsedMs: 1,
    isSilent: false,
    checkpoint: makeCheckpoint(),
  });
  return record;
}

const DONE = { kind: 'done', stats: MADE_STATS, warning: null } as const;

describe('the library', () => {
  it('lists what was finished and what a crash left, newest first, from a folder of plain files', async () => {
    const finished = await keep('job-a', 'a.mp3', ' Finished text.', 1);
    await finished.add(DONE);
    await finished.close();
    await keep('job-b', 'b.mp3', ' Left by a crash.', 2);

    const entries = await new Library(root).list(null);

    expect(entries).toMatchObject([
      { id: 'job-b', state: 'queued', segmentCount: 1, snippet: { text: 'Left by a crash.', match: null } },
      { id: 'job-a', state: 'done', segmentCount: 1, snippet: { text: 'Finished text.', match: null } },
    ]);
    const files = readdirSync(library.folderOf('job-a')!).sort();
    expect(files).toEqual(['job.json', 'journal.jsonl', 'transcript.json', 'transcript.txt']);
    expect(readFileSync(join(library.folderOf('job-a')!, 'transcript.txt'), 'utf8')).toBe('Finished text.\n');
  });

  it('finds words in texts and names, whatever their case, and takes signs as signs', async () => {
    for (const [id, name, text] of [
      ['job-a', 'meeting.mp3', ' We spoke about C++ and Ärger.'],
      ['job-b', 'Holiday.mp3', ' Nothing else.'],
    ] as const) {
      const record = await keep(id, name, text);
      await record.add(DONE);
    }
    const find = async (query: string) => (await library.list(query)).map(({ id }) => id);

    expect(await find('c++')).toEqual(['job-a']);
    expect(await find('ärger')).toEqual(['job-a']);
    expect(await find('HOLIDAY')).toEqual(['job-b']);
    expect(await find('.*')).toEqual([]);
  });

  it('gives back at the next start what is not over, in its order, and nothing else', async () => {
    const done = await keep('job-a', 'a.mp3', ' Done.', 1);
    await done.add(DONE);
    const second = await keep('job-b', 'b.mp3', ' Second.', 2);
    await keep('job-c', 'c.mp3', ' First.', 3);
    await second.add({ kind: 'moved', order: 9 });

    const restored = await new Library(root).loadListed();

    expect(restored.map(({ history }) => history.job.id)).toEqual(['job-c', 'job-b']);
    expect(restored[0]?.history.checkpoint).toEqual(makeCheckpoint());
  });

  it('deletes the folder with all that is in it, and no other', async () => {
    await keep('job-a', 'a.mp3', ' Gone.');
    await keep('job-b', 'b.mp3', ' Stays.');
    const folder = library.folderOf('job-a')!;
    writeFileSync(join(folder, 'audio.wav'), 'sound');
    mkdirSync(join(root, 'not ours'));

    await new Library(root).delete('job-a');

    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(root)).toHaveLength(2);
    await expect(new Library(root).delete('../job-b')).rejects.toThrow('no longer in the library');
  });

  it('deletes the sound and the waveform too, and what else lies in the folder', async () => {
    const record = await keep('job-a', 'a.mp3', ' Secret.');
    await record.add(DONE);
    await record.close();
    const folder = library.folderOf('job-a') ?? '';
    for (const name of ['audio.wav', 'peaks.bin', 'run.json', 'note of the user.txt']) {
      writeFileSync(join(folder, name), 'x');
    }
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['journal.jsonl', 'transcript.txt', 'transcript.json', 'job.json', 'audio.wav']),
    );

    await library.delete('job-a');

    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(root)).toEqual([]);
    expect(await library.list(null)).toEqual([]);
  });

  it('keeps new jobs in the folder it moved to, and still has those of the folders before, also after a restart', async () => {
    const [before, after] = [join(root, 'before'), join(root, 'after')];
    library = new Library(before);
    const finished = await keep('job-a', 'a.mp3', ' Early text.', 1);
    await finished.add(DONE);
    await finished.close();
    await (await keep('job-b', 'b.mp3', ' Broken off.', 2)).close();

    expect(library.move(after)).toEqual({ libraryFolder: after, formerLibraryFolders: [before] });
    const late = await keep('job-c', 'c.mp3', ' Late text.', 3);
    await late.add(DONE);
    await late.close();

    expect(readdirSync(before)).toHaveLength(2);
    expect(readdirSync(after)).toHaveLength(1);
    for (const opened of [library, new Library(after, [before])]) {
      expect((await opened.list(null)).map(({ id }) => id)).toEqual(['job-c', 'job-b', 'job-a']);
      expect((await opened.list('early')).map(({ id }) => id)).toEqual(['job-a']);
    }
    const restored = await new Library(after, [before, join(root, 'gone')]).loadListed();
    expect(restored.map(({ history }) => history.job.id)).toEqual(['job-b']);
    await library.delete('job-a');
    expect(readdirSync(before)).toHaveLength(1);
  });

  it('that moves back names each former folder once, and never the one it is in', () => {
    const library = new Library('/a');
    library.move('/b');
    library.move('/c');

    expect(library.move('/a')).toEqual({ libraryFolder: '/a', formerLibraryFolders: ['/c', '/b'] });
    expect(library.move('/a')).toEqual({ libraryFolder: '/a', formerLibraryFolders: ['/c', '/b'] });
  });

  it('names folders so that they sort by day and never leave the library', () => {
    const at = new Date(2026, 10, 25).getTime();
    const name = nameJobFolder({ id: '0123456789', fileName: '../../etc/pass\nwd.mp3', createdAtMs: at });
    const long = nameJobFolder({ id: '0123456789', fileName: `${'語'.repeat(300)}.mp3`, createdAtMs: at });

    expect(name).toBe('2026-11-25 pass_wd (01234567)');
    expect(Buffer.byteLength(long)).toBeLessThan(200);
  });
});

describe('a job whose disk refuses', () => {
  it('goes on in memory and says so once', async () => {
    const { history, store } = await library.create(
      createJob('job-a', 'a.mp3', DEFAULT_OPTIONS),
      '/a.mp3',
      1,
    );
    const failures: unknown[] = [];
    const append = () => Promise.reject(new Error('ENOSPC'));
    const refusing = {
      ...store,
      journal: { append, flush: store.journal.flush, close: store.journal.close, length: 0 },
    };
    const record = recordOf({ history, store: refusing, damagedCount: 0 }, failures);

    for (const index of [0, 1]) {
      await record.add({
        kind: 'commit',
        segments: [makeSegment(index, ' Text.')],
        processed: toSamples(480_000),
        elapsedMs: 1,
        isSilent: false,
        checkpoint: makeCheckpoint(),
      });
    }

    expect(record.history.segments).toHaveLength(2);
    expect(failures).toHaveLength(1);
  });
});
