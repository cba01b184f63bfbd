/**
 * The native addon (native/addon/addon.cc) as TypeScript sees it, and its loading. An addon that cannot
 * be loaded is no error: it gives the reason, and the portable backend takes over.
 */
import type { SparseSteps } from '../../shared/timing.js';
import { createRequire } from 'node:module';
import type { MachineLimits } from '../../shared/roofline.js';
import type { TokenChoice, TokenRule } from './backend.js';

/** A copy of `TokenRule.suppressed` on the native side; opaque. */
export type NativeMask = object;

export type NativeRule = Omit<TokenRule, 'suppressed'> & { readonly suppressed: NativeMask };

export interface NativeNpuOptions {
  readonly device: 'emulated' | 'xrt';
  /** For the emulator (native/npu/emulator.h), like `timeout@3`; empty for none. */
  readonly fault: string;
  readonly vocabulary: 'full' | 'sparse';
  /** Groups of 16 tokens of the sparse vocabulary. */
  readonly sparseGroups: readonly number[];
  readonly design: {
    readonly xclbin: string;
    readonly kernelName: string;
    readonly hash: string;
    /** In the order of the program's sequences; points are patch, layer, index, pair, offset, length of each. */
    readonly streams: readonly { readonly words: Uint32Array; readonly points: Int32Array }[];
  } | null;
}

export interface NativeNpuState {
  readonly name: string;
  readonly runtime: string;
  readonly isModelled: boolean;
  readonly runs: number;
  readonly failedRuns: number;
  readonly resets: number;
  readonly runMs: number;
}

/** What native/npu/time_model.h is asked and says. */
export interface NpuStepQuery {
  readonly layers: number;
  readonly vocabulary: number;
  readonly sparseTokens: number;
  readonly rows: number;
  readonly runs: number;
  readonly textPositions: number;
  readonly windowPositions: number;
  readonly isSparse: boolean;
  readonly readGbPerS: number;
  readonly dispatchMs: number;
  readonly clockGhz: number;
  readonly macsPerCycle: number;
}
export interface NpuStepCost {
  readonly parts: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly macs: number;
    readonly ms: number;
  }[];
  readonly bytes: number;
  readonly bytesWritten: number;
  readonly macs: number;
  readonly dispatchMs: number;
  readonly ms: number;
  readonly exchangeMs: number;
}

export interface NativeSession {
  describe(): {
    readonly kernels: string;
    readonly threads: number;
    readonly width: number;
    readonly heads: number;
    readonly encoderLayers: number;
    readonly decoderLayers: number;
    readonly textContext: number;
    readonly vocabularySize: number;
    /** The most rows of one step. */
    readonly maxRows: number;
  };
  /**
   * May be under way beside the steps of an NPU.
   *
   * @param samples float32 [200 + 480000 + 200], copied; @returns the window's id, or -1 if cancelled.
   */
  encode(samples: Float32Array, positions: number): Promise<number>;
  /** Ends an encode under way within some milliseconds. */
  cancel(): void;
  start(
    window: number,
    prompt: readonly number[],
    rule: NativeRule,
    probePosition: number,
    probeToken: number,
  ): Promise<{ readonly sequences: number; readonly choice: TokenChoice; readonly probeProbability: number }>;
  /** Of few rows at once, on this thread; else a promise. */
  step(
    inputs: readonly {
      readonly sequences: number;
      readonly tokens: readonly number[];
      readonly rules: readonly NativeRule[];
    }[],
  ): TokenChoice[][] | Promise<TokenChoice[][]>;
  /** @param heads layer, head, layer, head, …; @returns float32 [tokens - firstRow, positions]. */
  align(
    window: number,
    tokens: readonly number[],
    firstRow: number,
    positions: number,
    heads: readonly number[],
  ): Promise<Float32Array>;
  reorder(sequences: number, parents: readonly number[]): void;
  releaseWindow(window: number): void;
  releaseSequences(sequences: number): void;
  /**
   * Gives the steps of windows encoded from now on to the NPU. Rejects with an Error with code
   * `device-unavailable`; later, `step` may reject with `device-fault`, after which all windows encoded by then
   * are the CPU's.
   */
  useNpu(options: NativeNpuOptions): Promise<void>;
  leaveNpu(): void;
  /** null where there is none. */
  describeNpu(): NativeNpuState | null;
  /** As `timings`; of an emulated NPU modelled, otherwise all zero. Empty without an NPU. */
  npuTimings(): Float64Array;
  /** Also while steps are under way; null but where they go over the NPU's sparse vocabulary. */
  sparseSteps(): SparseSteps | null;
  /** Part (encoder, decoder) x layer x operation x (milliseconds, count). */
  timings(): Float64Array;
  close(): void;
}

export interface NativeVoiceDetector {
  describe(): { readonly kernels: string };
  /** @param samples float32 [frames * 512], at most 4096 frames; @returns float32 [frames]. */
  process(samples: Float32Array): Float32Array;
}

export interface NativeAddon {
  /** Throws an Error with code `model-missing` or `model-corrupt`. */
  readonly Session: new (weightsPath: string, threads: number) => NativeSession;
  readonly modelNpuStep: (query: NpuStepQuery) => NpuStepCost;
  /** The design of the decoder's step as JSON (native/npu/program.h). */
  readonly npuProgram: () => string;
  readonly Mask: new (suppressed: Uint8Array) => NativeMask;
  /** Throws an Error with code `model-corrupt`. @param tensors as read by voice/silero-weights.ts. */
  readonly VoiceDetector: new (tensors: readonly Float32Array[]) => NativeVoiceDetector;
  /** Under a second of all threads. Rejects when there is no memory for it. */
  readonly measureMachine: (threads: number) => Promise<Omit<MachineLimits, 'threads'>>;
  /** The name of the kernels that this CPU runs best. */
  readonly bestKernels: () => string;
}

export type AddonResult =
  { readonly ok: true; readonly addon: NativeAddon } | { readonly ok: false; readonly reason: string };

/** @param path of the built addon. */
export function loadAddon(path: string): AddonResult {
  try {
    const loaded: unknown = createRequire(import.meta.url)(path);
    if (isAddon(loaded)) return { ok: true, addon: loaded };
    return { ok: false, reason: 'the native engine is of another version' };
  } catch (thrown) {
    const text = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'MODULE_NOT_FOUND';
    return {
      ok: false,
      reason: isMissing ? 'the native engine is not built' : `the native engine cannot be loaded: ${text}`,
    };
  }
}

function isAddon(loaded: unknown): loaded is NativeAddon {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'Session' in loaded &&
    typeof loaded.Session === 'function' &&
    'Mask' in loaded &&
    typeof loaded.Mask === 'function' &&
    'VoiceDetector' in loaded &&
    typeof loaded.VoiceDetector === 'function' &&
    'measureMachine' in loaded &&
    typeof loaded.measureMachine === 'function' &&
    'bestKernels' in loaded &&
    typeof loaded.bestKernels === 'function'
  );
}
