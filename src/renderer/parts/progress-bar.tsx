/** A thin bar. `value` is 0 to 1, or null when the end is not known. */
import './progress-bar.css';

export interface ProgressBarProps {
  readonly value: number | null;
  /** Null when another bar in the window already says the same: then it is for the eye only. */
  readonly label: string | null;
}

export function ProgressBar({ value, label }: ProgressBarProps) {
  const fill =
    value === null ? (
      <div className="progress-fill progress-fill-unknown" />
    ) : (
      <div className="progress-fill" style={{ inlineSize: `${value * 100}%` }} />
    );
  if (label === null) {
    return (
      <div className="progress" aria-hidden="true">
        {fill}
      </div>
    );
  }
  const percent = value === null ? undefined : Math.floor(value * 100);
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-testid="progress"
    >
      {fill}
    </div>
  );
}
