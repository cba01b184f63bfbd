/**
 * Whether our window is there, for all who talk to it. Pushes to a window that is gone are dropped and
 * lose nothing, because a new page asks for everything it shows.
 */
import type { BrowserWindow, WebContents } from 'electron';
import type { PushName, PushPayload } from '../shared/contract.js';

export class Page {
  #window: BrowserWindow | null = null;

  attach(window: BrowserWindow): void {
    this.#window = window;
    window.once('closed', () => {
      this.#window = null;
    });
  }

  window(): BrowserWindow | null {
    return this.#window;
  }

  contents(): WebContents | null {
    return this.#window?.webContents ?? null;
  }

  /** For dialogs, which are asked for by the page and so have a window. */
  requireWindow(): BrowserWindow {
    if (this.#window === null) throw new Error('the window is closed');
    return this.#window;
  }

  push<N extends PushName>(name: N, payload: PushPayload<N>): void {
    this.#window?.webContents.send(name, payload);
  }
}
