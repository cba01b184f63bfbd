/** One setting: its name, its sentence, its control. The sentence describes the control to screen readers. */
import { useEffect, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Select } from '../../parts/select.js';

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

/** A recording that is dropped does not take the focus from the field: what is typed must not wait for that. */
const REST_MS = 400;

export function TextRow({ words, value, placeholder, testId, rows = 3, onChange }: TextRowProps) {
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const timerRef = useRef<ReturnType<typeof setTimeout>>(undefined);

  const [timesLeft, setTimesLeft] = useState(0);

  // What is kept may be written otherwise than it was typed. It is not put under the caret.
  useEffect(() => {
    const field = fieldRef.current;
    if (field !== null && field !== document.activeElement) field.value = value;
  }, [value, timesLeft]);

  async function keep(text: string): Promise<void> {
    clearTimeout(timerRef.current);
    if (text !== value) await onChange(text);
  }

  return (
    <SettingRow words={words} isWide>
      {(ids) => (
        <textarea
          {...ids}
          ref={fieldRef}
          className="field-text"
          rows={rows}
          spellCheck={false}
          dir="auto"
          defaultValue={value}
          placeholder={placeholder}
          data-testid={testId}
          onChange={({ target }) => {
            clearTimeout(timerRef.current);
            timerRef.current = setTimeout(() => {
              void keep(target.value);
            }, REST_MS);
          }}
          onBlur={(event) => {
            void keep(event.target.value).then(() => {
              setTimesLeft((times) => times + 1);
            });
          }}
        />
      )}
    </SettingRow>
  );
}
