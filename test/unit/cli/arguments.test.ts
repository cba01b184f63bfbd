import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/cli/arguments.js';
import type { TranscribeCommand } from '../../../src/cli/arguments.js';
import { AppError } from '../../../src/shared/errors.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { DEFAULT_SHAPE } from '../../../src/shared/shape.js';

function toRaw(args: readonly string[]): readonly Uint8Array[] {
  return args.map((argument) => Buffer.from(argument));
}

function parse(...args: readonly string[]): TranscribeCommand {
  const command = parseCommand(args, toRaw(args));
  if (command.kind !== 'transcribe') throw new Error(`parsed as ${command.kind}`);
  return command;
}

function refuse(...args: readonly string[]): AppError {
  try {
    parseCommand(args, toRaw(args));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('what is transcribed', () => {
  it('a file alone gets the documented defaults and writes no files', () => {
    expect(parse('talk.mp4')).toEqual({
      kind: 'transcribe',
      inputs: [{ kind: 'file', path: 'talk.mp4' }],
      options: DEFAULT_OPTIONS,
      vocabulary: null,
      output: null,
      hasJsonEvents: false,
    });
  });

  it('takes every option of a transcription', () => {
    const command = parse(
      ...['--model', 'tiny', '--language', 'German', '--task', 'translate', '--temperature', '.4'],
      ...[
        '--initial-prompt',
        'Tilescribe, --',
        '--vocabulary',
        'a,b',
        '--replace',
        'a=b',
        '--replace=C D=e=f',
        '--batch-size',
        '8',
        '--beam-size=5',
        '--patience=1.5',
        '--length-penalty=0.6',
        '--best-of=3',
        '--vad',
        'strict',
        '--word_timestamps',
        'False',
        '--device',
        'cpu',
        '--threads',
        '4',
        '--json-events',
        'a.wav',
      ],
    );

    expect(command.options).toEqual({
      model: 'tiny',
      language: 'de',
      languages: [],
      task: 'translate',
      temperature: 0.4,
      beamSize: 5,
      patience: 1.5,
      lengthPenalty: 0.6,
      bestOf: 3,
      initialPrompt: 'Tilescribe, --',
      vocabulary: [],
      replacements: [
        { from: 'a', to: 'b' },
        { from: 'C D', to: 'e=f' },
      ],
      device: 'cpu',
      npuVocabulary: 'full',
      spareCpu: false,
      batchSize: 8,
      vad: 'strict',
      range: null,
      wordTimestamps: false,
      threads: 4,
    });
    expect(command.vocabulary).toBe('a,b');
    expect(command.hasJsonEvents).toBe(true);
  });

  it.each(['en', 'EN', 'English', ' english '])('language %j is English', (text) => {
    expect(parse('--language', text, 'a.wav').options.language).toBe('en');
  });

  it('the languages that may be found are codes or names', () => {
    expect(parse('--languages', 'en, German,de', 'a.wav').options.languages).toEqual(['en', 'de']);
    expect(() => parse('--languages', 'en,xx', 'a.wav')).toThrow('--languages must be codes');
    expect(() => parse('--languages', ' ,', 'a.wav')).toThrow('at least one');
  });

  it('a stretch is told in seconds', () => {
    const { range } = parse('--clip-timestamps', '1.5,20', 'a.wav').options;
    expect(range).toEqual({ start: 24_000, end: 320_000 });
    for (const text of ['3,2', '1', 'a,b', '1,1', '1,2,3']) {
      expect(() => parse('--clip-timestamps', text, 'a.wav')).toThrow('--clip-timestamps must be');
    }
  });

  it('the spelling of openai/whisper with underscores means the same', () => {
    const command = parse('--output_format=vtt', '--output_dir', 'my_dir', '--initial_prompt=a_b', 'a_b.wav');

    expect(command.output).toEqual({ formats: ['vtt'], folder: 'my_dir', shape: null });
    expect(command.options.initialPrompt).toBe('a_b');
    expect(command.inputs).toEqual([{ kind: 'file', path: 'a_b.wav' }]);
  });

  it('after -- everything is a file, also what looks like an option', () => {
    expect(parse('--', '-x.wav', '--output_format').inputs).toEqual([
      { kind: 'file', path: '-x.wav' },
      { kind: 'file', path: '--output_format' },
    ]);
  });

  it('- is standard input, once', () => {
    expect(parse('a.wav', '-').inputs).toEqual([{ kind: 'file', path: 'a.wav' }, { kind: 'stdin' }]);
    expect(refuse('-', '-').code).toBe('wrong-usage');
  });
});

describe('names that are not UTF-8', () => {
  const NAME = Buffer.from([0x61, 0xff, 0x2f, 0x62]);
  const LOSSY = NAME.toString('utf8');

  it('a FILE keeps its bytes', () => {
    const command = parseCommand(['--threads', '2', LOSSY], [...toRaw(['--threads', '2']), NAME]);

    expect(command).toMatchObject({ inputs: [{ kind: 'file', path: Uint8Array.from(NAME) }] });
  });

  it.each([
    ['--output-dir', ''],
    ['--output-dir=', null],
    ['--output_dir=', null],
    ['-o', null],
    ['-o', ''],
  ])('%s keeps the bytes of its folder', (option, separate) => {
    const args = separate === null ? [option + LOSSY, 'a.wav'] : [option, LOSSY, 'a.wav'];
    const raw =
      separate === null
        ? [Buffer.concat([Buffer.from(option), NAME]), Buffer.from('a.wav')]
        : [Buffer.from(option), NAME, Buffer.from('a.wav')];

    expect(parseCommand(args, raw)).toMatchObject({ output: { folder: Uint8Array.from(NAME) } });
  });
});

describe('what is written', () => {
  it.each([
    [['--output-format', 'json'], { formats: ['json'], folder: '.', shape: null }],
    [
      ['-f', 'all'],
      { formats: ['txt', 'srt', 'vtt', 'json', 'csv', 'lrc', 'md', 'docx'], folder: '.', shape: null },
    ],
    [['--output-dir', 'out'], { formats: ['srt'], folder: 'out', shape: null }],
    [['-o', 'out', '-f', 'txt'], { formats: ['txt'], folder: 'out', shape: null }],
  ])('%j', (options, output) => {
    expect(parse(...options, 'a.wav').output).toEqual(output);
  });
});

describe('subtitles', () => {
  it.each([
    [['--max-line-width', '30'], { maxLineWidth: 30 }],
    [['--max_line_count=1'], { maxLineCount: 1 }],
    [
      ['--max-characters-per-second', '17', '--max-line-width', '37'],
      { maxCharactersPerSecond: 17, maxLineWidth: 37 },
    ],
  ])('%j shapes them, with the defaults for what is not given', (options, given) => {
    expect(parse(...options, 'a.wav').output).toEqual({
      formats: ['srt'],
      folder: '.',
      shape: { ...DEFAULT_SHAPE, ...given },
    });
  });
});

describe('other commands', () => {
  it.each([
    [['--help', 'a.wav'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
    [['--version'], { kind: 'version' }],
    [['--fetch-model', 'base'], { kind: 'fetch-model', model: 'base' }],
  ])('%j', (args, command) => {
    expect(parseCommand(args, toRaw(args))).toEqual(command);
  });
});

describe('wrong usage', () => {
  it.each([
    [[], 'No FILE was given.'],
    [['--wrong', 'a.wav'], "Unknown option '--wrong'."],
    [['-x', 'a.wav'], "Unknown option '-x'."],
    [['--model'], "Option '--model <value>' argument missing."],
    [['--json-events=yes', 'a.wav'], "Option '--json-events' does not take an argument."],
    [['--temperature', '-1', 'a.wav'], "Option '--temperature' argument is ambiguous."],
    [['--temperature', '1.5', 'a.wav'], '--temperature must be a number from 0 to 1, not "1.5".'],
    [['--temperature', '', 'a.wav'], '--temperature must be a number from 0 to 1, not "".'],
    [['--temperature', '0x1', 'a.wav'], '--temperature must be a number from 0 to 1, not "0x1".'],
    [['--threads', '1.5', 'a.wav'], '--threads must be a whole number from 0 to 256, not "1.5".'],
    [['--threads', '999', 'a.wav'], '--threads must be a whole number from 0 to 256, not "999".'],
    [['--task', 'sing', 'a.wav'], '--task must be one of transcribe, translate, not "sing".'],
    [['--device', 'gpu', 'a.wav'], '--device must be one of auto, cpu, onnx, npu, npu-emulated, not "gpu".'],
    [['--vad', 'on', 'a.wav'], '--vad must be one of off, auto, strict, not "on".'],
    [['--word-timestamps', 'on', 'a.wav'], '--word-timestamps must be one of true, false, not "on".'],
    [['--batch-size', '0', 'a.wav'], '--batch-size must be a whole number from 1 to 64, not "0".'],
    [['--beam-size', '0', 'a.wav'], '--beam-size must be a whole number from 1 to 10, not "0".'],
    [['--beam-size', '11', 'a.wav'], '--beam-size must be a whole number from 1 to 10, not "11".'],
    [['--best-of', '1.5', 'a.wav'], '--best-of must be a whole number from 1 to 10, not "1.5".'],
    [['--patience', '0', 'a.wav'], '--patience must be a number from 0.1 to 10, not "0".'],
    [['--length-penalty', '2', 'a.wav'], '--length-penalty must be a number from 0 to 1, not "2".'],
    [['--batch-size', '65', 'a.wav'], '--batch-size must be a whole number from 1 to 64, not "65".'],
    [
      ['--output-format', 'doc', 'a.wav'],
      '--output-format must be one of txt, srt, vtt, json, csv, lrc, md, docx, all, not "doc".',
    ],
    [['--max-line-width', '0', 'a.wav'], '--max-line-width must be a whole number from 1 to 1000, not "0".'],
    [['--max-line-count', '11', 'a.wav'], '--max-line-count must be a whole number from 1 to 10, not "11".'],
    [
      ['--max-line-count', '2.0', 'a.wav'],
      '--max-line-count must be a whole number from 1 to 10, not "2.0".',
    ],
    [['--replace', 'a', 'a.wav'], '--replace must be FROM=TO with at most 200 characters each, not "a".'],
    [['--replace', ' =b', 'a.wav'], '--replace must be FROM=TO with at most 200 characters each, not " =b".'],
    [['--output-dir', '', 'a.wav'], '--output-dir must name a folder.'],
    [['--model', '../base', 'a.wav'], '--model must be the id of a model, like "base", not "../base".'],
    [['--fetch-model', 'base', 'a.wav'], '--fetch-model takes no FILE.'],
    [['a.wav', ''], 'A FILE has no name: an argument is empty.'],
    [
      ['--language', 'Klingon', 'a.wav'],
      '--language must be auto, auto-multi, a code like "en" or an English name like "German", not "Klingon".',
    ],
    [['--initial-prompt', 'x'.repeat(10_001), 'a.wav'], '--initial-prompt is too long: 10001 characters.'],
  ])('%j is one sentence and a hint', (args, message) => {
    const error = refuse(...args);

    expect(error).toMatchObject({
      code: 'wrong-usage',
      message,
      remedy: expect.stringContaining('--help') as string,
    });
    expect(error.message).not.toContain('\n');
  });
});
