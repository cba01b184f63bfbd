import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Exporter } from '../../../src/main/exports.js';
import { toSamples } from '../../../src/shared/time.js';
import type { RunRecord } from '../../../src/shared/timing.js';
import type { Transcript } from '../../../src/shared/transcript.js';
import { RUN } from '../shared/made-run.js';
import { makeSegment } from './fake-engine.js';

describe('exporter', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tilescribe-export-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const transcript: Transcript = {
    fileName: 'talk.mp4',
    model: 'base',
    language: 'en',
    task: 'transcribe',
    duration: toSamples(16_000),
    segments: [makeSegment(0, ' Hello.')],
  };

  function setUp(
    answer: (suggested: string) => string | null,
    found: Transcript | null = transcript,
    run: RunRecord | null = null,
  ) {
    const asked: string[] = [];
    const exporter = new Exporter({
      jobs: { transcript: () => found, sourcePath: () => join(folder, 'talk.mp4') },
      askWhere: (suggested) => {
        asked.push(suggested);
        return Promise.resolve(answer(suggested));
      },
      homeFolder: '/home/me',
      findRun: () => Promise.resolve(run),
    });
    return { exporter, asked };
  }

  it('suggests a name beside the recording and writes where the user says', async () => {
    const { exporter, asked } = setUp((suggested) => suggested);

    const result = await exporter.save('a', 'srt');

    expect(asked).toEqual([join(folder, 'talk.srt')]);
    expect(result).toEqual({ status: 'saved', path: join(folder, 'talk.srt') });
    expect(await readFile(join(folder, 'talk.srt'), 'utf8')).toContain(
      '00:00:00,000 --> 00:00:01,000\nHello.',
    );
  });

  it('writes where the time went, whether there is text or not', async () => {
    const { exporter, asked } = setUp((suggested) => suggested, null, { timings: RUN, stepsMs: [1.5] });

    const result = await exporter.saveTimings('a');

    expect(asked).toEqual([join(folder, 'talk.mp4.timings.json')]);
    expect(result).toEqual({ status: 'saved', path: join(folder, 'talk.mp4.timings.json') });
    const written: unknown = JSON.parse(await readFile(join(folder, 'talk.mp4.timings.json'), 'utf8'));
    expect(written).toEqual({ timings: RUN, stepsMs: [1.5] });
  });

  it('opens no dialog for times that were not measured', async () => {
    const { exporter, asked } = setUp((suggested) => suggested);

    expect(await exporter.saveTimings('a')).toMatchObject({ status: 'failed' });
    expect(asked).toEqual([]);
  });

  it('writes nothing when the dialog is closed', async () => {
    const { exporter } = setUp(() => null);

    expect(await exporter.save('a', 'txt')).toEqual({ status: 'dismissed' });
  });

  it('says what went wrong as a value, and remembers only what was written', async () => {
    const { exporter } = setUp(() => '/dev/null/x.txt');

    expect(await exporter.save('a', 'txt')).toMatchObject({
      status: 'failed',
      failure: { code: 'write-failed' },
    });
    expect(exporter.isWritten('/dev/null/x.txt')).toBe(false);
  });

  it('does not open a dialog for a job without text', async () => {
    const { exporter, asked } = setUp((suggested) => suggested, null);

    expect(await exporter.save('a', 'txt')).toMatchObject({
      status: 'failed',
      failure: { code: 'wrong-usage' },
    });
    expect(asked).toEqual([]);
  });

  it('lets only written paths be shown', async () => {
    const { exporter } = setUp((suggested) => suggested);

    await exporter.save('a', 'vtt');

    expect(exporter.isWritten(join(folder, 'talk.vtt'))).toBe(true);
    expect(exporter.isWritten('/etc/passwd')).toBe(false);
  });
});
