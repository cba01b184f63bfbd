/**
 * Whisper through ONNX Runtime on the CPU: the encoder and the merged decoder of the Hugging Face
 * export (optimum). The decoder has two branches: without a past it computes the cross-attention keys
 * and values of the window along with the prompt; with a past it takes one token and both caches.
 *
 * Every large tensor is a buffer of ours that ONNX Runtime writes into, so a step allocates nothing
 * that grows: the self-attention cache lives in two sets of buffers that take turns as input and
 * output, and one row of logits is reused.
 */
import { join } from 'node:path';
import { AppError, cancelledError } from '../../shared/errors.js';
import { LogMel } from '../mel/log-mel.js';
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
import { probabilityOf, TokenChooser } from './choose-token.js';
import { CacheShape, CrossCache, SelfCache } from './onnx-cache.js';
import * as ort from '../onnx-runtime.js';

const ENCODER_FILE = 'onnx/encoder_model_quantized.onnx';
const DECODER_FILE = 'onnx/decoder_model_merged_quantized.onnx';

class OnnxWindow implements EncodedWindow {
  constructor(
    readonly hidden: ort.Tensor,
    readonly cross: CrossCache,
    readonly onRelease: (window: OnnxWindow) => void,
  ) {}

  release(): void {
    this.onRelease(this);
  }
}

class OnnxSequences implements Sequences {
  constructor(
    readonly window: OnnxWindow,
    readonly cache: SelfCache,
    readonly onRelease: (sequences: OnnxSequences) => void,
  ) {}

  get rowCount(): number {
    return this.cache.rowCount;
  }

  get length(): number {
    return this.cache.length;
  }

  release(): void {
    this.onRelease(this);
  }
}

