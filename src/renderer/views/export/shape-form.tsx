/** The limits that subtitles keep. Off: one subtitle per segment, as it was decoded. */
import type { ChangeEvent } from 'react';
import { DEFAULT_SHAPE } from '../../../shared/shape.js';
import type { ShapeOptions } from '../../../shared/shape.js';
import { strings } from '../../strings/en.js';

const { shape: words } = strings;

interface NumberRow {
  readonly key: keyof ShapeOptions;
  readonly min: number;
  readonly max: number;
  /** What is shown times this is what is kept. */
  readonly factor: number;
  readonly step: number;
}

const ROWS: readonly NumberRow[] = [
  { key: 'maxLineWidth', min: 10, max: 200, factor: 1, step: 1 },
  { key: 'maxLineCount', min: 1, max: 5, factor: 1, step: 1 },
  { key: 'maxCharactersPerSecond', min: 5, max: 60, factor: 1, step: 1 },
  { key: 'minDurationMs', min: 0, max: 5, factor: 1000, step: 0.1 },
  { key: 'maxDurationMs', min: 1, max: 30, factor: 1000, step: 0.5 },
  { key: 'minGapMs', min: 0, max: 1000, factor: 1, step: 10 },
];

export interface ShapeFormProps {
  readonly shape: ShapeOptions | null;
  readonly onChange: (shape: ShapeOptions | null) => void;
}

export function ShapeForm({ shape, onChange }: ShapeFormProps) {
  function change({ key, min, max, factor }: NumberRow, event: ChangeEvent<HTMLInputElement>): void {
    const value = event.target.valueAsNumber;
    if (shape === null || !Number.isFinite(value) || value < min || value > max) return;
    onChange({ ...shape, [key]: Math.round(value * factor) });
  }
  return (
    <fieldset className="shape">
      <legend className="visually-hidden">{words.title}</legend>
      <label className="tool-check shape-switch">
        <input
          type="checkbox"
          checked={shape !== null}
          data-testid="shape-on"
          onChange={(event) => {
            onChange(event.target.checked ? DEFAULT_SHAPE : null);
          }}
        />
        {words.on}
      </label>
      {shape !== null && (
        <div className="shape-rows">
          {ROWS.map((row) => (
            <label className="shape-row" key={row.key}>
              <span>{words.row(row.key)}</span>
              <input
                type="number"
                className="tool-field"
                min={row.min}
                max={row.max}
                step={row.step}
                defaultValue={Number((shape[row.key] / row.factor).toFixed(1))}
                data-testid={`shape-${row.key}`}
                onChange={(event) => {
                  change(row, event);
                }}
              />
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}
