/** Figures of a run as people read them. Pure; three significant digits, because nothing here is known better. */
import type { Figure } from './run-figures.js';

export function formatMs(ms: number): string {
  if (ms >= 59_500) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 999.5) return `${(ms / 1000).toPrecision(3)} s`;
  return `${ms < 0.1 ? ms.toFixed(3) : ms.toPrecision(3)} ms`;
}

export function formatCount(count: number): string {
  return new Intl.NumberFormat('en').format(count);
}

export function formatBytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}

/** "12.3 GB/s", "1.07 TMAC/s": `perSecond` of `unit`, in powers of a thousand. */
export function formatRate(perSecond: number, unit: string): string {
  const isTera = perSecond >= 999.5e9;
  return `${(perSecond / (isTera ? 1e12 : 1e9)).toPrecision(3)} ${isTera ? 'T' : 'G'}${unit}/s`;
}

export function formatRatio(ratio: number): string {
  return `${ratio >= 9.95 ? ratio.toFixed(0) : ratio.toFixed(2)}×`;
}

const FORMATS: Readonly<Record<Figure, (value: number) => string>> = {
  realTimeFactor: (value) => `${value >= 9.95 ? value.toFixed(0) : value.toFixed(1)}×`,
  tokensPerSecond: (value) => value.toFixed(0),
  firstTokenMs: formatMs,
  p50Ms: formatMs,
  p95Ms: formatMs,
  p99Ms: formatMs,
  coresUsed: (value) => value.toFixed(1),
  memoryBytes: (value) => `${(value / 1e6).toFixed(0)} MB`,
  elapsedMs: formatMs,
};

/** A dash where there is nothing to tell. */
export function formatFigure(figure: Figure, value: number | null): string {
  return value === null ? '–' : FORMATS[figure](value);
}
