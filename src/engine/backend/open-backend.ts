/**
 * Which backend decodes, and why. The native engine where it is built and passes its self-test, ONNX
 * Runtime otherwise: slower, but it runs wherever Node does.
 */
import type { Model } from '../../models/catalog.mjs';
import { commandName, howToRestore } from '../../models/command.mjs';
import { AppError, cancelledError } from '../../shared/errors.js';
import type { DeviceChoice } from '../../shared/options.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../mel/log-mel.js';
import { ensureWeights } from '../weights/ensure-weights.js';
import { WeightsFile } from '../weights/weights-file.js';
import { sourceFilesOf } from '../weights/weights-source.js';
import type { DecoderBackend, ModelDimensions, TokenRule } from './backend.js';
import { GuardedBackend } from './guarded-backend.js';
import { loadAddon } from './native-addon.js';
import type { NativeAddon } from './native-addon.js';
import { NativeBackend } from './native-backend.js';
import { considerNpu } from './npu-choice.js';
import type { NpuOutcome, NpuRequest } from './npu-choice.js';
import { OnnxBackend } from './onnx-backend.js';

export interface BackendRequest {
  readonly device: DeviceChoice;
  /** Verified. */
  readonly model: Model;
  readonly modelFolder: string;
  readonly dimensions: ModelDimensions;
  readonly threads: number;
  /** Where the native addon would be. */
  readonly addonPath: string;
  /** Without it there is no question of one. */
  readonly npu?: NpuRequest;
  readonly signal: AbortSignal;
}

export interface OpenedBackend {
  readonly backend: DecoderBackend;
  /** Why not the first choice; null when it is the first choice. */
  readonly reason: string | null;
  /** Whether a step of several sequences costs less than their steps by themselves. */
  readonly sharesSteps: boolean;
}

/**
 * Throws AppError: `engine-unavailable` when the device the user named cannot be used, or the one that the
 * model needs.
 */
export async function openBackend(request: BackendRequest): Promise<OpenedBackend> {
  const { id, format } = request.model;
  if (request.device === 'onnx') {
    if (format !== 'onnx') throw noOnnxFiles(id);
    return { backend: await openOnnx(request), reason: null, sharesSteps: false };
  }
  const native = await openNative(request);
  if (native.ok) return { backend: native.backend, reason: native.npuReason, sharesSteps: true };
  if (request.device === 'npu' || request.device === 'npu-emulated') {
    throw deviceUnusable(request.device, native.reason);
  }
  if (format !== 'onnx') throw nativeOnly(id, native.reason);
  if (request.device === 'cpu') throw deviceUnusable('cpu', native.reason);
  return { backend: await openOnnx(request), reason: native.reason, sharesSteps: false };
}

function deviceUnusable(device: DeviceChoice, reason: string): AppError {
  const isNpu = device !== 'cpu';
  return new AppError(
    'engine-unavailable',
    `The device "${device}" cannot be used: ${reason}.`,
    isNpu
      ? `Use --device auto or --device cpu; "${commandName()} doctor" says what the NPU lacks.`
      : `Use --device auto or --device onnx, or get the native engine. ${howToRestore('npm run setup')}`,
  );
}

function noOnnxFiles(modelId: string): AppError {
  return new AppError(
    'engine-unavailable',
    `The device "onnx" cannot be used: the model "${modelId}" has no ONNX files.`,
    'Use --device auto or --device cpu, or another model, like "base".',
  );
}

function nativeOnly(modelId: string, reason: string): AppError {
  return new AppError(
    'engine-unavailable',
    `The model "${modelId}" runs on the native engine alone, which cannot be used: ${reason}.`,
    `Use another model, like "base", or get the native engine. ${howToRestore('npm run setup')}`,
  );
}

async function openOnnx({ modelFolder, dimensions, threads }: BackendRequest): Promise<DecoderBackend> {
  return await OnnxBackend.open(modelFolder, dimensions, threads);
}

type NativeResult =
  | {
      readonly ok: true;
      readonly backend: DecoderBackend;
      /** Why the NPU was taken, or not although it is there; null where it was no question. */
      readonly npuReason: string | null;
    }
  | { readonly ok: false; readonly reason: string };

async function openNative(request: BackendRequest): Promise<NativeResult> {
  const loaded = loadAddon(request.addonPath);
  if (!loaded.ok) return loaded;
  try {
    const path = await ensureWeights({
      modelFolder: request.modelFolder,
      modelId: request.model.id,
      files: sourceFilesOf(request.model),
      sourceHashes: Object.fromEntries(request.model.files.map(({ path, sha256 }) => [path, sha256])),
      signal: request.signal,
    });
    return await openWeights(loaded.addon, await WeightsFile.open(path), request);
  } catch (thrown) {
    if (request.signal.aborted) throw cancelledError();
    return {
      ok: false,
      reason: `the native engine cannot be started: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}

/** Takes the weights over: the backend closes them when it is closed; without a backend they are closed here. */
async function openWeights(
  addon: NativeAddon,
  weights: WeightsFile,
  request: BackendRequest,
): Promise<NativeResult> {
  const isVerified = await weights.isVerified();
  let native: NativeBackend | null = null;
  let guarded: GuardedBackend | null = null;
  try {
    native = new NativeBackend(addon, weights.mapPath, request.threads);
    const fault = await findFault(native, request);
    if (fault !== null) return { ok: false, reason: fault };
    const npu: NpuOutcome = request.npu
      ? await considerNpu(native, request.device, request.npu, request.signal)
      : { ok: true, reason: null };
    if (!npu.ok) return { ok: false, reason: npu.reason };
    guarded = new GuardedBackend(native, weights, isVerified);
    return { ok: true, backend: guarded, npuReason: npu.reason };
  } finally {
    if (guarded === null) {
      // The fault may be in their data, which nobody has looked at yet.
      if (!isVerified) await weights.discard();
      await native?.close();
      await weights.close();
    }
  }
}

/**
 * A moment's work (0.2 s of a constant) whose outcome is known in kind: one token, probabilities that are
 * numbers. Catches a build that does not fit the CPU or the model, not errors of arithmetic: those are the
 * C++ tests' to find.
 */
async function findFault(
  backend: NativeBackend,
  { dimensions, signal }: BackendRequest,
): Promise<string | null> {
  const { vocabularySize, width, decoderLayers } = backend.dimensions;
  if (
    vocabularySize !== dimensions.vocabularySize ||
    width !== dimensions.width ||
    decoderLayers !== dimensions.decoderLayers
  ) {
    return 'the packed weights are not those of the model';
  }
  const rule: TokenRule = {
    suppressed: new Uint8Array(vocabularySize),
    barred: [],
    timestampBegin: null,
    top: 1,
    sample: null,
  };
  const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
  samples.fill(0.1, EDGE_SAMPLES, EDGE_SAMPLES + 3200);
  const window = await backend.encode(samples, 10, signal);
  const { sequences, choice } = await backend.start({ window, prompt: [50258], rule, probe: null });
  sequences.release();
  window.release();
  const probability = Math.exp(choice.top[0]?.logProbability ?? Number.NaN);
  return probability > 0 && probability <= 1 ? null : 'the native engine failed its self-test';
}
