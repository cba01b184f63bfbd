/**
 * The recording at a glance, on one canvas: the waveform, and below it what became of each stretch (heard, skipped,
 * retried, failed), told apart by height and pattern as well as by colour. For the eye only: coverage-list.tsx says
 * the same in words.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Job } from '../../../shared/job.js';
import type { Peaks } from '../../../shared/peaks.js';
import { call } from '../../api.js';
import { columnsOf, listStretches } from '../../waveform.js';
import type { Stretch } from '../../waveform.js';
import type { TranscriptEntry } from '../../transcript-entry.js';

const BAND_PX = 8;
/** A bar and the gap after it. */
const BAR_PX = 2;
const STEP_PX = 3;

function usePeaks(jobId: string, isEnded: boolean): Peaks | null {
  const [peaks, setPeaks] = useState<Peaks | null>(null);
  useEffect(() => {
    let isGone = false;
    call('jobs.peaks', { id: jobId }).then(
      (found) => {
        if (!isGone) setPeaks(found);
      },
      // Without peaks the bar still shows what was heard.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [jobId, isEnded]);
  return peaks;
}

interface Picture {
  readonly peaks: Peaks | null;
  readonly stretches: readonly Stretch[];
  readonly duration: number;
}

function drawWave(context: CanvasRenderingContext2D, width: number, height: number, picture: Picture): void {
  const { peaks, duration } = picture;
  if (peaks === null || duration === 0) return;
  const columns = columnsOf(peaks, duration, Math.max(1, Math.floor(width / STEP_PX)));
  for (const [column, loudness] of columns.entries()) {
    // Speech is far below full scale: the root brings its quiet parts into sight.
    const bar = Math.max(1, Math.sqrt(loudness) * height);
    context.fillRect(column * STEP_PX, (height - bar) / 2, BAR_PX, bar);
  }
}

function drawBand(
  context: CanvasRenderingContext2D,
  { width, top, colors }: { width: number; top: number; colors: Record<Stretch['kind'], string> },
  { stretches, duration }: Picture,
): void {
  for (const { kind, start, end } of stretches) {
    const left = (start / duration) * width;
    const length = Math.max(1, ((end - start) / duration) * width);
    context.fillStyle = colors[kind];
    if (kind === 'heard') context.fillRect(left, top + 1, length, BAND_PX - 2);
    if (kind === 'skipped') context.fillRect(left, top + BAND_PX / 2 - 1, length, 2);
    if (kind === 'retried') {
      for (let x = left; x < left + length; x += 6) context.fillRect(x, top + 1, 3, BAND_PX - 2);
    }
    if (kind === 'failed') {
      context.strokeStyle = colors.failed;
      context.lineWidth = 2;
      context.strokeRect(left + 1, top + 1, Math.max(1, length - 2), BAND_PX - 2);
    }
  }
}

function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const context = canvas.getContext('2d');
  const { clientWidth: width, clientHeight: height } = canvas;
  if (context === null || width === 0) return;
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  // A canvas knows no light-dark(): each colour is asked of a property that computes it.
  const isForced = window.matchMedia('(forced-colors: active)').matches;
  const colors = isForced
    ? { heard: 'Highlight', skipped: 'CanvasText', retried: 'CanvasText', failed: 'CanvasText' }
    : {
        heard: style.getPropertyValue('accent-color'),
        skipped: style.getPropertyValue('outline-color'),
        retried: style.getPropertyValue('border-top-color'),
        failed: style.getPropertyValue('border-bottom-color'),
      };
  context.fillStyle = isForced ? 'CanvasText' : style.getPropertyValue('color');
  drawWave(context, width, height - BAND_PX - 4, picture);
  if (picture.duration > 0) drawBand(context, { width, top: height - BAND_PX, colors }, picture);
}

export interface WaveformProps {
  readonly job: Job;
  readonly entry: TranscriptEntry;
  readonly duration: number;
}

export function Waveform({ job, entry, duration }: WaveformProps) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const isEnded = job.state !== 'queued' && job.state !== 'running' && job.state !== 'cancelling';
  const peaks = usePeaks(job.id, isEnded);
  const { spans, segments } = entry;
  const stretches = useMemo(() => listStretches(spans, segments), [spans, segments]);

  useEffect(() => {
    const canvas = canvasRef.current;
    if (canvas === null) return;
    const redraw = (): void => {
      draw(canvas, { peaks, stretches, duration });
    };
    redraw();
    const observer = new ResizeObserver(redraw);
    observer.observe(canvas);
    const themes = [matchMedia('(prefers-color-scheme: dark)'), matchMedia('(forced-colors: active)')];
    for (const theme of themes) theme.addEventListener('change', redraw);
    const choice = new MutationObserver(redraw);
    choice.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      observer.disconnect();
      choice.disconnect();
      for (const theme of themes) theme.removeEventListener('change', redraw);
    };
  }, [peaks, stretches, duration]);

  return <canvas className="waveform" ref={canvasRef} aria-hidden="true" data-testid="waveform" />;
}
