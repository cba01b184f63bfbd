/**
 * Lets several windows, of one file or of several, be decoded at once by code that knows only one: each asks for
 * its own steps, and what is asked for at the same time becomes one step of the backend behind, which reads its
 * weights once for all. Other calls pass one after the other, before waiting steps, so that a new window joins
 * soon; but never two windows are encoded while a step waits, so that nobody waits longer than for one encoder
 * pass. Of several windows the one of the earliest job is encoded first.
 *
 * A backend that decodes on another device than it encodes on does both at once: steps go on beside an encode, and
 * only prompts wait for its end.
 *
 * Each job joins for itself, and so knows which share of the time was its own.
 */
import type { DecodingDevice } from '../../shared/options.js';
import type {
  AlignmentRequest,
  AlignmentScores,
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
  readonly job: JobBackend;
  readonly inputs: readonly StepInput[];
  readonly resolve: (choices: Choices) => void;
  readonly reject: (thrown: unknown) => void;
}

interface WaitingEncode {
  readonly job: JobBackend;
  readonly run: () => Promise<void>;
}

/**
 * Wall time of the backend that one job is answerable for, milliseconds: its own windows and prompts, and of the
 * steps it shared the part of its rows. The times of all jobs add up to the time that the backend was at work; to more where
 * it encodes and decodes at once.
 */
export interface SpentTimes {
  readonly melMs: number;
  /** Without the spectrogram. */
  readonly encodeMs: number;
  /** Prompts and steps, with the choice of tokens. */
  readonly decodeMs: number;
}

export class StepBatcher {
  readonly inner: DecoderBackend;
  #starts: (() => Promise<void>)[] = [];
  #encodes: WaitingEncode[] = [];
  #steps: WaitingStep[] = [];
  #hasJustEncoded = false;
  /** The encode that steps go on beside. */
  #besideSteps: Promise<void> | null = null;
  #isPumping = false;
  #onAsked: () => void = () => undefined;
  #joined = 0;

  constructor(inner: DecoderBackend) {
    this.inner = inner;
  }

  /** The backend as one job sees it. */
  join(): JobBackend {
    return new JobBackend(this, this.#joined++);
  }

  encode(job: JobBackend, call: () => Promise<EncodedWindow>): Promise<EncodedWindow> {
    return new Promise((resolve, reject) => {
      this.#encodes.push({ job, run: () => call().then(resolve, reject) });
      this.#wake();
    });
  }

  /** A prompt's pass, or another that a window waits for. */
  start<T>(call: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#starts.push(() => call().then(resolve, reject));
      this.#wake();
    });
  }

  step(job: JobBackend, inputs: readonly StepInput[]): Promise<Choices> {
    return new Promise((resolve, reject) => {
      this.#steps.push({ job, inputs, resolve, reject });
      this.#wake();
    });
  }

  #wake(): void {
    this.#onAsked();
    if (this.#isPumping) return;
    this.#isPumping = true;
    void this.#pump();
  }

  /** Never rejects: every failure goes to whoever asked. */
  async #pump(): Promise<void> {
    for (;;) {
      // All windows that were answered run on to their next question before anything is computed.
      await new Promise((resolve) => setImmediate(resolve));
      const start = this.#besideSteps === null ? this.#starts.shift() : undefined;
      const encode = start === undefined ? this.#takeEncode() : undefined;
      if (start !== undefined) await start();
      else if (encode !== undefined) await this.#runEncode(encode);
      else if (this.#steps.length > 0) await this.#runSteps();
      else if (this.#besideSteps !== null) await this.#waitForMore(this.#besideSteps);
      else break;
      if (start === undefined) this.#hasJustEncoded = encode !== undefined;
    }
    this.#isPumping = false;
  }

  /** Resolves when the window is encoded, or at once where steps can go on beside it. */
  async #runEncode(encode: WaitingEncode): Promise<void> {
    const run = encode.run();
    if (this.inner.encodesBesideSteps !== true) {
      await run;
      return;
    }
    this.#besideSteps = run.then(() => {
      this.#besideSteps = null;
    });
  }

  /** Resolves when something is asked, or the encode is done. */
  async #waitForMore(encode: Promise<void>): Promise<void> {
    const asked = new Promise<void>((resolve) => {
      this.#onAsked = resolve;
    });
    await Promise.race([encode, asked]);
    this.#onAsked = () => undefined;
  }

  #takeEncode(): WaitingEncode | undefined {
    if (this.#besideSteps !== null) return undefined;
    const haltsSteps = this.inner.encodesBesideSteps !== true;
    if (haltsSteps && this.#hasJustEncoded && this.#steps.length > 0) return undefined;
    const [first, ...others] = this.#encodes;
    if (first === undefined) return undefined;
    const earliest = others.reduce((best, other) => (other.job.place < best.job.place ? other : best), first);
    this.#encodes = this.#encodes.filter((encode) => encode !== earliest);
    return earliest;
  }

  async #runSteps(): Promise<void> {
    const steps = this.#steps;
    this.#steps = [];
    const began = performance.now();
    try {
      const choices = await this.inner.step(steps.flatMap(({ inputs }) => inputs));
      const stepMs = performance.now() - began;
      const msPerRow = stepMs / choices.reduce((rows, { length }) => rows + length, 0);
      let place = 0;
      for (const { job, inputs, resolve } of steps) {
        const own = choices.slice(place, place + inputs.length);
        place += inputs.length;
        for (const { length } of own) job.countDecoding(length * msPerRow);
        job.countStep(stepMs);
        resolve(own);
      }
    } catch (thrown) {
      for (const { reject } of steps) reject(thrown);
    }
  }
}

