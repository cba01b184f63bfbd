/**
 * Silero VAD by ONNX Runtime: the reference, and what runs where the native engine does not. One call a
 * frame, because the network's state goes from frame to frame
 * (https://github.com/snakers4/silero-vad/blob/v6.2.1/src/silero_vad/utils_vad.py, OnnxWrapper).
 */
import { join } from 'node:path';
import { fetchCommand } from '../../models/command.mjs';
import { AppError } from '../../shared/errors.js';
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { FRAME_SAMPLES } from './voice-model.js';
import type { VoiceListener, VoiceModel } from './voice-model.js';
import { SILERO_FILE } from './silero-weights.js';
import * as ort from '../onnx-runtime.js';

/** Samples of the frame before that each frame is given with. */
const CONTEXT_SAMPLES = 64;
/** Of the LSTM, each with a hidden and a cell state. */
const CELLS = 128;

export class OnnxSilero implements VoiceModel {
  readonly description = 'Silero VAD, ONNX Runtime';
  readonly #session: ort.InferenceSession;

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
        `Repair it with "${fetchCommand('silero-vad')}".`,
        { cause },
      );
    }
  }

  start(): VoiceListener {
    return new OnnxListener(this.#session);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

class OnnxListener implements VoiceListener {
  readonly #session: ort.InferenceSession;
  readonly #rate = new ort.Tensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE_HZ)), []);
  readonly #input = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES);
  #state = new ort.Tensor('float32', new Float32Array(2 * CELLS), [2, 1, CELLS]);

  constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  async run(samples: Float32Array): Promise<Float32Array> {
    const probabilities = new Float32Array(samples.length / FRAME_SAMPLES);
    for (let frame = 0; frame < probabilities.length; frame++) {
      const begin = frame * FRAME_SAMPLES;
      this.#input.copyWithin(0, FRAME_SAMPLES);
      this.#input.set(samples.subarray(begin, begin + FRAME_SAMPLES), CONTEXT_SAMPLES);
      probabilities[frame] = await this.#step();
    }
    return probabilities;
  }

  async #step(): Promise<number> {
    const { output, stateN } = await this.#session.run({
      input: new ort.Tensor('float32', this.#input, [1, this.#input.length]),
      state: this.#state,
      sr: this.#rate,
    });
    const [probability] = output?.data ?? [];
    if (typeof probability !== 'number' || !(stateN?.data instanceof Float32Array)) throw notSilero();
    this.#state = new ort.Tensor('float32', stateN.data, [2, 1, CELLS]);
    return probability;
  }
}

function notSilero(): AppError {
  return new AppError(
    'model-corrupt',
    `${SILERO_FILE} is not a Silero VAD network of version 5 or 6.`,
    `Repair it with "${fetchCommand('silero-vad')}".`,
  );
}
