/** What `npm run bench` can be asked. Pure: arguments in, choices or an Error with what is wrong out. */
import { parseArgs } from 'node:util';
import { DEFAULT_ENGINES, ENGINE_IDS } from './engine-ids.js';
import type { EngineId } from './engine-ids.js';

export const PARTS = ['machine', 'files', 'encoder', 'decoder', 'start', 'speculation'] as const;
export type Part = (typeof PARTS)[number];
/** The other is a question of its own: it needs a second model and has a report of its own. */
export const DEFAULT_PARTS: readonly Part[] = PARTS.filter((part) => part !== 'speculation');

/** Sounds for the part `files`, shortest first. */
export const SETS = ['jfk', 'queue', '2min', '10min', '60min'] as const;
export type SetName = (typeof SETS)[number];
const DEFAULT_SETS: readonly SetName[] = ['jfk', 'queue', '10min'];

export const FORMATS = ['text', 'json', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

export const USAGE = `Usage: npm run bench -- [options]
  --only PART[,PART]   ${PARTS.join(', ')}; all but the last, which
                       is alone, in plain text, and needs the model tiny
  --engines ID[,ID]    ${ENGINE_IDS.join(', ')}
  --threads N          for every engine; 2
  --runs N             of everything, interleaved; 5
  --batch N            passages side by side in cpu-batched; 8
  --sets NAME[,NAME]   sounds for files: ${SETS.join(', ')}; ${DEFAULT_SETS.join(',')}
  --long               also a file of 60 minutes
  --quick              one run of short files: to see that it works, not to measure
  --json, --markdown   instead of plain text
  --write NAME         Markdown, into the part NAME of docs/performance.md
`;

export interface Choices {
  readonly parts: readonly Part[];
  readonly engines: readonly EngineId[];
  readonly threads: number;
  readonly runs: number;
  readonly batchSize: number;
  readonly sets: readonly SetName[];
  readonly isQuick: boolean;
  readonly format: Format;
  /** Null, or the part of docs/performance.md that the report replaces. */
  readonly section: string | null;
}

/** Medians of fewer runs say little on a machine that is not alone. */
const DEFAULT_RUNS = 5;
const DEFAULT_THREADS = 2;
const DEFAULT_BATCH = 8;

export function readChoices(args: readonly string[]): Choices {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: text,
      engines: text,
      threads: text,
      runs: text,
      batch: text,
      sets: text,
      write: text,
      long: flag,
      quick: flag,
      json: flag,
      markdown: flag,
    },
  });
  if (values.json && values.markdown) throw new Error('--json and --markdown cannot both be');
  if (values.long && values.quick) throw new Error('--long and --quick cannot both be');
  if (values.long && values.sets !== undefined) throw new Error('--long and --sets cannot both be');
  if (values.write !== undefined && (values.json || !/^[a-z0-9-]+$/.test(values.write))) {
    throw new Error('--write wants a name of small letters, digits and hyphens, and writes Markdown');
  }
  const isMarkdown = values.markdown || values.write !== undefined;
  const parts = values.only === undefined ? DEFAULT_PARTS : readNames('only', values.only, PARTS);
  if (parts.includes('speculation') && (parts.length > 1 || values.json || isMarkdown)) {
    throw new Error('--only speculation stands alone, and is plain text');
  }
  return {
    parts,
    engines:
      values.engines === undefined ? DEFAULT_ENGINES : readNames('engines', values.engines, ENGINE_IDS),
    threads: readCount('threads', values.threads, DEFAULT_THREADS, 256),
    runs: readCount('runs', values.runs, values.quick ? 1 : DEFAULT_RUNS, 1000),
    batchSize: readCount('batch', values.batch, DEFAULT_BATCH, 64),
    sets:
      values.sets !== undefined
        ? readNames('sets', values.sets, SETS)
        : values.long
          ? [...DEFAULT_SETS, '60min']
          : DEFAULT_SETS,
    isQuick: values.quick,
    format: values.json ? 'json' : isMarkdown ? 'markdown' : 'text',
    section: values.write ?? null,
  };
}

/** In the order of `known`, whatever the order they were given in. */
function readNames<Name extends string>(
  option: string,
  text: string,
  known: readonly Name[],
): readonly Name[] {
  const names = text.split(',');
  const strange = names.find((name) => !known.some((other) => other === name));
  if (strange !== undefined) throw new Error(`--${option} knows ${known.join(', ')}, not "${strange}"`);
  return known.filter((name) => names.includes(name));
}

function readCount(option: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw new Error(`--${option} must be a whole number from 1 to ${most}, not "${text}"`);
}
