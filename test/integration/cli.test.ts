import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import * as v from 'valibot';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineEventSchema } from '../../src/shared/events.js';
import { KENNEDY, KENNEDY_WORDS, plainWords } from '../speech.js';
import { buildCommandLine, runCommand, runShell } from './command-line.js';

const SEGMENT_LINE = /^\[\d\d:\d\d\.\d{3} --> \d\d:\d\d\.\d{3}\] {2}\S.*$/;

let folder: string;
beforeAll(buildCommandLine);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilescribe-cli-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The words of a printed transcript, without its times. */
function wordsOf(stdout: string): string {
  return plainWords(stdout.replace(/^\[.*?\]/gm, ''));
}

/** The Kennedy sentence several times, so that there is more than one window. */
function makeLongRecording(): string {
  const path = join(folder, 'long.wav');
  execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', '5', '-i', KENNEDY, path]);
  return path;
}

describe('a recording', () => {
  it('is printed with times on standard output, and nothing is written to disk', async () => {
    const { exitCode, stdout, stderr } = await runCommand([KENNEDY], { cwd: folder });

    expect(exitCode).toBe(0);
    for (const line of stdout.trimEnd().split('\n')) expect(line).toMatch(SEGMENT_LINE);
    expect(wordsOf(stdout)).toBe(KENNEDY_WORDS);
    expect(stderr.split('\n')).toHaveLength(3);
    expect(stderr).toMatch(/0:11; .+\n.+: done, 0:11 of English in .+ real time\)\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves no trace of ONNX Runtime in the home folder: its telemetry is off', async () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    // Models stay where they are.
    const data = process.env['XDG_DATA_HOME'] ?? join(process.env['HOME'] ?? '', '.local', 'share');
    const env = { HOME: home, XDG_CACHE_HOME: join(home, '.cache'), XDG_DATA_HOME: data };
    const { exitCode, stderr } = await runCommand([KENNEDY, '--device', 'onnx'], { env });

    expect(stderr).toContain('ONNX Runtime');
    expect(exitCode).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  });

  it('is written in every format, and all of them hold the same words', async () => {
    const { exitCode } = await runCommand([
      KENNEDY,
      '--output_format',
      'all',
      '--output_dir',
      join(folder, 'new'),
    ]);

    expect(exitCode).toBe(0);
    const read = (format: string) => {
      const name = readdirSync(join(folder, 'new')).find((file) => file.endsWith(`.${format}`)) ?? '';
      return readFileSync(join(folder, 'new', name), 'utf8');
    };
    const readDocument = () => {
      const name = readdirSync(join(folder, 'new')).find((file) => file.endsWith('.docx')) ?? '';
      const parts = unzipSync(readFileSync(join(folder, 'new', name)));
      return strFromU8(parts['word/document.xml']!);
    };
    expect(readdirSync(join(folder, 'new'))).toHaveLength(8);
    expect(plainWords(read('txt'))).toBe(KENNEDY_WORDS);
    expect(wordsOf(read('srt').replace(/^(\d+|\d\d:.* --> .*)$/gm, ''))).toBe(KENNEDY_WORDS);
    // Its words have times of their own.
    expect(wordsOf(read('vtt').replace(/^(WEBVTT|\d\d:.* --> .*)$|<[\d:.]+>/gm, ''))).toBe(KENNEDY_WORDS);
    expect(wordsOf(read('lrc').replace(/^\[[a-z]+:.*$/gm, ''))).toBe(KENNEDY_WORDS);
    expect(plainWords(read('md').replace(/^# .*$|\*\*[\d:]+\*\*/gm, ''))).toBe(KENNEDY_WORDS);
    const [, ...paragraphs] = readDocument().split('</w:p>');
    const document = paragraphs.join(' ').replaceAll(/<[^>]*>/g, ' ');
    expect(plainWords(document.replaceAll(/\d+:\d\d/g, ''))).toBe(KENNEDY_WORDS);
    expect(plainWords(read('csv').replace(/^(start,end,text|\d+,\d+,)/gm, ''))).toBe(KENNEDY_WORDS);
    const json = v.parse(v.object({ text: v.string(), language: v.string() }), JSON.parse(read('json')));
    expect(json.language).toBe('en');
    expect(plainWords(json.text)).toBe(KENNEDY_WORDS);
  });

  it('is read from standard input, too', async () => {
    const { exitCode, stdout } = await runCommand(['-', '-f', 'txt'], { stdin: KENNEDY, cwd: folder });

    expect(exitCode).toBe(0);
    expect(wordsOf(stdout)).toBe(KENNEDY_WORDS);
    expect(readdirSync(folder)).toEqual(['stdin.txt']);
  });

  it('whose name is not UTF-8 is read, and its subtitles get the same bytes', async () => {
    const line = 'name=$(printf "a \\377\'x"); cp "$SOUND" "$name.wav"; tilescribe -f srt -- "$name.wav"';
    const { exitCode, stdout } = await runShell(line, { cwd: folder, env: { SOUND: KENNEDY } });

    expect(exitCode).toBe(0);
    expect(wordsOf(stdout)).toBe(KENNEDY_WORDS);
    const names = readdirSync(folder, { encoding: 'buffer' }).map((name) => name.toString('latin1'));
    expect(names.sort()).toEqual(["a \xff'x.srt", "a \xff'x.wav"]);
  });

  it('has the words with their times in json, unless they are not wanted', async () => {
    const words = v.array(v.object({ word: v.string(), start: v.number(), end: v.number() }));
    const schema = v.object({ segments: v.array(v.object({ words: v.optional(words) })) });
    const hear = async (...args: string[]) => {
      await runCommand([KENNEDY, '-f', 'json', '-o', folder, '--language', 'en', '--device', 'cpu', ...args]);
      const name = readdirSync(folder).find((file) => file.endsWith('.json'))!;
      return v.parse(schema, JSON.parse(readFileSync(join(folder, name), 'utf8'))).segments;
    };

    const timed = (await hear()).flatMap((segment) => segment.words ?? []);
    expect(timed.map(({ word }) => plainWords(word)).join(' ')).toBe(KENNEDY_WORDS);
    expect(timed.every(({ start, end }) => end >= start)).toBe(true);
    const plain = await hear('--word-timestamps', 'false');
    expect(plain.every((segment) => segment.words === undefined)).toBe(true);
  });

  it('as json events is one valid engine event a line, tokens included', async () => {
    const { stdout } = await runCommand([KENNEDY, '--json-events', '--language', 'English']);

    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => v.parse(EngineEventSchema, JSON.parse(line)));
    expect(events.at(0)?.kind).toBe('opened');
    expect(events.at(-1)?.kind).toBe('done');
    expect(events.filter((event) => event.kind === 'token').length).toBeGreaterThan(20);
    expect(new Set(events.map((event) => event.jobId))).toEqual(new Set(['1']));
  });
});

describe('failures', () => {
  it('a file that is no recording does not stop the others, and the exit code tells', async () => {
    writeFileSync(join(folder, 'text.wav'), 'this is not a recording, it is a text\n'.repeat(50));
    const { exitCode, stdout, stderr } = await runCommand([KENNEDY, join(folder, 'text.wav'), KENNEDY]);

    expect(exitCode).toBe(1);
    expect(wordsOf(stdout)).toBe(`${KENNEDY_WORDS} ${KENNEDY_WORDS}`);
    expect(stderr).toMatch(/^2\/3 text\.wav: failed: .+\n {2}\S.+$/m);
  });

  it('a missing model names the command that fetches it', async () => {
    const { exitCode, stdout, stderr } = await runCommand([KENNEDY], {
      env: { TILESCRIBE_DATA_DIR: folder },
    });

    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('Run "npx tilescribe --fetch-model base".');
  });

  it('a full disk behind standard output is told and fails', async () => {
    const { exitCode, stderr } = await runShell('tilescribe "$SOUND" > /dev/full', {
      env: { SOUND: KENNEDY },
    });

    expect(exitCode).toBe(1);
    expect(stderr).toContain('standard output could not be written: the disk is full');
  });

  it('a full disk behind the output folder is told, fails, and leaves no file', async (context) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk]).status !== 0) {
      context.skip('mounting a small file system needs root');
      return;
    }
    try {
      spawnSync('sh', ['-c', `cat /dev/zero > "${disk}/zeros"`]);
      const { exitCode, stdout, stderr } = await runCommand([KENNEDY, '-o', disk]);

      expect(exitCode).toBe(1);
      expect(wordsOf(stdout)).toBe(KENNEDY_WORDS);
      expect(stderr).toMatch(/failed: There is not enough space to save .+\.srt/);
      expect(readdirSync(disk)).toEqual(['zeros']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it.each([[['--wrong', 'a.wav']], [[]], [['--task', 'sing', 'a.wav']]])(
    'wrong usage %j is exit code 2 and one line on standard error',
    async (args) => {
      const { exitCode, stdout, stderr } = await runCommand(args);

      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^tilescribe: .+ Run "tilescribe --help" for all options\.\n$/);
    },
  );
});

describe('an end before the end', () => {
  it('an interrupt stops at once, keeps what was committed, and is exit code 130', async () => {
    let isInterrupted = false;
    const { exitCode, stdout } = await runCommand([makeLongRecording(), KENNEDY, '-f', 'txt'], {
      cwd: folder,
      onOutput: (child) => {
        if (!isInterrupted) isInterrupted = child.kill('SIGINT');
      },
    });

    expect(exitCode).toBe(130);
    expect(wordsOf(stdout)).not.toBe('');
    expect(readdirSync(folder).sort()).toEqual(['long.partial.txt', 'long.wav']);
    expect(plainWords(readFileSync(join(folder, 'long.partial.txt'), 'utf8'))).toBe(wordsOf(stdout));
  });

  it('a reader that goes away ends it without a word', async () => {
    const line = '{ tilescribe --json-events "$SOUND"; echo "exit $?" >&2; } | head -n 1';
    const { stdout, stderr } = await runShell(line, { env: { SOUND: KENNEDY } });

    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^.+; .+\nexit 141\n$/);
  });
});

describe('other commands', () => {
  it('--help and --version answer on standard output', async () => {
    const help = await runCommand(['--help']);
    const version = await runCommand(['--version']);

    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: tilescribe /);
    expect(version).toMatchObject({ exitCode: 0, stderr: '' });
    expect(version.stdout).toMatch(/^tilescribe \d+\.\d+\.\d+\n$/);
  });

  it('--fetch-model leaves a complete model alone and names the models it knows', async () => {
    const complete = await runCommand(['--fetch-model', 'base']);
    const unknown = await runCommand(['--fetch-model', 'nonesuch']);

    expect(complete).toMatchObject({ exitCode: 0, stdout: '' });
    expect(complete.stderr).toContain('complete and verified');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toMatch(/no model "nonesuch".*base, tiny/);
  });
});
