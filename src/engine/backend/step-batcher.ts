/**
 * Lets several windows be decoded at once by code that knows only one: each asks for its own steps, and
 * what is asked for at the same time becomes one step of the backend behind, which reads its weights once
 * for all. Other calls pass one after the other, before waiting steps, so that a new window joins soon.
 */
import type {
  BackendTimings,
  DecoderBackend,
  EncodedWindow,
  ModelDimensions,
  Sequences,
  StartReply,
  StartRequest,
  StepInput,
  TokenChoice,
} from './backend.js';

type Choices = readonly (readonly TokenChoice[])[];

interface WaitingStep {
  readonly inputs: readonly StepInput[];
  readonly resolve: (choices: Choices) => void;
  readonly reject: (thrown: unknown) => void;
}

export class StepBatcher implements DecoderBackend {
  readonly #inner: DecoderBackend;
  readonly #calls: (() => Promise<void>)[] = [];
  #steps: WaitingStep[] = [];
  #isPumping = false;

  constructor(inner: DecoderBackend) {
    this.#inner = inner;
  }

  get description(): string {
    return this.#inner.description;
  }

  get dimensions(): ModelDimensions {
    return this.#inner.dimensions;
  }

  encode(samples: Float32Array, positions: number, signal: AbortSignal): Promise<EncodedWindow> {
    return this.#enqueue(() => this.#inner.encode(samples, positions, signal));
  }

  start(request: StartRequest): Promise<StartReply> {
    return this.#enqueue(() => this.#inner.start(request));
  }

  step(inputs: readonly StepInput[]): Promise<Choices> {
    return new Promise((resolve, reject) => {
      this.#steps.push({ inputs, resolve, reject });
      this.#wake();
    });
  }

  /** To be called before anything else is awaited after an answer: until then nothing is computed. */
  reorder(sequences: Sequences, parents: readonly number[]): void {
    this.#inner.reorder(sequences, parents);
  }

  timings(): BackendTimings {
    return this.#inner.timings();
  }

  /** The backend behind belongs to whoever opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #enqueue<T>(call: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#calls.push(() => call().then(resolve, reject));
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    void this.#pump();
  }

  /** Never rejects: every failure goes to whoever asked. */
  async #pump(): Promise<void> {
    for (;;) {
      // All windows that were answered run on to their next question before anything is computed.
      await new Promise((resolve) => setImmediate(resolve));
      const call = this.#calls.shift();
      if (call !== undefined) await call();
      else if (this.#steps.length > 0) await this.#runSteps();
      else break;
    }
    this.#isPumping = false;
  }

  async #runSteps(): Promise<void> {
    const steps = this.#steps;
    this.#steps = [];
    try {
      const choices = await this.#inner.step(steps.flatMap(({ inputs }) => inputs));
      let place = 0;
      for (const { inputs, resolve } of steps) {
        resolve(choices.slice(place, place + inputs.length));
        place += inputs.length;
      }
    } catch (thrown) {
      for (const { reject } of steps) reject(thrown);
    }
  }
}
