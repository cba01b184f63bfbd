/** The parts of the performance view: each shows one thing of a run as a chart with its table, and says how it is known. */
import type { ReactNode } from 'react';
import { summarizeLatencies } from '../../../shared/timing.js';
import type { Operation, RunRecord } from '../../../shared/timing.js';
import { Legend, StackedBars } from '../../charts/stacked-bars.js';
import type { Bar } from '../../charts/stacked-bars.js';
import { TableTwin } from '../../charts/data-table.js';
import { LatencyStrip } from '../../charts/latency-strip.js';
import { strings } from '../../strings/en.js';
import { formatCount, formatMs } from './format-figures.js';
import { layerRows, STAGES, stageTimes } from './run-figures.js';
import type { LayerRow } from './run-figures.js';

const text = strings.performance;

interface SectionProps {
  readonly title: string;
  readonly note: string;
  readonly testId: string;
  readonly children: ReactNode;
}

export function Section({ title, note, testId, children }: SectionProps) {
  return (
    <section className="performance-section" aria-label={title} data-testid={testId}>
      <h2>{title}</h2>
      <p className="performance-note">{note}</p>
      <div className="chart">{children}</div>
    </section>
  );
}

export function StagesSection({ record }: { readonly record: RunRecord }) {
  const times = stageTimes(record.timings);
  const parts = STAGES.map((stage) => ({
    key: stage,
    label: text.stage(stage),
    value: times[stage],
    color: `op-${stage}`,
  }));
  const total = formatMs(record.timings.elapsedMs);
  return (
    <Section title={text.stages} note={text.stagesNote(record.timings.windows)} testId="performance-stages">
      <StackedBars bars={[{ key: 'run', label: text.wholeRun, parts, total }]} format={formatMs} />
      <Legend parts={parts} />
      <TableTwin
        caption={text.stages}
        head={[text.stageHead, text.timeHead]}
        rows={STAGES.map((stage) => [text.stage(stage), formatMs(times[stage])])}
      />
    </Section>
  );
}

function toBar({ part, layer, msPerPass, totalMsPerPass }: LayerRow): Bar {
  return {
    key: `${part} ${layer}`,
    label: text.layer(part, layer),
    total: formatMs(totalMsPerPass),
    parts: [...msPerPass].map(([operation, value]) => ({
      key: operation,
      label: text.operation(operation),
      value,
      color: `op-${operation}`,
    })),
  };
}

function LayerChart({ rows, title, note }: LayerChartProps) {
  const operations = [...new Set(rows.flatMap(({ msPerPass }) => [...msPerPass.keys()]))];
  const cell = (row: LayerRow, operation: Operation): string => {
    const ms = row.msPerPass.get(operation);
    return ms === undefined ? '' : formatMs(ms);
  };
  return (
    <Section title={title} note={note} testId={`performance-layers-${rows[0]?.part ?? ''}`}>
      <StackedBars bars={rows.map(toBar)} format={formatMs} />
      <Legend
        parts={operations.map((operation) => ({
          key: operation,
          label: text.operation(operation),
          color: `op-${operation}`,
        }))}
      />
      <TableTwin
        caption={title}
        head={[text.layerHead, ...operations.map((operation) => text.operation(operation)), text.passesHead]}
        rows={rows.map((row) => [
          text.layer(row.part, row.layer),
          ...operations.map((operation) => cell(row, operation)),
          formatCount(row.passes),
        ])}
      />
    </Section>
  );
}

interface LayerChartProps {
  readonly rows: readonly LayerRow[];
  readonly title: string;
  readonly note: string;
}

export function LayersSections({ record }: { readonly record: RunRecord }) {
  const { layers, isModelled, jobsAtOnce } = record.timings;
  if (layers === null) return <p className="performance-note">{text.noLayers}</p>;
  const rows = layerRows(record.timings);
  return (['decoder', 'encoder'] as const).map((part) => {
    const own = rows.filter((row) => row.part === part);
    if (own.length === 0) return null;
    const passes = Math.max(...own.map((row) => row.passes));
    const note = text.layersNote(part, passes, isModelled, jobsAtOnce > 1);
    return <LayerChart key={part} rows={own} title={text.layers(part)} note={note} />;
  });
}

export function LatencySection({ record }: { readonly record: RunRecord }) {
  const latencies = summarizeLatencies(record.stepsMs);
  if (latencies === null) return null;
  const { n, p50Ms, p95Ms, p99Ms, longestMs } = latencies;
  return (
    <Section title={text.latency} note={text.latencyNote(formatCount(n))} testId="performance-latency">
      <LatencyStrip stepsMs={record.stepsMs} latencies={latencies} format={formatMs} />
      <TableTwin
        caption={text.latency}
        head={[text.percentileHead, text.timeHead]}
        rows={[
          ['p50', formatMs(p50Ms)],
          ['p95', formatMs(p95Ms)],
          ['p99', formatMs(p99Ms)],
          [text.longest, formatMs(longestMs)],
        ]}
      />
    </Section>
  );
}
