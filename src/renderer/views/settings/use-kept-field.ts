/**
 * A field whose text is kept when the typing rests, and when the field is left: a recording that is dropped does not
 * take the focus from it, and what is typed must not wait for that. Out: what the field's element takes.
 */
import { useEffect, useRef, useState } from 'react';
import type { ChangeEvent, FocusEvent, RefObject } from 'react';

type Field = HTMLInputElement | HTMLTextAreaElement;

export interface KeptField<E extends Field> {
  readonly ref: RefObject<E | null>;
  readonly defaultValue: string;
  readonly onChange: (event: ChangeEvent<E>) => void;
  readonly onBlur: (event: FocusEvent<E>) => void;
}

const REST_MS = 400;

export function useKeptField<E extends Field>(
  value: string,
  onKeep: (text: string) => Promise<void>,
): KeptField<E> {
  const ref = useRef<E>(null);
  const timerRef = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [timesLeft, setTimesLeft] = useState(0);

  // What is kept may be written otherwise than it was typed. It is not put under the caret.
  useEffect(() => {
    const field = ref.current;
    if (field !== null && field !== document.activeElement) field.value = value;
  }, [value, timesLeft]);

  async function keep(text: string): Promise<void> {
    clearTimeout(timerRef.current);
    if (text !== value) await onKeep(text);
  }

  return {
    ref,
    defaultValue: value,
    onChange: ({ target }) => {
      clearTimeout(timerRef.current);
      timerRef.current = setTimeout(() => {
        void keep(target.value);
      }, REST_MS);
    },
    onBlur: ({ target }) => {
      void keep(target.value).then(() => {
        setTimesLeft((times) => times + 1);
      });
    },
  };
}
