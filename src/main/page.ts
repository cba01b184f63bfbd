/**
 * Whether our window is there, for all who talk to it. Pushes to a window that is gone are dropped and
 * lose nothing, because a new page asks for everything it shows; notices, which it cannot ask for, wait for it.
 */
import type { BrowserWindow, WebContents } from 'electron';
import type { PushName, PushPayload } from '../shared/contract.js';
import type { Failure } from '../shared/errors.js';

export class Page {
  #window: BrowserWindow | null = null;
  #isLoaded = false;
  readonly #notices: Failure[] = [];

  attach(window: BrowserWindow): void {
    this.#window = window;
    window.once('closed', () => {
      this.#window = null;
      this.#isLoaded = false;
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

  /** Something the user must see: kept for the page when there is none yet. */
  tell(notice: Failure): void {
    if (this.#isLoaded) this.push('notice', notice);
    else this.#notices.push(notice);
  }

  /** The page listens now, for the first time or again. */
  markLoaded(): void {
    this.#isLoaded = true;
    for (const notice of this.#notices.splice(0)) this.push('notice', notice);
  }

  push<N extends PushName>(name: N, payload: PushPayload<N>): void {
    this.#window?.webContents.send(name, payload);
  }
}
