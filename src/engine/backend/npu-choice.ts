/**
 * Whether the steps go to the NPU, and why. A device that the user named must work or is an error; 'auto' takes the
 * NPU only when a compiled design is there, it passes its self-test, and it is faster than the CPU or the user wants
 * the CPU spared.
 *
 * Of the self-test, what must be equal bit for bit is looked at by the native side: known answers when the NPU is opened
 * (native/npu/known_answers.h), and in the steps that are taken here every integer sum of the vocabulary
 * (native/npu/step_results.h). Here come the tokens, which must be the CPU's, and their probabilities, which have all
 * float32 in them and are bounded. The surprising thing: that needs no stored answers. The CPU engine is the reference
 * of the NPU's arithmetic (docs/npu.md), so that both are asked the same and must say the same.
 */
import type { DeviceChoice, NpuVocabulary } from '../../shared/options.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../mel/log-mel.js';
import type { DecoderBackend, ScoredToken, TokenRule } from './backend.js';
import type { NativeNpuOptions } from './native-addon.js';
import { readNpuDesign } from './npu-design.js';

export interface NpuRequest {
  readonly vocabulary: NpuVocabulary;
  readonly sparesCpu: boolean;
  readonly sparseGroups: () => readonly number[];
  /** Where kernels/build leaves what it compiled. */
  readonly designFolder: string;
  /** Of the emulator; empty for none. */
  readonly fault: string;
}

/** What is needed of NativeBackend. */
export type NpuCapable = Pick<DecoderBackend, 'dimensions' | 'encode' | 'start' | 'step'> & {
  useNpu(options: NativeNpuOptions): Promise<void>;
  leaveNpu(): void;
};

export type NpuOutcome =
  { readonly ok: true; readonly reason: string | null } | { readonly ok: false; readonly reason: string };

const PROBE_STEPS = 12;
/** <|startoftranscript|> of models of all languages; any token will do. */
const START_OF_TRANSCRIPT = 50258;
/** Natural logarithm: what the rounding of float32 on the NPU may move. Nothing on the emulator. */
const TOLERANCE = 0.02;

export interface Probe {
  readonly tokens: readonly ScoredToken[];
  readonly msPerToken: number;
}

export async function considerNpu(
  backend: NpuCapable,
  device: DeviceChoice,
  request: NpuRequest,
  signal: AbortSignal,
): Promise<NpuOutcome> {
  if (device === 'npu-emulated') {
    const reason = await use(backend, { device: 'emulated', design: null }, request);
    return reason === null ? { ok: true, reason: null } : { ok: false, reason };
  }
  if (device !== 'npu' && device !== 'auto') return { ok: true, reason: null };
  const found = await readNpuDesign(request.designFolder);
  if (!found.ok) {
    // Most machines have no NPU: with 'auto' that is nothing to speak of.
    if (device === 'auto') return { ok: true, reason: found.isMissing ? null : found.reason };
    return { ok: false, reason: found.reason };
  }
  const refuse = (reason: string): NpuOutcome =>
    device === 'npu' ? { ok: false, reason } : { ok: true, reason: `the NPU cannot be used: ${reason}` };
  const npu = { device: 'xrt', design: found.design } as const;
  const onCpu = await probe(backend, signal);
  // Over the full vocabulary in any case: over the sparse one probabilities are others.
  const reason = await use(backend, npu, { ...request, vocabulary: 'full' });
  if (reason !== null) return refuse(reason);
  const onNpu = await probe(backend, signal).catch((thrown: unknown) => String(thrown));
  const verdict = judge(onCpu, onNpu, device === 'npu' || request.sparesCpu);
  if (verdict.takesNpu && request.vocabulary === 'full') return { ok: true, reason: verdict.reason };
  backend.leaveNpu();
  if (!verdict.takesNpu) return { ok: device === 'auto', reason: verdict.reason };
  const failure = await use(backend, npu, request);
  return failure === null ? { ok: true, reason: verdict.reason } : refuse(failure);
}

/** Pure. `npu` is what went wrong, where something did. */
export function judge(
  cpu: Probe,
  npu: Probe | string,
  isWanted: boolean,
): { readonly takesNpu: boolean; readonly reason: string } {
  if (typeof npu === 'string') return { takesNpu: false, reason: `the NPU failed its self-test: ${npu}` };
  const isSame =
    cpu.tokens.length === npu.tokens.length &&
    cpu.tokens.every(({ id, logProbability }, i) => {
      const other = npu.tokens[i];
      return other?.id === id && Math.abs(other.logProbability - logProbability) <= TOLERANCE;
    });
  if (!isSame) return { takesNpu: false, reason: 'the NPU failed its self-test: it chose other tokens' };
  const times = `${npu.msPerToken.toFixed(1)} ms a token, the CPU ${cpu.msPerToken.toFixed(1)} ms`;
  if (npu.msPerToken < cpu.msPerToken) return { takesNpu: true, reason: `the NPU is faster: ${times}` };
  if (isWanted) return { takesNpu: true, reason: `the CPU is spared: the NPU takes ${times}` };
  return { takesNpu: false, reason: `the NPU is slower: ${times}` };
}

async function use(
  backend: NpuCapable,
  device: Pick<NativeNpuOptions, 'device' | 'design'>,
  { vocabulary, sparseGroups, fault }: NpuRequest,
): Promise<string | null> {
  try {
    const isSparse = vocabulary === 'sparse';
    await backend.useNpu({ ...device, fault, vocabulary, sparseGroups: isSparse ? sparseGroups() : [] });
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** The tokens of a known sound, and the median time of a step. */
export async function probe(
  backend: Pick<DecoderBackend, 'dimensions' | 'encode' | 'start' | 'step'>,
  signal: AbortSignal,
): Promise<Probe> {
  const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES);
  for (let i = 0; i < WINDOW_SAMPLES; i++) samples[EDGE_SAMPLES + i] = 0.1 * Math.sin((i * i) / 3e6);
  const rule: TokenRule = {
    suppressed: new Uint8Array(backend.dimensions.vocabularySize),
    barred: [],
    timestampBegin: null,
    top: 1,
    sample: null,
  };
  const window = await backend.encode(samples, backend.dimensions.audioContext, signal);
  try {
    const { sequences, choice } = await backend.start({
      window,
      prompt: [START_OF_TRANSCRIPT],
      rule,
      probe: null,
    });
    try {
      const tokens: ScoredToken[] = [choice.top[0]!];
      const times: number[] = [];
      for (let i = 0; i < PROBE_STEPS; i++) {
        const began = performance.now();
        const [choices] = await backend.step([{ sequences, tokens: [tokens.at(-1)!.id], rules: [rule] }]);
        times.push(performance.now() - began);
        tokens.push(choices![0]!.top[0]!);
      }
      return { tokens, msPerToken: times.sort((a, b) => a - b)[PROBE_STEPS / 2]! };
    } finally {
      sequences.release();
    }
  } finally {
    window.release();
  }
}
