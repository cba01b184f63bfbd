/**
 * A backend over mapped weights that gives no token before their data is known to be right, and that turns
 * weights found to be wrong, or changed while they are in use, into an error a person understands.
 *
 * The surprising thing: encoding does not wait. The first window is encoded while the data is verified, so
 * that verification, where it is needed at all (weights-file.ts), is hardly felt.
 */
import type { DecodingDevice } from '../../shared/options.js';
import { AppError } from '../../shared/errors.js';
import type { WeightsFile } from '../weights/weights-file.js';
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

export class GuardedBackend implements DecoderBackend {
  readonly #inner: DecoderBackend;
  readonly #weights: WeightsFile;
  readonly #closing = new AbortController();
  readonly #verified: Promise<void>;

  /** @param isVerified whether the weights need no verification any more. Closes both when it is closed. */
  constructor(inner: DecoderBackend, weights: WeightsFile, isVerified: boolean) {
    this.#inner = inner;
    this.#weights = weights;
    this.#verified = isVerified ? Promise.resolve() : weights.verify(this.#closing.signal);
    // Met by whoever starts a sequence; nobody may.
    this.#verified.catch(() => undefined);
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

  get encodesBesideSteps(): boolean {
    return this.#inner.encodesBesideSteps ?? false;
  }

  encode(samples: Float32Array, positions: number, signal: AbortSignal): Promise<EncodedWindow> {
    return this.#guard(() => this.#inner.encode(samples, positions, signal));
  }

  start(request: StartRequest): Promise<StartReply> {
    return this.#guard(async () => {
      await this.#verified;
      return await this.#inner.start(request);
    });
  }

  step(inputs: readonly StepInput[]): Promise<readonly (readonly TokenChoice[])[]> {
    return this.#guard(() => this.#inner.step(inputs));
  }

  reorder(sequences: Sequences, parents: readonly number[]): void {
    this.#inner.reorder(sequences, parents);
  }

  get align(): ((request: AlignmentRequest) => Promise<AlignmentScores>) | null {
    const { align } = this.#inner;
    return align === null ? null : (request) => this.#guard(() => align(request));
  }

  timings(): BackendTimings {
    return this.#inner.timings();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#verified.catch(() => undefined);
    await this.#inner.close();
    await this.#weights.close();
  }

  async #guard<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      if (!isAboutWeights(thrown)) throw thrown;
      await this.#weights.discard();
      throw new AppError(
        'model-corrupt',
        `The transcription was stopped because the model's weights cannot be trusted: ${thrown.message}`,
        'Start it again: the weights are made anew from the installed model.',
        { cause: thrown },
      );
    }
  }
}

function isAboutWeights(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'model-corrupt';
}
