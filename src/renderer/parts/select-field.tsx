/** A labelled native picker: type-ahead, arrows and the system's own list come with it. */
import './field.css';
import type { ReactNode } from 'react';
import { Icon } from './icon.js';

export interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly testId: string;
  readonly isDisabled?: boolean;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

export function SelectField({
  label,
  value,
  testId,
  isDisabled = false,
  onChange,
  children,
}: SelectFieldProps) {
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      <span className="field-select">
        <select
          value={value}
          data-testid={testId}
          disabled={isDisabled}
          onChange={(event) => {
            onChange(event.target.value);
          }}
        >
          {children}
        </select>
        <Icon name="chevron" />
      </span>
    </label>
  );
}
