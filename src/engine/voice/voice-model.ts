/**
 * What tells speech from other sound, frame by frame. The native detector and ONNX Runtime stand behind it;
 * both run the same network (Silero VAD) and agree within 1e-4.
 */

/** A frame is 32 ms; Silero VAD knows no other length at 16 kHz. */
export const FRAME_SAMPLES = 512;

export interface VoiceModel {
  /** For people: "Silero VAD, native". */
  readonly description: string;
  /** Begins to listen to a stream; several may be under way. */
  start(): VoiceListener;
  close(): Promise<void>;
}

/** Listens to one stream; what was heard before counts, so frames are to be given in order. */
export interface VoiceListener {
  /**
   * @param samples float32 [frames * FRAME_SAMPLES], 16 kHz: the next frames.
   * @returns float32 [frames], the probability of speech in each.
   */
  run(samples: Float32Array): Promise<Float32Array>;
}
