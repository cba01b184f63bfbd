/** Whether an element uses letters itself, so that the window's own keys must not. */
export function isTypingTarget(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]') !== null
  );
}

/** Whether Space and Enter press the element itself. */
export function isControlTarget(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, summary, [role=button], audio') !== null;
}
