/**
 * Silero VAD by ONNX Runtime: the reference, and what runs where the native engine does not. One call a
 * frame, because the network's state goes from frame to frame
 * (https://github.com/snakers4/silero-vad/blob/v6.2.1/src/silero_vad/utils_vad.py, OnnxWrapper).
 */
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { AppError } from '../../shared/errors.js';
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { FRAME_SAMPLES } from './frame-model.js';
import type { FrameModel } from './frame-model.js';
import { SILERO_FILE } from './silero-weights.js';

/** Samples of the frame before that each frame is given with. */
const CONTEXT_SAMPLES = 64;
/** Hidden and cell state of 128 cells. */
const STATE_SHAPE = [2, 1, 128];

export class OnnxSilero implements FrameModel {
  readonly description = 'Silero VAD, ONNX Runtime';
  readonly #session: ort.InferenceSession;
  readonly #rate = new ort.Tensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE_HZ)), []);
  #input = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES);
  #state: ort.Tensor = emptyState();

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /** @param modelFolder an installed, verified voice detector. Throws AppError `model-corrupt`. */
  static async open(modelFolder: string): Promise<OnnxSilero> {
    try {
      const session = await ort.InferenceSession.create(join(modelFolder, SILERO_FILE), {
        executionProviders: ['cpu'],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        // 3 = errors only
        logSeverityLevel: 3,
      });
      return new OnnxSilero(session);
    } catch (cause) {
      throw new AppError(
        'model-corrupt',
        `ONNX Runtime cannot load ${SILERO_FILE}: ${cause instanceof Error ? cause.message : String(cause)}`,
        'Repair it with `tilescribe --fetch-model silero-vad`.',
        { cause },
      );
    }
  }

  async run(samples: Float32Array): Promise<Float32Array> {
    const probabilities = new Float32Array(samples.length / FRAME_SAMPLES);
    for (let frame = 0; frame < probabilities.length; frame++) {
      this.#input.copyWithin(0, FRAME_SAMPLES);
      this.#input.set(samples.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES), CONTEXT_SAMPLES);
      const { output, stateN } = await this.#session.run({
        input: new ort.Tensor('float32', this.#input, [1, this.#input.length]),
        state: this.#state,
        sr: this.#rate,
      });
      const [probability] = output?.data ?? [];
      if (typeof probability !== 'number' || stateN === undefined) throw notSilero();
      probabilities[frame] = probability;
      this.#state = stateN;
    }
    return probabilities;
  }

  reset(): void {
    this.#input = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES);
    this.#state = emptyState();
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function emptyState(): ort.Tensor {
  return new ort.Tensor('float32', new Float32Array(STATE_SHAPE.reduce((a, b) => a * b)), STATE_SHAPE);
}

function notSilero(): AppError {
  return new AppError(
    'model-corrupt',
    `${SILERO_FILE} is not a Silero VAD network of version 5 or 6.`,
    'Repair it with `tilescribe --fetch-model silero-vad`.',
  );
}
