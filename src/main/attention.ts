/**
 * What the desktop is told while jobs run and when the last one has ended: do not suspend; and, unless
 * the user is looking at the window anyway, a notification.
 */
import { Notification, powerSaveBlocker } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Job } from '../shared/job.js';
import { summarizeBatch } from './batch-summary.js';
import { focusWindow } from './window.js';

export class Attention {
  readonly #findWindow: () => BrowserWindow | null;
  #blockerId: number | null = null;
  #endedBefore: ReadonlySet<string> = new Set();

  constructor(findWindow: () => BrowserWindow | null) {
    this.#findWindow = findWindow;
  }

  changeBusy(isBusy: boolean, jobs: readonly Job[]): void {
    if (isBusy) {
      this.#endedBefore = new Set(
        jobs.filter((job) => job.stats !== null || job.failure !== null).map((job) => job.id),
      );
      this.#blockerId ??= powerSaveBlocker.start('prevent-app-suspension');
      return;
    }
    if (this.#blockerId !== null) powerSaveBlocker.stop(this.#blockerId);
    this.#blockerId = null;
    this.#notify(jobs.filter((job) => !this.#endedBefore.has(job.id)));
  }

  #notify(jobs: readonly Job[]): void {
    const window = this.#findWindow();
    const summary = summarizeBatch(jobs);
    if (window === null || window.isFocused() || summary === null || !Notification.isSupported()) return;
    const notification = new Notification(summary);
    notification.on('click', () => {
      focusWindow(window);
    });
    notification.show();
  }
}
