/**
 * How long each step took, in order, as a strip with marks at the median and the 95th percentile. Of more steps than
 * the strip has columns each column shows the shortest and the longest of its steps, so that no outlier is lost.
 */
import './charts.css';
import type { Latencies } from '../../shared/timing.js';

const WIDTH = 640;
const HEIGHT = 96;
const AXIS_WIDTH = 52;
const MARK_WIDTH = 84;
const COLUMNS = WIDTH - AXIS_WIDTH - MARK_WIDTH;

export interface Column {
  readonly least: number;
  readonly most: number;
}

/** At most `count` columns of as good as equally many values each. Pure. */
export function toColumns(values: readonly number[], count: number): readonly Column[] {
  const columns = Math.min(count, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    const own = values.slice(from, to);
    return { least: Math.min(...own), most: Math.max(...own) };
  });
}

export interface LatencyStripProps {
  readonly stepsMs: readonly number[];
  readonly latencies: Latencies;
  readonly format: (ms: number) => string;
}

export function LatencyStrip({ stepsMs, latencies, format }: LatencyStripProps) {
  // The few longest steps (a first one, a busy machine) would flatten all others: they are cut off at the top.
  const top = Math.min(latencies.longestMs, latencies.p99Ms * 1.5);
  const y = (ms: number): number => HEIGHT - (Math.min(ms, top) / top) * (HEIGHT - 8);
  const columns = toColumns(stepsMs, COLUMNS);
  const spacing = COLUMNS / columns.length;
  const reach = spacing > 4 ? 1.5 : 0.5;
  const path = columns
    .map(({ least, most }, column) => {
      const x = AXIS_WIDTH + (column + 0.5) * spacing;
      // A single value is drawn as a point.
      return `M${x.toFixed(1)} ${(y(least) + reach).toFixed(1)}V${(y(most) - reach).toFixed(1)}`;
    })
    .join('');
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 4}`} aria-hidden="true">
      <text x={AXIS_WIDTH - 8} y={y(top) + 8} textAnchor="end">
        {format(top)}
      </text>
      <text x={AXIS_WIDTH - 8} y={HEIGHT} textAnchor="end">
        0
      </text>
      <path className="chart-line" d={`M${AXIS_WIDTH} 0V${HEIGHT}H${WIDTH - MARK_WIDTH}`} />
      <path className="chart-points" d={path} strokeWidth={Math.max(1, Math.min(3, spacing * 0.7))} />
      <Mark y={y(latencies.p50Ms)} label={`p50 ${format(latencies.p50Ms)}`} dy={12} />
      <Mark y={y(latencies.p95Ms)} label={`p95 ${format(latencies.p95Ms)}`} dy={-3} />
    </svg>
  );
}

function Mark({ y, label, dy }: { readonly y: number; readonly label: string; readonly dy: number }) {
  return (
    <>
      <path className="chart-mark" d={`M${AXIS_WIDTH} ${y.toFixed(1)}H${WIDTH - MARK_WIDTH}`} />
      <text x={WIDTH - MARK_WIDTH + 6} y={y + dy}>
        {label}
      </text>
    </>
  );
}
