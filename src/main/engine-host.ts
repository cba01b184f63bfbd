/**
 * Keeps one engine process alive and hands it jobs, which it runs as it sees fit. In: transcribe and cancel. Out: the
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
  /** The jobs that were in the engine. */
  readonly jobIds: readonly string[];
  /** The one whose cancel it did not obey in time, so that it was ended; null: it crashed. */
  readonly killedFor: string | null;
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
  /** Whose last event has not come. */
  readonly #jobs = new Map<string, TranscribeMessage>();
  readonly #cancelTimers = new Map<string, NodeJS.Timeout>();
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

  /** The job ends with its last event, or with `onStop`. */
  transcribe(request: TranscribeMessage): void {
    if (this.#jobs.has(request.jobId)) throw new Error(`the engine still works on ${request.jobId}`);
    this.#jobs.set(request.jobId, request);
    if (this.#running === null) {
      this.#budget.refill();
      this.start();
    } else if (this.#running.isReady) {
      this.#running.process.post(request);
    }
  }

  /** Always ends the job within 2 s: asks first, then ends the process. */
  cancel(jobId: string): void {
    if (!this.#jobs.has(jobId) || this.#running === null || this.#cancelTimers.has(jobId)) return;
    if (!this.#running.isReady) {
      this.#jobs.delete(jobId);
      this.#listener?.onEvent({ kind: 'cancelled', jobId });
      return;
    }
    this.#running.process.post({ kind: 'cancel', jobId });
    const timer = setTimeout(() => {
      this.#replace({ jobIds: [...this.#jobs.keys()], killedFor: jobId, willRestart: true });
    }, CANCEL_GRACE_MS);
    this.#cancelTimers.set(jobId, timer);
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
    for (const request of this.#jobs.values()) this.#running.process.post(request);
  }

  #pass(event: EngineEvent): void {
    if (!this.#jobs.has(event.jobId)) return;
    if (isLastEvent(event)) this.#endJob(event.jobId);
    this.#listener?.onEvent(event);
  }

  #crashed(): void {
    this.#replace({
      jobIds: [...this.#jobs.keys()],
      killedFor: null,
      willRestart: this.#budget.takeOne(),
    });
  }

  #replace(stop: EngineStop): void {
    this.#dropProcess();
    for (const jobId of stop.jobIds) this.#endJob(jobId);
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

  #endJob(jobId: string): void {
    this.#jobs.delete(jobId);
    clearTimeout(this.#cancelTimers.get(jobId));
    this.#cancelTimers.delete(jobId);
  }
}

export function isLastEvent({ kind }: EngineEvent): boolean {
  return kind === 'done' || kind === 'failed' || kind === 'cancelled';
}
