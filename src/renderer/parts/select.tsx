/** The native picker in the window's own frame: type-ahead, arrows and the system's list come with it. */
import './select.css';
import type { ComponentProps } from 'react';
import { Icon } from './icon.js';

export interface SelectProps extends Omit<ComponentProps<'select'>, 'className' | 'size'> {
  /** `small` beside other controls in a bar. */
  readonly look?: 'plain' | 'small';
  readonly testId?: string;
}

export function Select({ look = 'plain', testId, children, ...native }: SelectProps) {
  return (
    <span className="select" data-look={look}>
      <select data-testid={testId} {...native}>
        {children}
      </select>
      <Icon name="chevron" size={look === 'small' ? 14 : 16} />
    </span>
  );
}