export class OnnxBackend implements DecoderBackend {
  readonly description: string;
  readonly device = 'onnx';
  readonly dimensions: ModelDimensions;
  /** The exported graph keeps its attention to itself. */
  readonly align = null;
  readonly #encoder: ort.InferenceSession;
  readonly #decoder: ort.InferenceSession;
  readonly #shape: CacheShape;
  readonly #logMel = new LogMel();
  readonly #chooser: TokenChooser;
  #promptLogits = new Float32Array(0);
  #stepLogits = new Float32Array(0);
  readonly #freeWindows: OnnxWindow[] = [];
  readonly #freeCaches: SelfCache[] = [];
  readonly #spent = {
    melMs: 0,
    encodeMs: 0,
    encodeCount: 0,
    prefillMs: 0,
    prefillCount: 0,
    stepMs: 0,
    stepCount: 0,
    chooseMs: 0,
  };

  private constructor(
    encoder: ort.InferenceSession,
    decoder: ort.InferenceSession,
    dimensions: ModelDimensions,
    threads: number,
  ) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.dimensions = dimensions;
    this.#shape = new CacheShape(dimensions);
    this.#chooser = new TokenChooser(dimensions.vocabularySize);
    this.description = `ONNX Runtime on the CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  }

  /** @param modelFolder an installed, verified model. Throws AppError `model-corrupt`. */
  static async open(modelFolder: string, dimensions: ModelDimensions, threads: number): Promise<OnnxBackend> {
    const options: ort.SessionOptions = {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // 3 = errors only: the quantised export makes ONNX Runtime warn about unused initialisers.
      logSeverityLevel: 3,
    };
    const load = async (name: string): Promise<ort.InferenceSession> => {
      try {
        return await ort.InferenceSession.create(join(modelFolder, name), options);
      } catch (cause) {
        throw new AppError(
          'model-corrupt',
          `ONNX Runtime cannot load ${name}: ${cause instanceof Error ? cause.message : String(cause)}`,
          'Repair the model; if it still fails, this build of ONNX Runtime does not fit the machine.',
          { cause },
        );
      }
    };
    return new OnnxBackend(await load(ENCODER_FILE), await load(DECODER_FILE), dimensions, threads);
  }

  async encode(samples: Float32Array, _positions: number, signal: AbortSignal): Promise<EncodedWindow> {
    if (signal.aborted) throw cancelledError();
    const { melBins, audioContext, width } = this.dimensions;
    const mel = this.#computeMel(samples);
    const window = this.#freeWindows.pop() ?? this.#createWindow();
    const began = performance.now();
    await this.#encoder.run(
      { input_features: new ort.Tensor('float32', mel, [1, melBins, audioContext * 2]) },
      {
        last_hidden_state: new ort.Tensor('float32', window.hidden.data as Float32Array, [
          1,
          audioContext,
          width,
        ]),
      },
    );
    this.#spent.encodeMs += performance.now() - began;
    this.#spent.encodeCount++;
    return window;
  }

  async start({ window, prompt, rule, probe }: StartRequest): Promise<StartReply> {
    const own = this.#own(window);
    const cache = this.#freeCaches.pop() ?? new SelfCache(this.#shape);
    cache.reset(1);
    const { vocabularySize } = this.dimensions;
    this.#promptLogits = growTo(this.#promptLogits, prompt.length * vocabularySize);
    const logits = this.#promptLogits.subarray(0, prompt.length * vocabularySize);
    const began = performance.now();
    await this.#decoder.run(
      {
        input_ids: tokenTensor(prompt, 1),
        encoder_hidden_states: own.hidden,
        use_cache_branch: new ort.Tensor('bool', [false], [1]),
        ...cache.emptyInputs(),
        ...CrossCache.emptyInputs(this.#shape),
      },
      {
        logits: new ort.Tensor('float32', logits, [1, prompt.length, vocabularySize]),
        ...cache.outputs(prompt.length),
        ...own.cross.outputs(),
      },
    );
    cache.advance(prompt.length);
    own.cross.forgetCopies();
    this.#spent.prefillMs += performance.now() - began;
    this.#spent.prefillCount++;
    const row = (position: number): Float32Array =>
      logits.subarray(position * vocabularySize, (position + 1) * vocabularySize);
    return {
      sequences: new OnnxSequences(own, cache, (sequences) => {
        this.#freeCaches.push(sequences.cache);
      }),
      choice: this.#choose(row(prompt.length - 1), rule),
      probeProbability: probe === null ? null : probabilityOf(row(probe.position), probe.token),
    };
  }

  async step(inputs: readonly StepInput[]): Promise<readonly (readonly TokenChoice[])[]> {
    const replies: TokenChoice[][] = [];
    for (const input of inputs) replies.push(await this.#stepOne(input));
    return replies;
  }

  reorder(sequences: Sequences, parents: readonly number[]): void {
    this.#ownSequences(sequences).cache.reorder(parents);
  }

  timings(): BackendTimings {
    return { ...this.#spent, layers: null };
  }

  async close(): Promise<void> {
    await this.#encoder.release();
    await this.#decoder.release();
  }

  async #stepOne({ sequences, tokens, rules }: StepInput): Promise<TokenChoice[]> {
    const { window, cache } = this.#ownSequences(sequences);
    const { vocabularySize } = this.dimensions;
    const rows = cache.rowCount;
    this.#stepLogits = growTo(this.#stepLogits, rows * vocabularySize);
    const logits = this.#stepLogits.subarray(0, rows * vocabularySize);
    const began = performance.now();
    await this.#decoder.run(
      {
        input_ids: tokenTensor(tokens, rows),
        encoder_hidden_states: window.hidden,
        use_cache_branch: new ort.Tensor('bool', [true], [1]),
        ...cache.inputs(),
        ...window.cross.inputs(rows),
      },
      {
        logits: new ort.Tensor('float32', logits, [rows, 1, vocabularySize]),
        ...cache.outputs(1),
      },
    );
    cache.advance(1);
    this.#spent.stepMs += performance.now() - began;
    this.#spent.stepCount++;
    return rules.map((rule, row) =>
      this.#choose(logits.subarray(row * vocabularySize, (row + 1) * vocabularySize), rule),
    );
  }

  #choose(logits: Float32Array, rule: StepInput['rules'][number]): TokenChoice {
    const began = performance.now();
    const choice = this.#chooser.choose(logits, rule);
    this.#spent.chooseMs += performance.now() - began;
    return choice;
  }

  #computeMel(samples: Float32Array): Float32Array {
    const { melBins, audioContext } = this.dimensions;
    const mel = new Float32Array(melBins * audioContext * 2);
    const began = performance.now();
    this.#logMel.compute(samples, mel);
    this.#spent.melMs += performance.now() - began;
    return mel;
  }

  #createWindow(): OnnxWindow {
    const { audioContext, width } = this.dimensions;
    const hidden = new ort.Tensor('float32', new Float32Array(audioContext * width), [
      1,
      audioContext,
      width,
    ]);
    return new OnnxWindow(hidden, new CrossCache(this.#shape), (window) => {
      this.#freeWindows.push(window);
    });
  }

  #own(window: EncodedWindow): OnnxWindow {
    if (!(window instanceof OnnxWindow)) throw new TypeError('a window of another backend');
    return window;
  }

  #ownSequences(sequences: Sequences): OnnxSequences {
    if (!(sequences instanceof OnnxSequences)) throw new TypeError('sequences of another backend');
    return sequences;
  }
}

function tokenTensor(tokens: readonly number[], rows: number): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(tokens, BigInt), [rows, tokens.length / rows]);
}

function growTo(buffer: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  return buffer.length >= length ? buffer : new Float32Array(length);
}
