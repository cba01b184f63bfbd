import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TranscribeCommand } from '../../../src/cli/arguments.js';
import { runTranscriptions } from '../../../src/cli/run.js';
import { Screen } from '../../../src/cli/screen.js';
import type { JobEvent } from '../../../src/shared/events.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { commit, createFakeEngine, done, english, MemorySink, opened } from './fake-engine.js';
import type { Script } from './fake-engine.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-run-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function play(...events: readonly JobEvent[]): Script {
  return async function* () {
    await Promise.resolve();
    yield* events;
  };
}

const TALK = play(opened, english, commit(0, ' And so,'), commit(1, '  '), commit(2, ' my fellow'), done);
const BROKEN = play({
  kind: 'failed',
  failure: { code: 'not-audio', message: 'It is not a recording.', remedy: 'Choose another file.' },
});

function commandFor(names: readonly string[], changes: Partial<TranscribeCommand> = {}): TranscribeCommand {
  return {
    kind: 'transcribe',
    vocabulary: null,
    inputs: names.map((name) => (name === '-' ? { kind: 'stdin' } : { kind: 'file', path: name })),
    options: DEFAULT_OPTIONS,
    output: null,
    hasJsonEvents: false,
    ...changes,
  };
}

async function run(
  command: TranscribeCommand,
  scripts: Readonly<Record<string, Script>>,
  { isTerminal = false, controller = new AbortController(), atOnce = 1 } = {},
) {
  const stdout = new MemorySink(isTerminal);
  const stderr = new MemorySink(isTerminal);
  const result = await runTranscriptions(command, {
    engine: createFakeEngine(scripts, atOnce),
    stdin: Readable.from([]),
    screen: new Screen(stdout, stderr),
    signal: controller.signal,
  });
  return { result, stdout: stdout.text, stderr: stderr.text };
}

describe('what is printed', () => {
  it('the transcript goes to standard output alone, as whisper prints it', async () => {
    const { stdout, result } = await run(commandFor(['talk.mp4']), { 'talk.mp4': TALK });

    expect(stdout).toBe('[00:00.000 --> 00:04.000]  And so,\n[00:08.000 --> 00:12.000]  my fellow\n');
    expect(result).toEqual({ failedCount: 0, isInterrupted: false });
  });

  it('without a terminal, standard error has a line at the start and one at the end', async () => {
    const { stderr } = await run(commandFor(['talk.mp4']), { 'talk.mp4': TALK });

    expect(stderr).toBe(
      'talk.mp4: mp3, 44.1 kHz stereo, 1:00; a fake, 1 thread\n' +
        'talk.mp4: done, 1:00 of English in 0:20 (3.0x real time)\n',
    );
  });

  it('on a terminal one line shows percent, speed and time left, and is wiped before other lines', async () => {
    const { stderr } = await run(commandFor(['talk.mp4']), { 'talk.mp4': TALK }, { isTerminal: true });

    expect(stderr).toContain('\r\u001b[K 20 %  2.0x real time  0:24 left\r\u001b[Ktalk.mp4: done');
    expect(stderr.endsWith('(3.0x real time)\n')).toBe(true);
  });

  it('json events are one object a line, all of them, and nothing else is on standard output', async () => {
    const token: JobEvent = {
      kind: 'token',
      id: 5,
      text: ' And',
      logProbability: -1,
      timestamp: null,
      elapsedMs: 5,
    };
    const script = play(opened, english, token, commit(0, ' And so,'), done);
    const { stdout } = await run(commandFor(['talk.mp4'], { hasJsonEvents: true }), { 'talk.mp4': script });

    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; jobId: string });
    expect(events.map((event) => event.kind)).toEqual(['opened', 'language', 'token', 'commit', 'done']);
    expect(events.every((event) => event.jobId === '1')).toBe(true);
  });

  it('names and text cannot steer the terminal', async () => {
    const name = 'a\n\u001b[2J.wav';
    const script = play(opened, commit(0, ' a\u001b[2J\nb'), done);
    const { stdout, stderr } = await run(commandFor([name]), { [name]: script });

    expect(stdout).toBe('[00:00.000 --> 00:04.000]  a [2J b\n');
    expect(stderr.startsWith('a\\x0a\\x1b[2J.wav: mp3')).toBe(true);
  });

  it('a warning is told beside success', async () => {
    const script = play(opened, { ...done, warning: 'the file is cut short' });
    const { stderr, result } = await run(commandFor(['talk.mp4']), { 'talk.mp4': script });

    expect(stderr).toContain('talk.mp4: note: the file is cut short\n');
    expect(result.failedCount).toBe(0);
  });
});

