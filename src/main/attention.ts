/**
 * What the desktop is told while jobs run and when the last one has ended: do not suspend; how far it is; and,
 * unless the user is looking at the window anyway or wants no word, a notification.
 */
import { Notification, powerSaveBlocker } from 'electron';
import type { BrowserWindow } from 'electron';
import { isFinished } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import { summarizeBatch } from './batch-summary.js';
import { overallProgress } from './overall-progress.js';
import { focusWindow } from './window.js';

/** Electron's word for "no bar". */
const NO_PROGRESS = -1;

export interface AttentionOptions {
  readonly findWindow: () => BrowserWindow | null;
  readonly wantsNotifications: () => boolean;
}

export class Attention {
  readonly #options: AttentionOptions;
  #blockerId: number | null = null;
  #endedBefore: ReadonlySet<string> = new Set();

  constructor(options: AttentionOptions) {
    this.#options = options;
  }

  changeBusy(isBusy: boolean, jobs: readonly Job[]): void {
    if (isBusy) {
      this.#endedBefore = new Set(jobs.filter(isFinished).map((job) => job.id));
      this.#blockerId ??= powerSaveBlocker.start('prevent-app-suspension');
      return;
    }
    if (this.#blockerId !== null) powerSaveBlocker.stop(this.#blockerId);
    this.#blockerId = null;
    this.showProgress(jobs);
    this.#notify(jobs.filter((job) => !this.#endedBefore.has(job.id)));
  }

  showProgress(jobs: readonly Job[]): void {
    const progress = this.#blockerId === null ? null : overallProgress(jobs, this.#endedBefore);
    this.#options.findWindow()?.setProgressBar(progress ?? NO_PROGRESS);
  }

  #notify(jobs: readonly Job[]): void {
    const window = this.#options.findWindow();
    const summary = summarizeBatch(jobs);
    if (window === null || window.isFocused() || summary === null || !Notification.isSupported()) return;
    if (!this.#options.wantsNotifications()) return;
    const notification = new Notification(summary);
    notification.on('click', () => {
      focusWindow(window);
    });
    notification.show();
  }
}
