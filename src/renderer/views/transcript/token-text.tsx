/**
 * Text by its tokens. The pointer or the focus on one shows what the decoder knew of it (token-card.tsx). The
 * group is one stop of the Tab key; the arrow keys go from token to token.
 */
import { Fragment, useEffect, useRef } from 'react';
import type { FocusEvent, KeyboardEvent, PointerEvent } from 'react';
import { moveInList } from '../../keyboard.js';
import { inspect } from '../../stores/inspected.js';
import { strings } from '../../strings/en.js';
import type { LiveToken } from '../../token-tail.js';

export interface TokenTextProps {
  readonly tokens: readonly LiveToken[];
  readonly isPending: boolean;
}

/**
 * How sure the decoder was, in steps that can be told apart by an underline. Most texts have a token in ten below 0.8,
 * and commas are anybody's guess: what is underlined all over says nothing.
 */
function certaintyOf({ text, probability }: LiveToken): 'sure' | 'unsure' | 'guess' {
  if (probability >= 0.5 || !/[\p{L}\p{N}]/u.test(text)) return 'sure';
  return probability >= 0.25 ? 'unsure' : 'guess';
}

const ARROWS: Readonly<Record<string, string>> = { ArrowLeft: 'ArrowUp', ArrowRight: 'ArrowDown' };

export function TokenText({ tokens, isPending }: TokenTextProps) {
  const isShowing = useRef(false);
  // A text that goes away under the pointer is not left by it: no event would take its card off the screen.
  useEffect(
    () => () => {
      if (isShowing.current) inspect(null);
    },
    [],
  );
  function show(target: EventTarget): void {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-token]') : null;
    const token = element === null ? undefined : tokens[Number(element.dataset['token'])];
    if (element === null || token === undefined) return;
    const { left, top, bottom } = element.getClientRects()[0] ?? element.getBoundingClientRect();
    inspect({ token, isPending, place: { left, top, bottom } });
    isShowing.current = true;
  }
  function hide(): void {
    isShowing.current = false;
    inspect(null);
  }
  function moveFocus(event: KeyboardEvent<HTMLElement>): void {
    if (event.key === 'Escape') hide();
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-token]')];
    const position = all.findIndex((element) => element === event.target);
    const next = moveInList(ARROWS[event.key] ?? event.key, position, all.length);
    if (position < 0 || next === null) return;
    event.preventDefault();
    event.stopPropagation();
    all[next]?.focus();
  }
  const lastShown = tokens.findLastIndex(({ text }) => text !== '');
  return (
    <span
      className="tokens"
      role="group"
      aria-label={strings.tokens.group}
      onPointerOver={(event: PointerEvent) => {
        show(event.target);
      }}
      onPointerLeave={hide}
      onFocus={(event: FocusEvent) => {
        show(event.target);
      }}
      onBlur={hide}
      onKeyDown={moveFocus}
    >
      {tokens.map((token, position) => {
        const { text } = token;
        if (text === '') return null;
        const word = text.trimStart();
        // The space before a word is not underlined with it.
        const space = position === 0 ? '' : text.slice(0, text.length - word.length);
        return (
          <Fragment key={position}>
            {space}
            <span
              className="token"
              data-token={position}
              data-certainty={certaintyOf(token)}
              tabIndex={position === lastShown ? 0 : -1}
              role="button"
              aria-label={word === '' ? strings.tokens.blank : word}
            >
              {word}
            </span>
          </Fragment>
        );
      })}
    </span>
  );
}
