/** One setting: its name, its sentence, its control. The sentence describes the control to screen readers. */
import { useId } from 'react';
import type { ReactNode } from 'react';
import { Select } from '../../parts/select.js';
import { useKeptField } from './use-kept-field.js';

export interface SettingRowProps {
  readonly words: { readonly name: string; readonly text: string };
  /** Gets the ids that name and describe the control. */
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby': string }) => ReactNode;
  /** The control needs the whole width, below the sentence. */
  readonly isWide?: boolean;
}

export function SettingRow({ words, children, isWide = false }: SettingRowProps) {
  const id = useId();
  const textId = useId();
  return (
    <div className="setting" data-wide={isWide}>
      <div>
        <label className="setting-name" htmlFor={id}>
          {words.name}
        </label>
        <p className="setting-text" id={textId}>
          {words.text}
        </p>
      </div>
      {children({ id, 'aria-describedby': textId })}
    </div>
  );
}

export interface ChoiceProps<T extends string> {
  readonly words: SettingRowProps['words'];
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly name: string }[];
  readonly testId: string;
  readonly onChange: (value: T) => void;
}

export function ChoiceRow<T extends string>({ words, value, choices, testId, onChange }: ChoiceProps<T>) {
  return (
    <SettingRow words={words}>
      {(ids) => (
        <Select
          {...ids}
          value={value}
          testId={testId}
          onChange={(event) => {
            const chosen = choices[event.target.selectedIndex];
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.name}
            </option>
          ))}
        </Select>
      )}
    </SettingRow>
  );
}

export interface SwitchProps {
  readonly words: SettingRowProps['words'];
  readonly isOn: boolean;
  readonly testId: string;
  readonly onChange: (isOn: boolean) => void;
}

export function SwitchRow({ words, isOn, testId, onChange }: SwitchProps) {
  return (
    <SettingRow words={words}>
      {(ids) => (
        <input
          {...ids}
          type="checkbox"
          role="switch"
          className="setting-switch"
          checked={isOn}
          data-testid={testId}
          onChange={(event) => {
            onChange(event.target.checked);
          }}
        />
      )}
    </SettingRow>
  );
}

export interface TextRowProps {
  readonly words: SettingRowProps['words'];
  readonly value: string;
  readonly placeholder: string;
  readonly testId: string;
  readonly rows?: number;
  /** Called when the typing rests, and when the field is left. */
  readonly onChange: (value: string) => Promise<void>;
}

export function TextRow({ words, value, placeholder, testId, rows = 3, onChange }: TextRowProps) {
  const field = useKeptField<HTMLTextAreaElement>(value, onChange);
  return (
    <SettingRow words={words} isWide>
      {(ids) => (
        <textarea
          {...ids}
          {...field}
          className="field-text"
          rows={rows}
          spellCheck={false}
          dir="auto"
          placeholder={placeholder}
          data-testid={testId}
        />
      )}
    </SettingRow>
  );
}

export interface NumberProps {
  readonly words: SettingRowProps['words'];
  readonly value: number;
  readonly most: number;
  readonly testId: string;
  /** Called as that of TextRow, with whole numbers from 0 to `most` alone. */
  readonly onChange: (value: number) => Promise<void>;
}

export function NumberRow({ words, value, most, testId, onChange }: NumberProps) {
  const field = useKeptField<HTMLInputElement>(String(value), async (text) => {
    const typed = text.trim() === '' ? NaN : Math.round(Number(text));
    if (typed >= 0 && typed <= most && typed !== value) await onChange(typed);
  });
  return (
    <SettingRow words={words}>
      {(ids) => (
        <input
          {...ids}
          {...field}
          type="number"
          className="setting-number"
          min={0}
          max={most}
          data-testid={testId}
        />
      )}
    </SettingRow>
  );
}
