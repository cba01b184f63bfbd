/**
 * Whisper in float32 as a backend of the engine, for the evaluation: windows, prompts, rules, temperatures, guards and
 * word times are the engine's own, and only the arithmetic is another (native/reference/float_model.h). The decoder
 * alone, over what the native engine's encoder says, or the encoder as well.
 *
 * No door of the product opens it: it is given to the engine by `openBackend` of its config.
 */
import { join } from 'node:path';
import { cancelledError } from '../../../src/shared/errors.js';
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
} from '../../../src/engine/backend/backend.js';
import { probabilityOf, TokenChooser } from '../../../src/engine/backend/choose-token.js';
import type { BackendRequest, OpenedBackend } from '../../../src/engine/backend/open-backend.js';
import { ensureWeights } from '../../../src/engine/weights/ensure-weights.js';
import { sourceFilesOf } from '../../../src/engine/weights/weights-source.js';
import type { FloatAddon, NativeFloatModel } from './float-addon.js';
import { readFloatWeights } from './float-weights.js';
import { readPackedWeights } from './packed-weights.js';

/** What is computed in float32: the decoder, with the native engine's encoder; or all. */
export type FloatPart = 'decoder' | 'model';

class FloatWindow implements EncodedWindow {
  constructor(
    readonly model: NativeFloatModel,
    readonly id: number,
  ) {}

  release(): void {
    this.model.releaseWindow(this.id);
  }
}

class FloatSequences implements Sequences {
  constructor(
    readonly model: NativeFloatModel,
    /** A text for each row. */
    public texts: readonly number[],
    public length: number,
  ) {}

  get rowCount(): number {
    return this.texts.length;
  }

  release(): void {
    for (const text of this.texts) this.model.releaseText(text);
    this.texts = [];
  }
}

export class FloatBackend implements DecoderBackend {
  readonly description: string;
  /** What it stands in for: the product has no name for it. */
  readonly device = 'cpu';
  readonly #model: NativeFloatModel;
  readonly #chooser: TokenChooser;
  readonly #spent = { encodeMs: 0, encodeCount: 0, prefillMs: 0, prefillCount: 0, stepMs: 0, stepCount: 0 };

  private constructor(
    model: NativeFloatModel,
    part: FloatPart,
    readonly dimensions: ModelDimensions,
  ) {
    this.#model = model;
    this.#chooser = new TokenChooser(dimensions.vocabularySize);
    this.description = `float32 ${part}, for the evaluation`;
  }

  /** Throws an Error. The weights are those of the model's file: of one that comes in int8, what its integers stand for. */
  static async open(addon: FloatAddon, part: FloatPart, request: BackendRequest): Promise<FloatBackend> {
    const { model, modelFolder, signal } = request;
    const files = sourceFilesOf(model);
    const sourceHashes = Object.fromEntries(model.files.map(({ path, sha256 }) => [path, sha256]));
    const packed = await ensureWeights({ modelFolder, modelId: model.id, files, sourceHashes, signal });
    const { dimensions, tensors } =
      files.kind === 'ggml'
        ? await readFloatWeights(join(modelFolder, files.path))
        : await readPackedWeights(packed);
    const encoder = part === 'decoder' ? packed : null;
    return new FloatBackend(new addon.FloatModel(dimensions, tensors, encoder), part, dimensions);
  }

  encode(samples: Float32Array, positions: number, signal: AbortSignal): Promise<EncodedWindow> {
    if (signal.aborted) return Promise.reject(cancelledError());
    const began = performance.now();
    const window = new FloatWindow(this.#model, this.#model.encode(samples, positions));
    this.#spent.encodeMs += performance.now() - began;
    this.#spent.encodeCount++;
    return Promise.resolve(window);
  }

  start({ window, prompt, rule, probe }: StartRequest): Promise<StartReply> {
    const began = performance.now();
    const text = this.#model.begin(this.#own(window).id);
    const wanted = [prompt.length - 1, ...(probe === null ? [] : [probe.position])];
    const logits = this.#model.feed(text, prompt, wanted);
    this.#spent.prefillMs += performance.now() - began;
    this.#spent.prefillCount++;
    return Promise.resolve({
      sequences: new FloatSequences(this.#model, [text], prompt.length),
      choice: this.#chooser.choose(this.#row(logits, 0), rule),
      probeProbability: probe === null ? null : probabilityOf(this.#row(logits, 1), probe.token),
    });
  }

  step(inputs: readonly StepInput[]): Promise<readonly (readonly TokenChoice[])[]> {
    const began = performance.now();
    const choices = inputs.map(({ sequences, tokens, rules }) => {
      const own = this.#ownSequences(sequences);
      own.length++;
      return own.texts.map((text, row) =>
        this.#chooser.choose(this.#model.feed(text, [tokens[row]!], [0]), rules[row]!),
      );
    });
    this.#spent.stepMs += performance.now() - began;
    this.#spent.stepCount++;
    return Promise.resolve(choices);
  }

  reorder(sequences: Sequences, parents: readonly number[]): void {
    const own = this.#ownSequences(sequences);
    const former = own.texts;
    own.texts = parents.map((parent) => this.#model.copy(former[parent]!));
    for (const text of former) this.#model.releaseText(text);
  }

  readonly align = (request: AlignmentRequest): Promise<AlignmentScores> => {
    const { window, tokens, firstRow, positions, heads } = request;
    const began = performance.now();
    const pairs = heads.flatMap(({ layer, head }) => [layer, head]);
    const scores = this.#model.align(this.#own(window).id, tokens, firstRow, positions, pairs);
    this.#spent.prefillMs += performance.now() - began;
    this.#spent.prefillCount++;
    return Promise.resolve({ rows: tokens.length - firstRow, positions, scores });
  };

  /** The spectrogram is part of encoding, choices are part of prompts and steps. */
  timings(): BackendTimings {
    return { ...this.#spent, melMs: 0, chooseMs: 0, layers: null };
  }

  /** The model goes with the object. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #row(logits: Float32Array, index: number): Float32Array {
    const { vocabularySize } = this.dimensions;
    return logits.subarray(index * vocabularySize, (index + 1) * vocabularySize);
  }

  #own(window: EncodedWindow): FloatWindow {
    if (!(window instanceof FloatWindow)) throw new TypeError('a window of another backend');
    return window;
  }

  #ownSequences(sequences: Sequences): FloatSequences {
    if (!(sequences instanceof FloatSequences)) throw new TypeError('sequences of another backend');
    return sequences;
  }
}

/** For the engine's config. */
export function floatOpener(
  addon: FloatAddon,
  part: FloatPart,
): (request: BackendRequest) => Promise<OpenedBackend> {
  return async (request) => ({
    backend: await FloatBackend.open(addon, part, request),
    reason: null,
    sharesSteps: false,
  });
}
