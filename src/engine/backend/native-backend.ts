/**
 * Whisper through the native CPU engine (native/): int8 weights mapped from the packed file, vector
 * kernels chosen for the CPU, all work off the JavaScript thread.
 */
import { commandName } from '../../models/command.mjs';
import { AppError, cancelledError } from '../../shared/errors.js';
import { MODEL_PARTS, OPERATIONS } from '../../shared/timing.js';
import type { DecodingDevice } from '../../shared/options.js';
import type { LayerTiming } from '../../shared/timing.js';
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
  TokenRule,
} from './backend.js';
import type {
  NativeAddon,
  NativeMask,
  NativeNpuOptions,
  NativeNpuState,
  NativeRule,
  NativeSession,
} from './native-addon.js';

const AUDIO_CONTEXT = 1500;
const MEL_BINS = 80;

class NativeWindow implements EncodedWindow {
  constructor(
    readonly session: NativeSession,
    readonly id: number,
  ) {}

  release(): void {
    this.session.releaseWindow(this.id);
  }
}

class NativeSequences implements Sequences {
  constructor(
    readonly session: NativeSession,
    readonly id: number,
    public rowCount: number,
    public length: number,
  ) {}

  release(): void {
    this.session.releaseSequences(this.id);
  }
}

export class NativeBackend implements DecoderBackend {
  readonly dimensions: ModelDimensions;
  readonly #cpuDescription: string;
  #description: string;
  #device: DecodingDevice = 'cpu';
  readonly #addon: NativeAddon;
  readonly #session: NativeSession;
  /** Goes with the arrays, of which every job brings a few. */
  readonly #masks = new WeakMap<Uint8Array, NativeMask>();
  readonly #maxRows: number;
  readonly #spent = { encodeMs: 0, encodeCount: 0, prefillMs: 0, prefillCount: 0, stepMs: 0, stepCount: 0 };

  /** Maps the weights. Throws an Error with code `model-missing` or `model-corrupt`. */
  constructor(addon: NativeAddon, weightsPath: string, threads: number) {
    this.#addon = addon;
    this.#session = new addon.Session(weightsPath, threads);
    const { kernels, maxRows, ...sizes } = this.#session.describe();
    this.#maxRows = maxRows;
    this.dimensions = { melBins: MEL_BINS, audioContext: AUDIO_CONTEXT, ...sizes };
    this.#cpuDescription = `native engine on the CPU (${kernels}), ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    this.#description = this.#cpuDescription;
  }

  get description(): string {
    return this.#description;
  }

  get device(): DecodingDevice {
    return this.#device;
  }

  get encodesBesideSteps(): boolean {
    return this.#device !== 'cpu';
  }

  /** Windows encoded from now on take their steps on the NPU. Throws an Error with the reason when they cannot. */
  async useNpu(options: NativeNpuOptions): Promise<void> {
    await this.#session.useNpu(options);
    this.#device = options.device === 'emulated' ? 'npu-emulated' : 'npu';
    const vocabulary = options.vocabulary === 'sparse' ? ', sparse vocabulary' : '';
    const npu = options.device === 'emulated' ? 'emulated NPU (its times are modelled)' : 'NPU';
    this.#description = `${npu}${vocabulary}; sound and prompts: ${this.#cpuDescription}`;
  }

  /** The CPU does all again. */
  leaveNpu(): void {
    this.#session.leaveNpu();
    this.#device = 'cpu';
    this.#description = this.#cpuDescription;
  }

  /** null where there is no NPU in use. */
  describeNpu(): NativeNpuState | null {
    return this.#session.describeNpu();
  }

  async encode(samples: Float32Array, positions: number, signal: AbortSignal): Promise<EncodedWindow> {
    if (signal.aborted) throw cancelledError();
    const began = performance.now();
    const cancel = (): void => {
      this.#session.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    // A listener left behind would stop the windows of others.
    const id = await this.#session.encode(samples, positions).finally(() => {
      signal.removeEventListener('abort', cancel);
    });
    if (id < 0) throw cancelledError();
    this.#spent.encodeMs += performance.now() - began;
    this.#spent.encodeCount++;
    return new NativeWindow(this.#session, id);
  }

  async start({ window, prompt, rule, probe }: StartRequest): Promise<StartReply> {
    if (!(window instanceof NativeWindow)) throw new TypeError('a window of another backend');
    const began = performance.now();
    const reply = await this.#session.start(
      window.id,
      prompt,
      this.#native(rule),
      probe?.position ?? -1,
      probe?.token ?? 0,
    );
    this.#spent.prefillMs += performance.now() - began;
    this.#spent.prefillCount++;
    return {
      sequences: new NativeSequences(this.#session, reply.sequences, 1, prompt.length),
      choice: reply.choice,
      probeProbability: probe === null ? null : reply.probeProbability,
    };
  }