describe('files side by side', () => {
  /** The first goes on only when the second has ended: nothing else makes the second the earlier one. */
  function playOverlapping(): Readonly<Record<string, Script>> {
    let endSecond: () => void = () => undefined;
    const secondEnded = new Promise<void>((resolve) => {
      endSecond = resolve;
    });
    return {
      'a.wav': async function* () {
        yield opened;
        yield commit(0, ' a begins');
        await secondEnded;
        yield commit(1, ' a ends');
        yield done;
      },
      'b.wav': async function* () {
        yield* TALK(new AbortController().signal);
        endSecond();
        await Promise.resolve();
      },
    };
  }

  it('are printed one after the other, in their order, as if they had been transcribed so', async () => {
    const command = commandFor(['a.wav', 'b.wav'], { output: { formats: ['txt'], folder, shape: null } });
    const { stdout, stderr } = await run(command, playOverlapping(), { atOnce: 2 });

    expect(stdout).toBe(
      '[00:00.000 --> 00:04.000]  a begins\n[00:04.000 --> 00:08.000]  a ends\n' +
        '[00:00.000 --> 00:04.000]  And so,\n[00:08.000 --> 00:12.000]  my fellow\n',
    );
    expect(stderr.split('\n').map((line) => line.split(',')[0])).toEqual([
      '1/2 a.wav: mp3',
      '1/2 a.wav: done',
      `1/2 a.wav: saved ${folder}/a.txt`,
      '2/2 b.wav: mp3',
      '2/2 b.wav: done',
      `2/2 b.wav: saved ${folder}/b.txt`,
      '',
    ]);
  });

  it('tell their events as they come, each with its job', async () => {
    const command = commandFor(['a.wav', 'b.wav'], { hasJsonEvents: true });
    const { stdout } = await run(command, playOverlapping(), { atOnce: 2 });

    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; jobId: string });
    const ends = events.filter(({ kind }) => kind === 'done');
    expect(ends.map(({ jobId }) => jobId)).toEqual(['2', '1']);
    expect(events.filter(({ jobId }) => jobId === '1').map(({ kind }) => kind)).toEqual([
      'opened',
      'commit',
      'commit',
      'done',
    ]);
  });
});

