/** A labelled picker. */
import './field.css';
import type { ReactNode } from 'react';
import { Select } from './select.js';

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
      <Select
        value={value}
        testId={testId}
        disabled={isDisabled}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {children}
      </Select>
    </label>
  );
}
