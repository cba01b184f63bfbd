/**
 * What the search needs of a decoder, and all it may know of one. ONNX Runtime, the native CPU engine
 * and the NPU stand behind this; the search cannot tell which runs.
 *
 * Logits never leave a backend. The search says what may come next (a TokenRule), the backend answers
 * with the few tokens that matter and their log-probabilities, so that a backend with its own kernels
 * need not hand 51,865 floats to JavaScript for every token.
 */

import type { DecodingDevice } from '../../shared/options.js';
import type { LayerTiming, SparseSteps } from '../../shared/timing.js';

export interface ModelDimensions {
  readonly melBins: number;
  /** Encoder positions of a 30 s window: 1500. */
  readonly audioContext: number;
  /** Decoder positions, prompt included: 448. */
  readonly textContext: number;
  readonly width: number;
  readonly heads: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly vocabularySize: number;
}

/** Half-open range of token ids. */
export type TokenRange = readonly [from: number, to: number];

/** What may come next in one sequence, and what to report of it. */
export interface TokenRule {
  /**
   * One byte per token id, 1 = never. The same array object is passed again and again and never changes, so
   * that a backend may keep what it made of it.
   */
  readonly suppressed: Uint8Array;
  /** Also never, for this step only. */
  readonly barred: readonly TokenRange[];
  /**
   * If not null: when all tokens from this id on (the timestamps) are together more probable than the
   * most probable token before it, the tokens before it are barred too (openai/whisper decoding.py,
   * ApplyTimestampRules).
   */
  readonly timestampBegin: number | null;
  /** How many of the most probable tokens to return, at least 1. */
  readonly top: number;
  /**
   * Also draw tokens from softmax(logits / temperature), one for each of `uniforms`, which are random
   * numbers in [0, 1). Several make several samples go their own ways from one prompt.
   */
  readonly sample: { readonly temperature: number; readonly uniforms: readonly number[] } | null;
}

export interface ScoredToken {
  readonly id: number;
  /** log softmax over the tokens that the rule leaves, natural logarithm, at temperature 1. */
  readonly logProbability: number;
}

export interface TokenChoice {
  /** Most probable first; ties go to the lower id. Fewer than asked for only if fewer are allowed. */
  readonly top: readonly ScoredToken[];
  /** One for each of the rule's `uniforms`; none when nothing was to be drawn, or nothing could be. */
  readonly sampled: readonly ScoredToken[];
}

/** A window whose encoder output and cross-attention keys and values are kept for decoding. */
export interface EncodedWindow {
  /** Frees it; sequences over it must be released first. */
  release(): void;
}

/**
 * Rows that share a window and a length: one for greedy decoding, several for beams. Each row has its
 * own self-attention cache.
 */
export interface Sequences {
  readonly rowCount: number;
  /** Tokens in the cache, at most textContext. */
  readonly length: number;
  release(): void;
}

export interface StartRequest {
  readonly window: EncodedWindow;
  /** Tokens to prefill, at least one; computed in one pass. */
  readonly prompt: readonly number[];
  /** For the token after the prompt. */
  readonly rule: TokenRule;
  /** Also report the plain probability of `token` after the prompt token at `position`. */
  readonly probe: { readonly position: number; readonly token: number } | null;
}

export interface StartReply {
  /** One row, holding the prompt. */
  readonly sequences: Sequences;
  readonly choice: TokenChoice;
  /** softmax of the unrestricted logits at the probe, or null when none was asked for. */
  readonly probeProbability: number | null;
}

export interface StepInput {
  readonly sequences: Sequences;
  /** One per row. */
  readonly tokens: readonly number[];
  /** One per row, for the token after. */
  readonly rules: readonly TokenRule[];
}

/** A head of the decoder's cross-attention, both numbers from 0. */
export interface AlignmentHead {
  readonly layer: number;
  readonly head: number;
}

export interface AlignmentRequest {
  readonly window: EncodedWindow;
  /** Fed in one pass: at most 256, and no more than the text context. */
  readonly tokens: readonly number[];
  /** The first token that is scored. */
  readonly firstRow: number;
  /** Encoder positions of the window that hold sound, from the first on. */
  readonly positions: number;
  /** Those that follow the sound, at least one. */
  readonly heads: readonly AlignmentHead[];
}

/** How well tokens go with positions (openai/whisper timing.py, find_alignment): higher is better. */
export interface AlignmentScores {
  /** Tokens from the request's `firstRow` on. */
  readonly rows: number;
  readonly positions: number;
  /** float32 [rows, positions]. */
  readonly scores: Float32Array;
}

/** Wall times since the model was opened, measured. */
export interface BackendTimings {
  readonly melMs: number;
  /** Without the spectrogram. */
  readonly encodeMs: number;
  readonly encodeCount: number;
  /** Prompt passes and those of `align`, with the cross-attention keys and values where a backend computes them there. */
  readonly prefillMs: number;
  readonly prefillCount: number;
  readonly stepMs: number;
  readonly stepCount: number;
  /** Rules, log-softmax, top-k, sampling. */
  readonly chooseMs: number;
  /** null when the backend cannot see inside its layers. */
  readonly layers: readonly LayerTiming[] | null;
  /** Whether the decoder's steps among `layers` are what a model of an emulated NPU says, and no part of any wall time. */
  readonly isModelled?: boolean;
  /** Only where steps go over the NPU's sparse vocabulary. */
  readonly sparse?: SparseSteps;
}

/**
 * Calls that give a promise must come one at a time, and `reorder` and `timings` not while one is under way: a
 * second one throws (the native engine) or writes into the logits of the first (ONNX Runtime). StepBatcher puts
 * the calls of those who do not know of each other in a line. `release` may come at any time. Where the backend
 * `encodesBesideSteps`, an `encode` may be under way beside steps, reorders and readings of the timings.
 */
export interface DecoderBackend {
  /** For people: "ONNX Runtime on the CPU, 2 threads". */
  readonly description: string;
  /** What takes the steps. */
  readonly device: DecodingDevice;
  readonly dimensions: ModelDimensions;
  /** Whether windows are encoded on one device and decoded on another, so that both can work at once. */
  readonly encodesBesideSteps?: boolean;
  /**
   * The log-mel spectrogram of a window, and the encoder's output for it.
   *
   * @param samples float32 [EDGE_SAMPLES + WINDOW_SAMPLES + EDGE_SAMPLES] (mel/log-mel.ts), the window with its
   *   edges; must stay as it is until the promise resolves, and is not kept after.
   * @param positions how much of the window is wanted, in encoder positions of 20 ms, 1 to audioContext. Behind
   *   a part of a window there must be zeros: a backend may leave them out, or encode all of the window.
   * @param signal Throws AppError `cancelled` when it was aborted before, or meanwhile if the backend can stop.
   */
  encode(samples: Float32Array, positions: number, signal: AbortSignal): Promise<EncodedWindow>;
  start(request: StartRequest): Promise<StartReply>;
  /** One token for every row of every input; choices in the same nesting. */
  step(inputs: readonly StepInput[]): Promise<readonly (readonly TokenChoice[])[]>;
  /** Row i becomes a copy of what was row parents[i]; the row count becomes parents.length. */
  reorder(sequences: Sequences, parents: readonly number[]): void;
  /** Where the decoder looks when it says each token; null when the backend cannot see its attention. */
  readonly align: ((request: AlignmentRequest) => Promise<AlignmentScores>) | null;
  timings(): BackendTimings;
  close(): Promise<void>;
}
