/** What `npm run eval -- --report` can be asked. Pure: arguments in, choices or an Error with what is wrong out. */
import { parseArgs } from 'node:util';
import { CONFIGURATIONS, PARTS } from './configurations.js';
import type { Configuration, Part } from './configurations.js';

export const REPORT_USAGE = `Usage: npm run eval -- --report [MANIFEST] [options]
  MANIFEST              instead of dev/manifest.jsonl of the corpus beside the project (or at $TILESCRIBE_SPEECH)
  --configs ID[,ID]     what is run, of
                        ${CONFIGURATIONS.map(({ id }) => id).join('\n                        ')}
  --parts PART[,PART]   what it hears: ${PARTS.join(', ')}
  --cached              run nothing: report what earlier runs have left
  --quick               a few recordings, seconds of sound: to see that it works, not to measure
  --out FILE            instead of docs/accuracy.md, which --quick leaves alone; - is standard output
`;

export interface ReportChoices {
  /** Null: that of the corpus. */
  readonly manifest: string | null;
  /** What is run; the report shows what is known of the others as well. */
  readonly configurations: readonly Configuration[];
  readonly parts: readonly Part[];
  readonly isCached: boolean;
  readonly isQuick: boolean;
  readonly out:
    | { readonly kind: 'docs' }
    | { readonly kind: 'stdout' }
    | { readonly kind: 'file'; readonly path: string };
}

export function readReportChoices(args: readonly string[]): ReportChoices {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { report: flag, configs: text, parts: text, cached: flag, quick: flag, out: text },
  });
  if (positionals.length > 1) throw new Error('give one MANIFEST, or none');
  const names = CONFIGURATIONS.map(({ id }) => id);
  const ids = values.configs === undefined ? names : readNames('configs', values.configs, names);
  return {
    manifest: positionals[0] ?? null,
    configurations: CONFIGURATIONS.filter(({ id }) => ids.includes(id)),
    parts: values.parts === undefined ? PARTS : readNames('parts', values.parts, PARTS),
    isCached: values.cached,
    isQuick: values.quick,
    out: readOut(values.out, values.quick),
  };
}

function readOut(path: string | undefined, isQuick: boolean): ReportChoices['out'] {
  if (path === undefined) return { kind: isQuick ? 'stdout' : 'docs' };
  if (path === '') throw new Error('--out must name a file');
  return path === '-' ? { kind: 'stdout' } : { kind: 'file', path };
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
