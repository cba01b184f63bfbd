/**
 * What tells speech from other sound, frame by frame. The native detector and ONNX Runtime stand behind it;
 * both run the same network (Silero VAD) and agree within 1e-4.
 */

/** A frame is 32 ms; Silero VAD knows no other length at 16 kHz. */
export const FRAME_SAMPLES = 512;

export interface FrameModel {
  /** For people: "Silero VAD, native". */
  readonly description: string;
  /**
   * The next frames of a stream. What was heard before counts: frames are to be given in order.
   *
   * @param samples float32 [frames * FRAME_SAMPLES], 16 kHz.
   * @returns float32 [frames], the probability of speech in each.
   */
  run(samples: Float32Array): Promise<Float32Array>;
  /** Forgets what was heard: the next frame is the first of a stream. */
  reset(): void;
  close(): Promise<void>;
}
