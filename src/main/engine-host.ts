/**
 * Keeps one engine process alive and gives it one job at a time. In: transcribe and cancel. Out: the
 * engine's events, validated, and word of a stop: after a crash, or after a cancel the engine did not
 * obey. Knows nothing of Electron: how a process is started comes from outside (engine-process.ts).
 *
 * Surprising: nothing is done inside the exit handler itself. Electron dies when a message is posted
 * to a utility process from there (electron issue 53923), so the work waits for the next turn.
 */
import * as v from 'valibot';
import { EngineMessageSchema } from '../shared/engine-protocol.js';
import type { EngineRequest } from '../shared/engine-protocol.js';
import type { EngineEvent } from '../shared/events.js';
import { RestartBudget } from './restart-budget.js';

/** Cancel must end within 2 s; what is left after the grace is for the kill. */
export const CANCEL_GRACE_MS = 1500;
/** An engine that says nothing for this long after its start hangs. Loading its code takes under a second. */
export const READY_TIMEOUT_MS = 30_000;

export interface EngineProcess {
  post(request: EngineRequest): void;
  /** Opens a fresh line for events from this process to the page. */
  connectStream(): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface EngineProcessListener {
  onMessage(message: unknown): void;
  onExit(): void;
}

export type LaunchEngine = (listener: EngineProcessListener) => EngineProcess;
export type TranscribeMessage = Extract<EngineRequest, { kind: 'transcribe' }>;

export interface EngineStop {
  /** The job that was in the engine. */
  readonly jobId: string | null;
  /** 'killed' after a cancel it did not obey in time. */
  readonly reason: 'crashed' | 'killed';
  /** False once the restart budget is spent; the next `transcribe` tries afresh. */
  readonly willRestart: boolean;
}

export interface EngineHostListener {
  onEvent(event: EngineEvent): void;
  onStop(stop: EngineStop): void;
}

interface Running {
  readonly process: EngineProcess;
  isReady: boolean;
  readyTimer: NodeJS.Timeout;
}

export class EngineHost {
  readonly #launch: LaunchEngine;
  readonly #budget = new RestartBudget();
  #listener: EngineHostListener | null = null;
  #running: Running | null = null;
  #job: TranscribeMessage | null = null;
  #cancelTimer: NodeJS.Timeout | null = null;
  #isPageListening = false;
  #isClosed = false;

  constructor(launch: LaunchEngine) {
    this.#launch = launch;
  }

  listen(listener: EngineHostListener): void {
    this.#listener = listener;
  }

  /** Starts the process ahead of the first job. */
  start(): void {
    if (this.#running !== null || this.#isClosed) return;
    // Events of a process that has been replaced must not touch its successor.
    const ifCurrent = (act: () => void): void => {
      if (this.#running === running) act();
    };
    const process = this.#launch({
      onMessage: (message) => {
        ifCurrent(() => {
          this.#receive(message);
        });
      },
      onExit: () => {
        setTimeout(() => {
          ifCurrent(() => {
            this.#crashed();
          });
        }, 0);
      },
    });
    const readyTimer = setTimeout(() => {
      ifCurrent(() => {
        this.#crashed();
      });
    }, READY_TIMEOUT_MS);
    const running: Running = { process, isReady: false, readyTimer };
    this.#running = running;
  }

  /** One at a time: the caller waits for the job's last event, or for `onStop`, before the next. */
  transcribe(request: TranscribeMessage): void {
    if (this.#job !== null) throw new Error(`the engine still works on ${this.#job.jobId}`);
    this.#job = request;
    if (this.#running === null) {
      this.#budget.refill();
      this.start();
    } else if (this.#running.isReady) {
      this.#running.process.post(request);
    }
  }

  /** Always ends the job within 2 s: asks first, then ends the process. */
  cancel(jobId: string): void {
    if (this.#job?.jobId !== jobId || this.#running === null || this.#cancelTimer !== null) return;
    if (!this.#running.isReady) {
      this.#job = null;
      this.#listener?.onEvent({ kind: 'cancelled', jobId });
      return;
    }
    this.#running.process.post({ kind: 'cancel', jobId });
    this.#cancelTimer = setTimeout(() => {
      this.#replace({ jobId, reason: 'killed', willRestart: true });
    }, CANCEL_GRACE_MS);
  }

  /** The page is there (again) and waits for its stream port. */
  connectPage(): void {
    this.#isPageListening = true;
    if (this.#running?.isReady === true) this.#running.process.connectStream();
  }

  /** Ends the process for good. */
  close(): void {
    this.#isClosed = true;
    this.#dropProcess();
  }

  #receive(message: unknown): void {
    const parsed = v.safeParse(EngineMessageSchema, message);
    if (!parsed.success) {
      // An engine that talks nonsense is broken; a new one is safer than a guess.
      this.#crashed();
      return;
    }
    if (parsed.output.kind === 'ready') this.#becomeReady();
    else this.#pass(parsed.output);
  }

  #becomeReady(): void {
    if (this.#running === null) return;
    clearTimeout(this.#running.readyTimer);
    this.#running.isReady = true;
    // The line to the page comes first, so that it sees the job from its first event.
    if (this.#isPageListening) this.#running.process.connectStream();
    if (this.#job !== null) this.#running.process.post(this.#job);
  }

  #pass(event: EngineEvent): void {
    if (event.jobId !== this.#job?.jobId) return;
    if (event.kind === 'done' || event.kind === 'failed' || event.kind === 'cancelled') this.#endJob();
    this.#listener?.onEvent(event);
  }

  #crashed(): void {
    this.#replace({
      jobId: this.#job?.jobId ?? null,
      reason: 'crashed',
      willRestart: this.#budget.takeOne(),
    });
  }

  #replace(stop: EngineStop): void {
    this.#dropProcess();
    this.#endJob();
    if (stop.willRestart) this.start();
    this.#listener?.onStop(stop);
  }

  #dropProcess(): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    clearTimeout(running.readyTimer);
    running.process.kill();
  }

  #endJob(): void {
    this.#job = null;
    if (this.#cancelTimer !== null) clearTimeout(this.#cancelTimer);
    this.#cancelTimer = null;
  }
}