describe('failures', () => {
  it('one broken file in the middle does not stop the others', async () => {
    const scripts = { 'a.wav': TALK, 'b.wav': BROKEN, 'c.wav': TALK };
    const { result, stderr, stdout } = await run(commandFor(['a.wav', 'b.wav', 'c.wav']), scripts);

    expect(result).toEqual({ failedCount: 1, isInterrupted: false });
    expect(stderr).toContain('2/3 b.wav: failed: It is not a recording.\n  Choose another file.\n');
    expect(stderr).toContain('3/3 c.wav: done');
    expect(stdout.match(/And so/g)).toHaveLength(2);
  });

  it('an engine that throws is one failed file', async () => {
    const { result, stderr } = await run(commandFor(['x.wav', 'a.wav']), { 'a.wav': TALK });

    expect(result.failedCount).toBe(1);
    expect(stderr).toContain(
      '1/2 x.wav: failed: Something went wrong inside Tilescribe: no script for x.wav',
    );
  });

  it.each(['model-missing', 'model-corrupt'] as const)(
    '%s names the command that repairs it',
    async (code) => {
      const script = play({
        kind: 'failed',
        failure: { code, message: 'No model.', remedy: 'Press Repair.' },
      });
      const command = commandFor(['a.wav'], { options: { ...DEFAULT_OPTIONS, model: 'tiny' } });
      const { stderr } = await run(command, { 'a.wav': script });

      expect(stderr).toBe('a.wav: failed: No model.\n  Run "npx tilescribe --fetch-model tiny".\n');
    },
  );

  it('what was committed before a failure is saved under another name than a whole transcript', async () => {
    writeFileSync(join(folder, 'a.srt'), 'whole');
    const failed: JobEvent = {
      kind: 'failed',
      failure: { code: 'damaged-audio', message: 'Damaged.', remedy: 'Copy it again.' },
    };
    const command = commandFor(['a.wav'], { output: { formats: ['srt'], folder, shape: null } });
    const { stderr } = await run(command, { 'a.wav': play(opened, commit(0, ' And so,'), failed) });

    expect(readFileSync(join(folder, 'a.srt'), 'utf8')).toBe('whole');
    expect(readFileSync(join(folder, 'a.partial.srt'), 'utf8')).toContain('And so,');
    expect(stderr).toContain('a.partial.srt (the first 0:04)\n');
  });

  it('a transcript that cannot be saved makes its file fail, and the next one goes on', async () => {
    const scripts = { 'a.wav': TALK, 'b.wav': TALK };
    const output = { formats: ['srt'], folder: join(folder, 'out'), shape: null } as const;
    const block: Script = async function* (signal) {
      rmSync(output.folder, { recursive: true });
      yield* TALK(signal);
    };
    const { result, stderr } = await run(commandFor(['a.wav', 'b.wav'], { output }), {
      ...scripts,
      'a.wav': block,
    });

    expect(result.failedCount).toBe(2);
    expect(stderr.match(/the folder does not exist/g)).toHaveLength(2);
  });

  it('an output folder that cannot be made is told before anything is transcribed', async () => {
    writeFileSync(join(folder, 'file'), '');
    const command = commandFor(['a.wav'], {
      output: { formats: ['srt'], folder: join(folder, 'file'), shape: null },
    });

    await expect(run(command, {})).rejects.toMatchObject({ code: 'write-failed' });
  });
});

describe('files', () => {
  it('every chosen format is written for every file, standard input included', async () => {
    const command = commandFor(['talk.mp4', 'talk.mp3', '-'], {
      output: { formats: ['txt', 'srt'], folder, shape: null },
    });
    const { result } = await run(command, { 'talk.mp4': TALK, 'talk.mp3': TALK, stdin: TALK });

    expect(result.failedCount).toBe(0);
    expect(readdirSync(folder).sort()).toEqual([
      'stdin.srt',
      'stdin.txt',
      'talk.mp3.srt',
      'talk.mp3.txt',
      'talk.srt',
      'talk.txt',
    ]);
    expect(readFileSync(join(folder, 'talk.txt'), 'utf8')).toBe('And so,\nmy fellow\n');
  });

  it('silence is a success with an empty transcript', async () => {
    const command = commandFor(['a.wav'], { output: { formats: ['txt'], folder, shape: null } });
    const { result } = await run(command, { 'a.wav': play(opened, english, done) });

    expect(result.failedCount).toBe(0);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('');
  });
});

describe('an interrupt', () => {
  it('keeps what was committed and does not start the rest', async () => {
    const controller = new AbortController();
    const interrupted: Script = async function* (signal) {
      yield opened;
      yield commit(0, ' And so,');
      controller.abort();
      await Promise.resolve();
      expect(signal.aborted).toBe(true);
      yield { kind: 'cancelled' };
    };
    const command = commandFor(['a.wav', 'b.wav'], { output: { formats: ['txt'], folder, shape: null } });
    const { result, stdout, stderr } = await run(
      command,
      { 'a.wav': interrupted, 'b.wav': TALK },
      { controller },
    );

    expect(result).toEqual({ failedCount: 0, isInterrupted: true });
    expect(stdout).toBe('[00:00.000 --> 00:04.000]  And so,\n');
    expect(readdirSync(folder)).toEqual(['a.partial.txt']);
    expect(stderr).toContain('1/2 a.wav: cancelled, 0:04 of sound');
    expect(stderr).not.toContain('b.wav');
  });
});
