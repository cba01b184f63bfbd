/** Two runs side by side: the same figures of each, and how many times better the second is. */
import { DataTable } from '../../charts/data-table.js';
import { strings } from '../../strings/en.js';
import { formatFigure, formatRatio } from './format-figures.js';
import type { NamedRun } from './named-runs.js';
import { compareFigure, FIGURES, runFigures } from './run-figures.js';
import { Section } from './sections.js';

export function Comparison({ first, second }: { readonly first: NamedRun; readonly second: NamedRun }) {
  const text = strings.performance;
  const [a, b] = [runFigures(first.record), runFigures(second.record)];
  const rows = FIGURES.map((figure) => {
    const ratio = compareFigure(figure, a[figure], b[figure]);
    return [
      text.figure(figure),
      formatFigure(figure, a[figure]),
      formatFigure(figure, b[figure]),
      ratio === null ? '' : formatRatio(ratio),
    ];
  });
  return (
    <Section
      title={text.comparison}
      note={text.comparisonNote(first.how, second.how)}
      testId="performance-comparison"
    >
      <DataTable
        caption={text.comparison}
        head={[text.figureHead, `1: ${first.name}`, `2: ${second.name}`, text.ratioHead]}
        rows={rows}
      />
    </Section>
  );
}
