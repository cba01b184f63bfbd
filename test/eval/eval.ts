/**
 * `npm run eval -- MANIFEST`: error rate and speed of our engine on recordings with known text. The
 * result goes to standard output, progress to standard error. A recording that fails counts as heard
 * empty and is named; the others still count. `npm run eval -- --report` and `--npu` are
 * programs of their own (report/main.ts, npu.ts).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../../src/engine/engine.js';
import { findLanguage } from '../../src/shared/languages.js';
import { DEFAULT_OPTIONS } from '../../src/shared/options.js';
import type { TranscribeOptions } from '../../src/shared/options.js';
import { COMMON_OPTIONS, COMMON_USAGE, readCommonChoices, runWithChoices, toOptions } from './arguments.js';
import type { CommonChoices } from './arguments.js';
import { readManifest } from './manifest.js';
import type { Recording } from './manifest.js';
import { errorRate } from './error-rate.js';
import { summarize } from './score.js';
import type { FileScore } from './score.js';
import { findFolders, readSpellings } from './setting.js';
import { formatRate, formatSummary } from './table.js';
import { transcribeRecording } from './transcribe-recording.js';

const PROGRAM = {
  name: 'eval',
  usage: `Usage: npm run eval -- MANIFEST ${COMMON_USAGE} [--language manifest|auto|LANGUAGE] [--json]
       npm run eval -- --report [--configs ID,...] [--quick]   writes docs/accuracy.md
       npm run eval -- --npu MANIFEST   compares the emulated NPU with the CPU, token by token`,
} as const;

interface Choices extends CommonChoices {
  /** 'manifest': each recording's own. */
  readonly language: TranscribeOptions['language'] | 'manifest';
  readonly isJson: boolean;
}

function readChoices(args: string[]): Choices {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...COMMON_OPTIONS, language: { type: 'string' }, json: { type: 'boolean' } },
  });
  return {
    ...readCommonChoices(values, positionals),
    language: chooseLanguage(values.language ?? 'manifest'),
    isJson: values.json === true,
  };
}

function chooseLanguage(text: string): Choices['language'] {
  if (text === 'manifest' || text === 'auto') return text;
  const code = findLanguage(text);
  if (code === null) throw new Error(`--language does not know "${text}"`);
  return code;
}

async function measure(choices: Choices, recordings: readonly Recording[]): Promise<readonly FileScore[]> {
  const folders = findFolders();
  const spellings = await readSpellings(join(folders.modelsFolder, DEFAULT_OPTIONS.model));
  const engine = createEngine(folders);
  const scores: FileScore[] = [];
  try {
    for (const [index, recording] of recordings.entries()) {
      const language = choices.language === 'manifest' ? recording.language : choices.language;
      const options = { ...toOptions(choices), language };
      const score = await transcribeRecording(engine, recording, options, spellings);
      scores.push(score);
      const result =
        score.failure === null ? formatRate(errorRate(score.errors)) : `failed: ${score.failure}`;
      process.stderr.write(`${index + 1}/${recordings.length} ${recording.file}: ${result}\n`);
    }
  } finally {
    await engine.close();
  }
  return scores;
}

function toJson(choices: Choices, scores: readonly FileScore[]): string {
  const files = scores.map(({ recording, ...score }) => ({
    file: recording.file,
    language: recording.language,
    text: recording.text,
    ...score,
    rate: errorRate(score.errors),
  }));
  return `${JSON.stringify({ model: choices.model, sets: summarize(scores), files }, null, 2)}\n`;
}

async function run(choices: Choices): Promise<number> {
  const recordings = (await readManifest(choices.manifest)).slice(0, choices.limit);
  const scores = await measure(choices, recordings);
  process.stdout.write(choices.isJson ? toJson(choices, scores) : formatSummary(summarize(scores)));
  return scores.some((score) => score.failure !== null) ? 1 : 0;
}

async function runChosen(args: readonly string[]): Promise<number> {
  if (args.includes('--report')) return await (await import('./report/main.js')).runReport(args);
  if (args.includes('--npu')) return await (await import('./npu.js')).runNpu(args);
  return await runWithChoices(PROGRAM, readChoices, run);
}

process.exit(await runChosen(process.argv.slice(2)));