/** What StepBatcher gives to one job. */
export class JobBackend implements DecoderBackend {
  /** Among the jobs that joined: 0 for the first. */
  readonly place: number;
  readonly #batcher: StepBatcher;
  readonly #spent = { melMs: 0, encodeMs: 0, decodeMs: 0 };
  #stepsMs: number[] = [];

  constructor(batcher: StepBatcher, place: number) {
    this.#batcher = batcher;
    this.place = place;
  }

  get description(): string {
    return this.#inner.description;
  }

  get device(): DecodingDevice {
    return this.#inner.device;
  }

  get dimensions(): ModelDimensions {
    return this.#inner.dimensions;
  }

  encode(samples: Float32Array, positions: number, signal: AbortSignal): Promise<EncodedWindow> {
    return this.#batcher.encode(this, async () => {
      const melBeganMs = this.#inner.timings().melMs;
      const began = performance.now();
      const window = await this.#inner.encode(samples, positions, signal);
      const melMs = this.#inner.timings().melMs - melBeganMs;
      this.#spent.melMs += melMs;
      this.#spent.encodeMs += performance.now() - began - melMs;
      return window;
    });
  }

  start(request: StartRequest): Promise<StartReply> {
    return this.#startCounted(() => this.#inner.start(request));
  }

  step(inputs: readonly StepInput[]): Promise<Choices> {
    return this.#batcher.step(this, inputs);
  }

  get align(): ((request: AlignmentRequest) => Promise<AlignmentScores>) | null {
    const { align } = this.#inner;
    if (align === null) return null;
    return (request) => this.#startCounted(() => align(request));
  }

  /** To be called before anything else is awaited after an answer: until then nothing is computed. */
  reorder(sequences: Sequences, parents: readonly number[]): void {
    this.#inner.reorder(sequences, parents);
  }

  /** Of all jobs together; not to be asked while one of them is at work. */
  timings(): BackendTimings {
    return this.#inner.timings();
  }

  /** The backend behind belongs to whoever opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  spent(): SpentTimes {
    return { ...this.#spent };
  }

  /** @param ms of a call of its own, or its share of a step. */
  countDecoding(ms: number): void {
    this.#spent.decodeMs += ms;
  }

  /** @param ms of a step in which this job had a row, whole. */
  countStep(ms: number): void {
    this.#stepsMs.push(ms);
  }

  /** How long the steps since the last call took, in order. */
  takeSteps(): readonly number[] {
    const taken = this.#stepsMs;
    this.#stepsMs = [];
    return taken;
  }

  /** As soon as no call is under way: `timings` at that moment. */
  readTimings(): Promise<BackendTimings> {
    return this.#batcher.start(() => Promise.resolve(this.#inner.timings()));
  }

  #startCounted<T>(call: () => Promise<T>): Promise<T> {
    return this.#batcher.start(async () => {
      const began = performance.now();
      const reply = await call();
      this.countDecoding(performance.now() - began);
      return reply;
    });
  }

  get #inner(): DecoderBackend {
    return this.#batcher.inner;
  }
}
