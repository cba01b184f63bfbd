/**
 * What the doctor found out about this machine: one line for each thing that must be so, in the order in which they
 * depend on each other. Data for the app's panel, text for a terminal or the clipboard.
 */
import * as v from 'valibot';

export const DOCTOR_PARTS = ['engine', 'npu'] as const;
export type DoctorPart = (typeof DOCTOR_PARTS)[number];

const PART_TITLES: Readonly<Record<DoctorPart, string>> = {
  engine: 'Transcribing',
  npu: 'NPU (AMD XDNA of the first generation)',
};

export const DoctorLineSchema = v.object({
  /** Stable, like `npu.memory-lock`. */
  id: v.string(),
  part: v.picklist(DOCTOR_PARTS),
  title: v.string(),
  /** skip: nothing to be said, because something before it is missing or because it is not wanted. */
  state: v.picklist(['pass', 'fail', 'skip']),
  /** What was looked at and what was there. */
  found: v.string(),
  /** Why it is as it is; null when it is as it should be. */
  cause: v.nullable(v.string()),
  /** The exact command that mends it, or one sentence where no command does. */
  fix: v.nullable(v.string()),
});
export type DoctorLine = v.InferOutput<typeof DoctorLineSchema>;

export const DoctorReportSchema = v.object({
  /** Of Tilescribe. */
  version: v.string(),
  lines: v.array(DoctorLineSchema),
});
export type DoctorReport = v.InferOutput<typeof DoctorReportSchema>;

export function hasFailure(report: DoctorReport): boolean {
  return report.lines.some(({ state }) => state === 'fail');
}

/** The report as plain text, as it is printed and copied. */
export function formatDoctorReport(report: DoctorReport): string {
  const width = Math.max(...report.lines.map(({ title }) => title.length));
  const parts = DOCTOR_PARTS.flatMap((part) => {
    const lines = report.lines.filter((line) => line.part === part);
    if (lines.length === 0) return [];
    return ['', PART_TITLES[part], ...lines.flatMap((line) => formatLine(line, width))];
  });
  return [`Tilescribe ${report.version}`, ...parts, '', summarize(report), ''].join('\n');
}

function formatLine({ state, title, found, cause, fix }: DoctorLine, titleWidth: number): readonly string[] {
  return [
    `  ${state}  ${title.padEnd(titleWidth)}  ${found}`,
    ...(cause === null ? [] : [`        why: ${cause}`]),
    ...(fix === null ? [] : [`        fix: ${fix}`]),
  ];
}

function summarize({ lines }: DoctorReport): string {
  const failed = lines.filter(({ state }) => state === 'fail').length;
  if (failed > 0) return `${failed} of ${lines.length} lines ${failed === 1 ? 'needs' : 'need'} attention.`;
  return 'Nothing needs attention.';
}
