/**
 * Horizontal bars of parts, one below the other, on one scale. Drawn by hand as SVG: a dozen bars need no library.
 * Hidden from screen readers, which get the table that comes with it.
 */
import './charts.css';

export interface BarPart {
  readonly key: string;
  readonly label: string;
  readonly value: number;
  /** A custom property of charts.css, without its dashes. */
  readonly color: string;
}

export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly parts: readonly BarPart[];
  /** What stands behind the bar. */
  readonly total: string;
}

export interface StackedBarsProps {
  readonly bars: readonly Bar[];
  readonly format: (value: number) => string;
}

const WIDTH = 640;
const LABEL_WIDTH = 96;
const TOTAL_WIDTH = 84;
const ROW_HEIGHT = 22;
const BAR_HEIGHT = 15;

function sumOf(parts: readonly BarPart[]): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

export function StackedBars({ bars, format }: StackedBarsProps) {
  const longest = Math.max(...bars.map(({ parts }) => sumOf(parts)), Number.MIN_VALUE);
  const scale = (WIDTH - LABEL_WIDTH - TOTAL_WIDTH) / longest;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${bars.length * ROW_HEIGHT}`} aria-hidden="true">
      {bars.map((bar, row) => (
        <BarRow key={bar.key} bar={bar} y={row * ROW_HEIGHT} scale={scale} format={format} />
      ))}
    </svg>
  );
}

interface BarRowProps {
  readonly bar: Bar;
  readonly y: number;
  readonly scale: number;
  readonly format: (value: number) => string;
}

function BarRow({ bar, y, scale, format }: BarRowProps) {
  const rectangles = bar.parts.map((part, index) => ({
    part,
    x: LABEL_WIDTH + sumOf(bar.parts.slice(0, index)) * scale,
  }));
  return (
    <g transform={`translate(0 ${y})`}>
      <text x={LABEL_WIDTH - 10} y={BAR_HEIGHT - 3} textAnchor="end">
        {bar.label}
      </text>
      {rectangles.map(({ part, x }) => (
        <rect
          key={part.key}
          className="chart-bar"
          x={x}
          width={part.value * scale}
          height={BAR_HEIGHT}
          fill={`var(--${part.color})`}
        >
          <title>{`${part.label}: ${format(part.value)}`}</title>
        </rect>
      ))}
      <text x={LABEL_WIDTH + sumOf(bar.parts) * scale + 8} y={BAR_HEIGHT - 3}>
        {bar.total}
      </text>
    </g>
  );
}

export function Legend({ parts }: { readonly parts: readonly Omit<BarPart, 'value'>[] }) {
  return (
    <ul className="chart-legend" aria-hidden="true">
      {parts.map(({ key, label, color }) => (
        <li key={key}>
          <span className="chart-swatch" style={{ background: `var(--${color})` }} />
          {label}
        </li>
      ))}
    </ul>
  );
}
