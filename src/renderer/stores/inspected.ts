/** The token that the pointer or the keyboard is on, and where it is on the screen. */
import { create } from 'zustand';
import type { LiveToken } from '../token-tail.js';

export interface Inspected {
  readonly token: LiveToken;
  readonly isPending: boolean;
  /** Of the token's box, pixels of the window. */
  readonly place: { readonly left: number; readonly top: number; readonly bottom: number };
}

export const useInspected = create<{ readonly inspected: Inspected | null }>()(() => ({ inspected: null }));

export function inspect(inspected: Inspected | null): void {
  if (inspected === null && useInspected.getState().inspected === null) return;
  useInspected.setState({ inspected });
}