  async step(inputs: readonly StepInput[]): Promise<readonly (readonly TokenChoice[])[]> {
    const own = inputs.map(({ sequences, tokens, rules }) => ({
      sequences: this.#own(sequences),
      tokens,
      rules,
    }));
    const began = performance.now();
    const choices: TokenChoice[][] = [];
    for (const part of splitByRows(own, this.#maxRows)) {
      choices.push(
        ...(await this.#stepNative(
          part.map(({ sequences, tokens, rules }) => ({
            sequences: sequences.id,
            tokens,
            rules: rules.map((rule) => this.#native(rule)),
          })),
        )),
      );
      for (const { sequences } of part) sequences.length++;
      this.#spent.stepCount++;
    }
    this.#spent.stepMs += performance.now() - began;
    return choices;
  }

  async #stepNative(inputs: Parameters<NativeSession['step']>[0]): Promise<TokenChoice[][]> {
    try {
      return await this.#session.step(inputs);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'device-fault')) throw thrown;
      throw new AppError(
        'device-fault',
        `The NPU failed: ${thrown.message}. What was written before is kept.`,
        `Try again with --device cpu; "${commandName()} doctor" looks at the NPU.`,
        { cause: thrown },
      );
    }
  }

  reorder(sequences: Sequences, parents: readonly number[]): void {
    const own = this.#own(sequences);
    this.#session.reorder(own.id, parents);
    own.rowCount = parents.length;
  }

  readonly align = async (request: AlignmentRequest): Promise<AlignmentScores> => {
    const { window, tokens, firstRow, positions, heads } = request;
    if (!(window instanceof NativeWindow)) throw new TypeError('a window of another backend');
    const began = performance.now();
    const pairs = heads.flatMap(({ layer, head }) => [layer, head]);
    const scores = await this.#session.align(window.id, tokens, firstRow, positions, pairs);
    this.#spent.prefillMs += performance.now() - began;
    this.#spent.prefillCount++;
    return { rows: tokens.length - firstRow, positions, scores };
  };

  timings(): BackendTimings {
    const measured = toLayerTimings(this.#session.timings());
    const modelled = toLayerTimings(this.#session.npuTimings());
    const sparse = this.#session.sparseSteps();
    const isModelled = modelled.length > 0;
    // Of prompts and alignment the CPU's times would be hidden among the modelled ones of steps: they are left out.
    const layers = isModelled
      ? [...measured.filter(({ part }) => part === 'encoder'), ...modelled]
      : measured;
    const spentIn = (wanted: LayerTiming['operation']): number =>
      measured.find(({ operation }) => operation === wanted)?.totalMs ?? 0;
    const melMs = spentIn('mel');
    const chooseMs = spentIn('choice');
    // Parts of the wall time of the same calls; of the choices, only those of steps are measured.
    const encodeMs = this.#spent.encodeMs - melMs;
    return {
      ...this.#spent,
      melMs,
      encodeMs,
      stepMs: this.#spent.stepMs - chooseMs,
      chooseMs,
      layers,
      isModelled,
      ...(sparse === null ? {} : { sparse }),
    };
  }

  close(): Promise<void> {
    this.#session.close();
    return Promise.resolve();
  }

  #native(rule: TokenRule): NativeRule {
    const suppressed = this.#masks.get(rule.suppressed) ?? new this.#addon.Mask(rule.suppressed);
    this.#masks.set(rule.suppressed, suppressed);
    return { ...rule, suppressed };
  }

  #own(sequences: Sequences): NativeSequences {
    if (!(sequences instanceof NativeSequences)) throw new TypeError('sequences of another backend');
    return sequences;
  }
}

function toLayerTimings(raw: Float64Array): LayerTiming[] {
  const layerCount = raw.length / (2 * OPERATIONS.length * 2);
  const timings: LayerTiming[] = [];
  for (const [p, part] of MODEL_PARTS.entries()) {
    for (let layer = 0; layer < layerCount; layer++) {
      for (const [o, operation] of OPERATIONS.entries()) {
        const at = ((p * layerCount + layer) * OPERATIONS.length + o) * 2;
        const count = raw[at + 1]!;
        if (count > 0) timings.push({ part, layer, operation, totalMs: raw[at]!, count });
      }
    }
  }
  return timings;
}

/** Runs of inputs with at most `maxRows` rows each; one input has fewer. */
function splitByRows<Input extends Pick<StepInput, 'tokens'>>(
  inputs: readonly Input[],
  maxRows: number,
): Input[][] {
  const parts: Input[][] = [];
  let rows = Infinity;
  for (const input of inputs) {
    rows += input.tokens.length;
    if (rows > maxRows) {
      parts.push([]);
      rows = input.tokens.length;
    }
    parts.at(-1)!.push(input);
  }
  return parts;
}
