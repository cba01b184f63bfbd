/** One setting: its name, its sentence, its control. The sentence describes the control to screen readers. */
import { useId } from 'react';
import type { ReactNode } from 'react';

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
        <select
          {...ids}
          className="setting-select"
          value={value}
          data-testid={testId}
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
        </select>
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
  /** Called when the field is left. */
  readonly onChange: (value: string) => void;
}

export function TextRow({ words, value, placeholder, testId, onChange }: TextRowProps) {
  return (
    <SettingRow words={words} isWide>
      {(ids) => (
        <textarea
          {...ids}
          key={value}
          className="field-text"
          rows={3}
          spellCheck={false}
          dir="auto"
          defaultValue={value}
          placeholder={placeholder}
          data-testid={testId}
          onBlur={(event) => {
            if (event.target.value !== value) onChange(event.target.value);
          }}
        />
      )}
    </SettingRow>
  );
}
