/** The window's buttons: `primary` once per view, `plain` for the rest, `quiet` without a frame, `danger` for what cannot be undone. */
import './button.css';
import type { ComponentProps } from 'react';
import { Icon } from './icon.js';
import type { IconName } from './icon.js';

type NativeProps = Omit<ComponentProps<'button'>, 'className' | 'type'>;

export interface ButtonProps extends NativeProps {
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  readonly testId?: string;
}

export function Button({ look = 'plain', icon, testId, children, ...native }: ButtonProps) {
  return (
    <button type="button" className={`button button-${look}`} data-testid={testId} {...native}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends NativeProps {
  readonly icon: IconName;
  /** Read out and shown as the tooltip. */
  readonly label: string;
  readonly testId?: string;
}

export function IconButton({ icon, label, testId, ...native }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      data-testid={testId}
      {...native}
    >
      <Icon name={icon} />
    </button>
  );
}
